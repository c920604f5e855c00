/**
 * The receipt: every key, file, entry, right and ladder step that a change would touch. `install --dry-run` prints it and the panel shows
 * the same object before anything happens.
 */

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
  windowless: () => 'runs as you, without a window',
} as const satisfies Record<string, (...values: string[]) => string>;

export type ReceiptNotes = typeof NOTES;
export type ReceiptNote = {
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
  readonly verb: 'install' | 'uninstall';
  readonly profile: string;
  readonly service: string;
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
