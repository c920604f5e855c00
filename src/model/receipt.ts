/**
 * The receipt: every key, file, entry, right and ladder step that a change would touch. `install --dry-run` prints it and the panel shows
 * the same object before anything happens.
 */

import type { ServiceName } from './identity.ts';
import type { Installable } from './status.ts';

/** What an entry becomes, by code: English phrases here, those of other languages in their catalogues. */
const NOTES = {
  state: () => 'state, history and captured output, readable by you only',
  'state-removed': () => 'definition, history and captured output',
  delays: (delays: string, reset: string) => `restarts after ${delays} s; the delays begin anew after ${reset} s without a failure`,
  home: (home: string) => `home ${home}`,
  service: (name: string, command: string) => `"${name}", starts automatically: ${command}`,
  owner: () => 'the user whom the service belongs to',
  rights: () => 'you may query, start and stop it; changing it stays with administrators',
  'host-copy': () => 'a copy of the program, which updates of the app leave alone',
  'host-copy-removed': () => 'unless another profile uses it',
  'sign-in': (command: string) => `starts when you sign in: ${command}`,
  'sign-in-console': (command: string) => `starts when you sign in, with a console window, as always in development: ${command}`,
  repaired: (was: string, becomes: string) => `${was} → ${becomes}`,
  'start-type': (startType: string) => `start type "${startType}", which somebody chose`,
  stale: () => 'nobody needs it any more',
  'put-aside': () => 'kept beside it as ".damaged"',
  windowless: () => 'runs as you, without a window',
  'gateway-gives-way': () => 'it runs without a service, and gives way to the one of this service',
  'autostart-taken': () => 'started this gateway until now; it is remembered, and put back when you switch this off',
  'autostart-disabled': () => 'started this gateway until now; it is stopped and disabled, and nothing of it is deleted',
  'autostart-back': () => 'what started this gateway before; runs as you, with no more than your own rights',
  'autostart-stays-disabled': () => 'was disabled when you switched this on; "Services" of Windows can enable it again',
  'autostart-starts-something-else': () => 'has a name that Hermes uses, but does not start this gateway; left alone, look at it yourself',
  'autostart-another-user': () => 'belongs to another user of this computer; left alone',
  'autostart-unreadable': () => 'may not be read by you; left alone, look at it yourself',
  'autostart-unasked': (why: string) => `cannot be asked, so nothing is changed there (${why})`,
} as const satisfies Record<string, (...values: string[]) => string>;

export type ReceiptNotes = typeof NOTES;
type ReceiptNote = {
  [C in keyof ReceiptNotes]: { readonly code: C; readonly values: Parameters<ReceiptNotes[C]> };
}[keyof ReceiptNotes];

export interface ReceiptEntry {
  readonly action: 'create' | 'change' | 'remove' | 'keep' | 'start' | 'stop';
  readonly kind: 'folder' | 'file' | 'registry' | 'service' | 'right' | 'ladder' | 'startup-entry' | 'task' | 'process';
  /** What is touched: a path, a key, a service name. */
  readonly target: string;
  /** What it becomes, in one plain English phrase. */
  readonly detail?: string;
  /** The same by its code, where it is more than a name or a path. */
  readonly note?: ReceiptNote;
}

export interface Receipt {
  readonly schema: 1;
  readonly verb: 'install' | 'uninstall' | 'repair';
  readonly profile: string;
  readonly service: ServiceName;
  readonly mechanism: Installable;
  /** Whether an administrator's consent is needed. */
  readonly elevated: boolean;
  readonly entries: readonly ReceiptEntry[];
}

/** `detail` and `note` of an entry. */
export function noted<C extends keyof ReceiptNotes>(
  code: C,
  ...values: Parameters<ReceiptNotes[C]>
): Pick<ReceiptEntry, 'detail' | 'note'> {
  const phrase = NOTES[code] as (...given: string[]) => string;
  return { detail: phrase(...values), note: { code, values } as ReceiptNote };
}
