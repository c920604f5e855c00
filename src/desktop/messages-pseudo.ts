/**
 * The pseudo-locale: the English catalogue with accents, two fifths longer and in brackets. Text on the screen without brackets is in no
 * catalogue; a bracket that is cut off shows where a translation would not fit.
 */

import type { Messages } from './messages.ts';
import { en } from './messages-en.ts';
import { type ShellMessages, shellEn } from './shell-messages.ts';

const PLAIN = 'AEIOUYaeiouycnsAN';
const ACCENTED = 'ÅÉÎÖÛÝåéîöûýçñšÄÑ';
const LONGER = 0.4;
/** What Windows shows of a tray tooltip. */
const TOOLTIP_LIMIT = 127;

/** Text without a letter (a PID, a count of seconds) is the same in every language. */
export function pseudoText(text: string): string {
  if (!/\p{L}/u.test(text)) return text;
  const accented = [...text].map(letter => ACCENTED[PLAIN.indexOf(letter)] ?? letter).join('');
  return `[${accented}${'·'.repeat(Math.ceil(text.length * LONGER))}]`;
}

/** A catalogue with each of its texts made pseudo, wherever they stand and whichever function says them. */
function pseudo<T>(catalogue: T): T {
  return translated(catalogue) as T;
}

function translated(value: unknown): unknown {
  if (typeof value === 'string') return pseudoText(value);
  if (typeof value === 'function') return (...given: unknown[]) => translated((value as (...given: unknown[]) => unknown)(...given));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, translated(entry)]));
}

export const pseudoMessages: Messages = {
  ...pseudo(en),
  locale: 'en-XA',
  direction: 'ltr',
  tooltip: (status, operation) => {
    const text = pseudoText(en.tooltip(status, operation));
    return text.length <= TOOLTIP_LIMIT ? text : `${text.slice(0, TOOLTIP_LIMIT - 1)}…`;
  },
};

export const pseudoShell: ShellMessages = pseudo(shellEn);
