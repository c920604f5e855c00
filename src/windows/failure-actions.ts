/**
 * The failure actions of a service, as the SCM takes them and as it keeps them in the registry (value `FailureActions` of the service's key):
 * five DWORDs — reset period in seconds, two pointers that mean nothing there, the count, the offset of the actions (20) — and for each
 * action its type and its delay in milliseconds. Read back from both, because a ladder that was not kept is found at the first crash else.
 * Source: SERVICE_FAILURE_ACTIONSW, SC_ACTION (Microsoft Learn).
 */

/** After how long each failure is answered with a restart, and after how long without a failure the count begins anew. */
export interface RecoveryPlan {
  readonly delaysMs: readonly number[];
  readonly resetMs: number;
}

/** SERVICE_FAILURE_ACTIONSW as koffi takes and gives it. */
export interface RawFailureActions {
  readonly dwResetPeriod: number;
  readonly lpRebootMsg: string | null;
  readonly lpCommand: string | null;
  readonly cActions: number;
  readonly lpsaActions: readonly { readonly Type: number; readonly Delay: number }[];
}

const SC_ACTION_RESTART = 1;
const HEADER_BYTES = 20;

/** The plan as the structure; the reset period is in whole seconds there, and rounds up so that the count never resets too early. */
export function toFailureActions(plan: RecoveryPlan): RawFailureActions {
  return {
    dwResetPeriod: Math.ceil(plan.resetMs / 1000),
    lpRebootMsg: null,
    lpCommand: null,
    cActions: plan.delaysMs.length,
    lpsaActions: plan.delaysMs.map(Delay => ({ Type: SC_ACTION_RESTART, Delay })),
  };
}

/** The plan that the structure means; undefined when it holds anything else than restarts, or nothing. */
export function fromFailureActions(raw: Pick<RawFailureActions, 'dwResetPeriod' | 'lpsaActions'>): RecoveryPlan | undefined {
  const { lpsaActions: actions } = raw;
  if (actions.length === 0 || actions.some(action => action.Type !== SC_ACTION_RESTART)) return undefined;
  return { delaysMs: actions.map(action => action.Delay), resetMs: raw.dwResetPeriod * 1000 };
}

/** The plan that the registry's bytes mean; undefined for none, for other actions and for bytes that do not fit. */
export function parseFailureActions(bytes: Buffer): RecoveryPlan | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const count = bytes.readUInt32LE(12);
  if (bytes.length < HEADER_BYTES + 8 * count) return undefined;
  const lpsaActions = Array.from({ length: count }, (_, index) => ({
    Type: bytes.readUInt32LE(HEADER_BYTES + 8 * index),
    Delay: bytes.readUInt32LE(HEADER_BYTES + 8 * index + 4),
  }));
  return fromFailureActions({ dwResetPeriod: bytes.readUInt32LE(0), lpsaActions });
}

export const samePlan = (one: RecoveryPlan | undefined, other: RecoveryPlan | undefined): boolean =>
  one?.resetMs === other?.resetMs && one?.delaysMs.join() === other?.delaysMs.join();
