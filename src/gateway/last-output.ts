/**
 * What the last lines of a gateway's output say about its end, where its exit code does not. The texts are those of Hermes 0.19 to 0.22
 * (`gateway/run.py`, `hermes_cli/gateway.py`).
 */

import { redact } from '../model/redact.ts';

/** A cause is one line in a panel and in a notification; number of characters. */
const CAUSE_LENGTH = 200;
const TRACEBACK = 'Traceback (most recent call last)';
/** Time and level, with which loggers begin a line. */
const LOG_PREFIX =
  /^(?:\[?\d{4}-\d\d-\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)?\]?[\s|:-]*)?(?:\[?(DEBUG|INFO|WARNING|ERROR|CRITICAL)\b\]?[\s|:-]*)?/;
/** Levels of lines that are no reason to end. */
const QUIET: ReadonlySet<string | undefined> = new Set(['DEBUG', 'INFO', 'WARNING']);
/** Colours and other control sequences of a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with a control character
const CONTROL = /\x1b\[[\d;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]/g;

/**
 * Why a gateway ended, as it printed it last on stderr: the error of its last Python traceback, else its last line that is not of a level
 * below an error. Without secrets.
 */
export function causeOf(stderr: string): string | undefined {
  const lines = stderr.split('\n').map(line => line.replace(CONTROL, ''));
  const traceback = lines.findLastIndex(line => line.startsWith(TRACEBACK));
  // The frames of a traceback are indented, its error is not.
  const error = traceback < 0 ? undefined : lines.slice(traceback + 1).find(line => /^\S/.test(line));
  const last = lines.findLast(line => line.trim() !== '' && !QUIET.has(LOG_PREFIX.exec(line)?.[1]));
  const said = (error ?? last ?? '').replace(LOG_PREFIX, '').trim();
  if (said === '') return undefined;
  // The name of a Python error (InvalidToken) is no name of a secret.
  const [, name = '', message = said] = /^([A-Za-z_][\w.]*: )(.+)$/.exec(error === undefined ? '' : said) ?? [];
  return cut(`${name}${redact(message)}`);
}

/** The last line that the present gateway printed, without secrets: the lines of the log before its own begin are those of another one. */
export function lastLine(log: readonly string[]): string | undefined {
  const own = log.slice(log.findLastIndex(line => line.startsWith('--- ')) + 1);
  const said = own.findLast(line => line.trim() !== '')?.replace(LOG_PREFIX, '');
  return said && statedCause(said);
}

/** The same of what Hermes states in its files, as one line. */
export const statedCause = (stated: string): string => cut(redact(stated).replace(/\s+/g, ' ').trim());

const cut = (text: string): string => (text.length <= CAUSE_LENGTH ? text : `${text.slice(0, CAUSE_LENGTH - 1)}…`);

/** Hermes 0.22 starts no gateway for a named profile, because the gateway of another profile serves it. */
export function refusesOwnGateway(lines: readonly string[]): boolean {
  return lines.some(line => /does not get a gateway of its own|host gateway (?:already|still) serves profile/.test(line));
}

/** The signal that ended the gateway without an announcement, e.g. `SIGTERM`. */
export function unplannedSignal(lines: readonly string[]): string | undefined {
  return lines.map(line => /Shutdown context: signal=(SIG[A-Z]+)/.exec(line)?.[1]).findLast(signal => signal !== undefined);
}
