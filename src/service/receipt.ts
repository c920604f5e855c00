/**
 * The receipt: every key, file, entry, right and ladder step that a change would touch. `install --dry-run` prints it and the panel shows
 * the same object before anything happens.
 */

import type { Mechanism } from './status.ts';

export interface ReceiptEntry {
  readonly action: 'create' | 'change' | 'remove' | 'keep' | 'start' | 'stop';
  readonly kind: 'folder' | 'file' | 'registry' | 'service' | 'right' | 'ladder' | 'startup-entry' | 'task' | 'process';
  /** What is touched: a path, a key, a service name. */
  readonly target: string;
  /** What it becomes, in one plain phrase. */
  readonly detail?: string;
}

export interface Receipt {
  readonly schema: 1;
  readonly verb: 'install' | 'uninstall';
  readonly profile: string;
  readonly service: string;
  readonly mechanism: Mechanism;
  /** Whether an administrator's consent is needed. */
  readonly elevated: boolean;
  readonly entries: readonly ReceiptEntry[];
}
