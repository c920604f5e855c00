/**
 * Which catalogue a locale has. English is always at hand; the others are loaded when somebody asks for them, so that nobody carries a
 * language that is not read. Other locales come from the host.
 */

import type { Messages } from './messages.ts';
import { en } from './messages-en.ts';
import { type ShellMessages, shellEn } from './shell-messages.ts';

export interface Catalogue {
  readonly messages: Messages;
  readonly shell: ShellMessages;
}

const ENGLISH: Catalogue = { messages: en, shell: shellEn };

/** @param locale BCP 47; of an unknown one the English catalogue. `en-XA` is the pseudo-locale. */
export async function catalogue(locale: string | undefined): Promise<Catalogue> {
  const tag = locale?.toLowerCase();
  if (tag === 'en-xa') {
    const { pseudoMessages, pseudoShell } = await import('./messages-pseudo.ts');
    return { messages: pseudoMessages, shell: pseudoShell };
  }
  if (tag?.split('-')[0] === 'ar') {
    const [{ ar }, { shellAr }] = await Promise.all([import('./messages-ar.ts'), import('./shell-messages-ar.ts')]);
    return { messages: ar, shell: shellAr };
  }
  return ENGLISH;
}
