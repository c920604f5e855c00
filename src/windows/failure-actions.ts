/**
 * The failure actions of a service, as the SCM takes them and as it keeps them in the registry (value `FailureActions` of the service's
 * key): five DWORDs — reset period in seconds, two unused pointers, the count, the offset of the actions (20) — and for each action its
 * type and its delay in milliseconds. Both are read back, because lost restart delays would be noticed only at the first crash.
 * Source: SERVICE_FAILURE_ACTIONSW, SC_ACTION (Microsoft Learn).
 */

import type { RecoveryLadder } from '../model/ladder.ts';

/** SERVICE_FAILURE_ACTIONSW as koffi represents it. */
export interface RawFailureActions {
  readonly dwResetPeriod: number;
  readonly lpRebootMsg: string | null;
  readonly lpCommand: string | null;
  readonly cActions: number;
  readonly lpsaActions: readonly { readonly Type: number; readonly Delay: number }[];
}

const SC_ACTION_RESTART = 1;
const HEADER_BYTES = 20;

/** The delays as the structure. Its reset period is in whole seconds and is rounded up, so that the count never resets too early. */
export function toFailureActions(ladder: RecoveryLadder): RawFailureActions {
  return {
    dwResetPeriod: Math.ceil(ladder.resetMs / 1000),
    lpRebootMsg: null,
    lpCommand: null,
    cActions: ladder.delaysMs.length,
    lpsaActions: ladder.delaysMs.map(Delay => ({ Type: SC_ACTION_RESTART, Delay })),
  };
}

/** The delays in the structure; undefined where it contains other actions than restarts, or none. */
export function fromFailureActions(raw: Pick<RawFailureActions, 'dwResetPeriod' | 'lpsaActions'>): RecoveryLadder | undefined {
  const { lpsaActions: actions } = raw;
  if (actions.length === 0 || actions.some(action => action.Type !== SC_ACTION_RESTART)) return undefined;
  return { delaysMs: actions.map(action => action.Delay), resetMs: raw.dwResetPeriod * 1000 };
}

/** The delays in the registry's bytes; undefined for none, for other actions and for invalid bytes. */
export function parseFailureActions(bytes: Buffer): RecoveryLadder | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const count = bytes.readUInt32LE(12);
  if (bytes.length < HEADER_BYTES + 8 * count) return undefined;
  const lpsaActions = Array.from({ length: count }, (_, index) => ({
    Type: bytes.readUInt32LE(HEADER_BYTES + 8 * index),
    Delay: bytes.readUInt32LE(HEADER_BYTES + 8 * index + 4),
  }));
  return fromFailureActions({ dwResetPeriod: bytes.readUInt32LE(0), lpsaActions });
}
