/** The catalogues of this package: English, and two pseudo-locales that test the layout. A host app passes its own for other languages. */

import type { Catalogue } from './messages.ts';
import { en } from './messages-en.ts';
import { shellEn } from './shell-messages.ts';

export const ENGLISH: Catalogue = { messages: en, shell: shellEn };

/** @param locale `en-XA` (accented and longer) or `ar-XB` (from right to left), loaded when requested; everything else is English */
export async function catalogueFor(locale: string | null): Promise<Catalogue> {
  if (locale !== 'en-XA' && locale !== 'ar-XB') return ENGLISH;
  const { pseudoCatalogue } = await import('./messages-pseudo.ts');
  return pseudoCatalogue(locale);
}
