/** Why a gateway ended, in one clause, and what helps; a cause that is not recognised is quoted. Panel, tray, notifications and CLI use it. */

import { type KnownEnd, portIn } from '../model/known-end.ts';
import type { LastExit } from '../model/status.ts';
import type { Explained } from './messages-en-failures.ts';

type End = Pick<LastExit, 'cause' | 'known' | 'holder'>;

interface EndText {
  /** Behind a colon, so without a capital and a full stop. */
  readonly why: (cause: string, holder: LastExit['holder']) => string;
  readonly remedy: string;
}

/** What a pattern finds in the cause, as part of a text. */
const found = (cause: string, pattern: RegExp, text: (what: string) => string, otherwise: string): string => {
  const what = pattern.exec(cause)?.slice(1).find(Boolean);
  return what === undefined ? otherwise : text(what);
};

const botIn = (cause: string) => found(cause, /\b(telegram|discord)\b/i, name => `the ${capital(name.toLowerCase())} bot`, 'a bot');

const ENDS: Readonly<Record<KnownEnd, EndText>> = {
  'token-rejected': {
    why: cause => `the token of ${botIn(cause)} was rejected`,
    remedy: 'Put a valid token into ".env", which is beside the configuration.',
  },
  'token-in-use': {
    why: cause => `another gateway uses the token of ${botIn(cause)}`,
    remedy: 'Stop the other gateway, or give this profile a separate bot in ".env", which is beside the configuration.',
  },
  'port-in-use': {
    why: (cause, holder) => {
      const port = portIn(cause);
      const who = holder ? `${holder.program ?? 'another program'} (PID ${holder.pid})` : 'another program';
      return `${who} uses ${port === undefined ? 'its port' : `port ${port}`}`;
    },
    remedy: 'End that program, or choose another port in the configuration.',
  },
  'module-missing': {
    why: cause =>
      found(
        cause,
        /No module named '([\w.]+)'|([\w.-]+) not installed/,
        name => `${name} is not installed`,
        'a Python package is missing or damaged',
      ),
    remedy: 'Update Hermes or install it again; both install its packages.',
  },
  'hermes-incomplete': {
    why: () => 'files of Hermes are missing or do not fit each other',
    remedy: 'Update Hermes again, or install it again.',
  },
  configuration: {
    why: cause => `Hermes refuses its configuration${cause === '' ? '' : `: ${quoted(cause)}`}`,
    remedy: 'Correct the configuration.',
  },
  'disk-full': { why: () => 'the disk is full', remedy: 'Free some disk space.' },
  'out-of-memory': { why: () => 'there was not enough memory', remedy: 'Close programs that use much memory.' },
  killed: {
    why: () => 'another program or the system ended it',
    remedy: 'Look for what ends it, such as a virus scanner, a memory limit or a script.',
  },
  'no-network': {
    why: () => 'the network could not be reached',
    remedy: 'Check the internet connection, the proxy and the firewall.',
  },
};

/** The text of an end that is recognised; undefined also for one of a newer version. */
const textOf = ({ known }: End): EndText | undefined => (known && Object.hasOwn(ENDS, known) ? ENDS[known] : undefined);

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A longer cause is cut, so that it does not make the row grow; the last exit has all of it. Number of characters. */
const QUOTED_LENGTH = 80;

/** Without the class of a Python error in a module and without its full stop. */
function quoted(cause = ''): string {
  const said = cause.replace(/^[a-z_]\w*(?:\.\w+)+: (?=.)/i, '').replace(/\.$/, '');
  return said.length > QUOTED_LENGTH ? `${said.slice(0, QUOTED_LENGTH - 1).trimEnd()}…` : said;
}

/** Why it ended; undefined where that is not known. */
export const whyEnded = (end: End | undefined): string | undefined =>
  (end && (textOf(end)?.why(end.cause ?? '', end.holder) ?? quoted(end.cause))) || undefined;

/** The same behind a colon, or nothing. */
export const because = (end: End | undefined): string => {
  const why = whyEnded(end);
  return why === undefined ? '' : `: ${why}`;
};

/** What happened and what helps; undefined where the end is not recognised. */
export function explainEnd(end: End | undefined): Explained | undefined {
  const text = end && textOf(end);
  return text && { message: `${capital(text.why(end.cause ?? '', end.holder))}.`, remedy: text.remedy };
}
