/** The words of the shell in the language of its user; English where there are none. */

import { ar } from '../src/desktop/messages-ar.ts';
import type { Catalogue } from '../src/desktop/messages-by-locale.ts';
import { en } from '../src/desktop/messages-en.ts';
import { shellEn } from '../src/desktop/shell-messages.ts';
import { shellAr } from '../src/desktop/shell-messages-ar.ts';

const ENGLISH: Catalogue = { messages: en, shell: shellEn };
/** By the language of a BCP 47 tag. */
const CATALOGUES: Readonly<Record<string, Catalogue>> = { ar: { messages: ar, shell: shellAr } };

export function catalogueFor(locale: string | undefined): Catalogue {
  return CATALOGUES[locale?.split('-')[0]?.toLowerCase() ?? ''] ?? ENGLISH;
}
