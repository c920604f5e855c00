/**
 * The catalogue of what only a desktop shell says: tray menu, notifications, and what closing and quitting mean. Apart from the panel's
 * catalogue, so that the panel does not carry it; the same rules of translation hold.
 */

import type { AlertKind } from './notification-model.ts';
import type { UpdateState } from './tray-model.ts';

export interface Announcement {
  readonly title: string;
  readonly body: string;
}

export interface ShellMessages {
  readonly tray: {
    open(appName: string): string;
    readonly logs: string;
    /** Says whether the gateway runs on without the app. */
    quit(appName: string, goesOn: boolean): string;
    readonly update: Readonly<Record<UpdateState, string>>;
  };
  /** `profile` is named where it is not the default one. */
  alert(kind: AlertKind, profile: string): Announcement;
  /** Said once, when the window is closed to the tray for the first time. */
  closedToTray(appName: string): Announcement;
}

const ALERTS: Readonly<Record<AlertKind, Announcement>> = {
  'crash-loop': { title: 'keeps failing', body: 'It is restarted again and again. The log says why it ends.' },
  configuration: {
    title: 'needs attention',
    body: 'Hermes refuses its configuration, so it is not restarted. Mend it, then start the gateway.',
  },
  failed: { title: 'failed', body: 'Nothing will restart it. Open Hermes to see why, and to start it.' },
  'removal-pending': { title: 'is being removed', body: 'Close Services and Task Manager, or restart Windows, to finish.' },
  recovered: { title: 'runs again', body: 'There is nothing to do.' },
};

export const shellEn: ShellMessages = {
  tray: {
    open: appName => `Open ${appName}`,
    logs: 'Open logs',
    quit: (appName, goesOn) => (goesOn ? `Quit ${appName} (the gateway keeps running)` : `Quit ${appName}`),
    update: {
      none: 'Check for updates',
      checking: 'Checking for updates…',
      downloading: 'Downloading an update…',
      ready: 'Restart to update',
    },
  },
  alert: (kind, profile) => {
    const { title, body } = ALERTS[kind];
    return { title: `Hermes gateway${profile === 'default' ? '' : ` (${profile})`} ${title}`, body };
  },
  closedToTray: appName => ({
    title: `${appName} stays in the notification area`,
    body: 'Click its icon to open it again. Quit is in the menu of the icon.',
  }),
};
