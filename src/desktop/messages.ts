/** A catalogue has the shape of the English one, whose keys have the comments. A host app passes its own for another language. */

import { en } from './messages-en.ts';
import { shellEn } from './shell-messages.ts';

export type Messages = Readonly<typeof en>;
export type ShellMessages = Readonly<typeof shellEn>;

/** Every text of one language: those of the panel, and those of the desktop shell around it. */
export interface Catalogue {
  readonly messages: Messages;
  readonly shell: ShellMessages;
}

export const ENGLISH: Catalogue = { messages: en, shell: shellEn };
