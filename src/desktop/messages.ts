/** The shape of a catalogue: that of the English one, whose keys have the comments. */

import type { en } from './messages-en.ts';
import type { shellEn } from './shell-messages.ts';

export type Messages = Readonly<typeof en>;
export type ShellMessages = Readonly<typeof shellEn>;

/** Every text of one language: those of the panel, and those of the desktop shell around it. */
export interface Catalogue {
  readonly messages: Messages;
  readonly shell: ShellMessages;
}
