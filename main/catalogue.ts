/** The words of the shell in the language of its user; English is what there is. */

import { en, type Messages } from '../src/desktop/messages.ts';
import { type ShellMessages, shellEn } from '../src/desktop/shell-messages.ts';

export interface Catalogue {
  readonly messages: Messages;
  readonly shell: ShellMessages;
}

const ENGLISH: Catalogue = { messages: en, shell: shellEn };
/** By the language of a BCP 47 tag. */
const CATALOGUES: Readonly<Record<string, Catalogue>> = { en: ENGLISH };

export function catalogueFor(locale: string | undefined): Catalogue {
  return CATALOGUES[locale?.split('-')[0]?.toLowerCase() ?? ''] ?? ENGLISH;
}
