/** A command of the desktop shell: of the tray's menu, or of a notification about a profile. */

import type { AlertAction } from './notification-model.ts';
import type { TrayCommand } from './tray-model.ts';

export type ShellCommand = TrayCommand | { readonly do: 'show' | AlertAction; readonly profile: string };
