/**
 * The receipt: every key, file, entry and right that an operation would change. `install --dry-run` and the panel show it before the
 * change.
 */

import type { ServiceName } from './identity.ts';
import type { Installable } from './status.ts';

/** English phrases for what a target becomes, by code; catalogues of other languages have their own. */
const NOTES = {
  state: () => 'state, history and captured output, readable by you only',
  'state-removed': () => 'definition, history and captured output',
  'logs-kept': () => 'history and captured output',
  delays: (delays: string, reset: string) => `restarts after ${delays} s; the delays start again after ${reset} s without a failure`,
  home: (home: string) => `home ${home}`,
  service: (name: string, command: string) => `"${name}", starts automatically: ${command}`,
  owner: () => 'the user who owns the service',
  'before-sign-in': () =>
    'runs also before you sign in; until then without a desktop, without what Windows keeps for you (saved passwords, protected keys, network drives), and without mapped drives',
  'not-before-sign-in': () => 'waits until you sign in',
  rights: () => 'you can query, start and stop it; only administrators can change it',
  'host-copy': () => 'a copy of the program, which updates of the app do not change',
  'host-copy-removed': () => 'unless another profile uses it',
  'sign-in': (command: string) => `starts when you sign in: ${command}`,
  'sign-in-console': (command: string) => `starts when you sign in, with a console window, as always in development: ${command}`,
  repaired: (was: string, becomes: string) => `${was} → ${becomes}`,
  'start-type': (startType: string) => `start type "${startType}", which a user chose`,
  stale: () => 'no longer needed',
  'put-aside': () => 'kept beside it with the ending ".damaged"',
  windowless: () => 'runs as you, without a window',
  'gateway-gives-way': () => 'runs without a service; it stops, and this service starts its own',
  'autostart-taken': () => 'started this gateway until now; it is recorded, and restored when you switch this off',
  'autostart-disabled': () => 'started this gateway until now; it is stopped and disabled, and nothing of it is deleted',
  'packaged-in-charge': () => "Hermes' own packaged service, which runs this gateway now",
  'autostart-back': () => 'what started this gateway before; runs as you, with your own rights only',
  'autostart-stays-disabled': () => 'was disabled when you switched this on; you can enable it again in "Services"',
  'autostart-starts-something-else': () =>
    'has a name that Hermes uses, but does not start this gateway; it is not changed, check it yourself',
  'autostart-another-user': () => 'belongs to another user of this computer; it is not changed',
  'autostart-unreadable': () => 'cannot be read by you; it is not changed, check it yourself',
  'autostart-unasked': (why: string) => `could not be checked, so nothing is changed there (${why})`,
} as const satisfies Record<string, (...values: string[]) => string>;

export type ReceiptNotes = typeof NOTES;
export type ReceiptNote = {
  [C in keyof ReceiptNotes]: { readonly code: C; readonly values: Parameters<ReceiptNotes[C]> };
}[keyof ReceiptNotes];

export interface ReceiptRow {
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
  readonly rows: readonly ReceiptRow[];
}

/** `detail` and `note` of a row. */
export function noted<C extends keyof ReceiptNotes>(code: C, ...values: Parameters<ReceiptNotes[C]>): Pick<ReceiptRow, 'detail' | 'note'> {
  const phrase = NOTES[code] as (...given: string[]) => string;
  return { detail: phrase(...values), note: { code, values } as ReceiptNote };
}
