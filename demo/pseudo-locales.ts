/**
 * The pseudo-locales, which test the layout: the English catalogue accented, two fifths longer and in brackets. Text on the screen without
 * brackets is in no catalogue; a bracket that is cut off shows where a translation would not fit. `ar-XB` is written from right to left as
 * well.
 */

import { type Catalogue, ENGLISH } from '../src/desktop/messages.ts';

const PLAIN = 'AEIOUYaeiouycnsAN';
const ACCENTED = 'ÅÉÎÖÛÝåéîöûýçñšÄÑ';
const LONGER = 0.4;
const RIGHT_TO_LEFT_OVERRIDE = '\u202e';
const POP_DIRECTION = '\u202c';

type PseudoLocale = 'en-XA' | 'ar-XB';

/** Text without a letter (a PID, a count of seconds) is the same in every language. */
export function pseudoText(text: string, locale: PseudoLocale): string {
  if (!/\p{L}/u.test(text)) return text;
  const accented = [...text].map(letter => ACCENTED[PLAIN.indexOf(letter)] ?? letter).join('');
  const longer = `[${accented}${'·'.repeat(Math.ceil(text.length * LONGER))}]`;
  return locale === 'ar-XB' ? RIGHT_TO_LEFT_OVERRIDE + longer + POP_DIRECTION : longer;
}

function translated(value: unknown, locale: PseudoLocale): unknown {
  if (typeof value === 'string') return pseudoText(value, locale);
  if (typeof value === 'function') return (...args: unknown[]) => translated((value as (...args: unknown[]) => unknown)(...args), locale);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, translated(each, locale)]));
}

/** @param locale everything but a pseudo-locale is English */
export function catalogueFor(locale: string | null): Catalogue {
  if (locale !== 'en-XA' && locale !== 'ar-XB') return ENGLISH;
  const { messages, shell } = translated(ENGLISH, locale) as Catalogue;
  return { messages: { ...messages, locale, direction: locale === 'ar-XB' ? 'rtl' : 'ltr' }, shell };
}
