/**
 * The recovery ladder: how long the SCM (or the supervisor, where there is no SCM) waits before each restart.
 * Both use the same rule, Microsoft's for SERVICE_FAILURE_ACTIONSW: the Nth failure takes the Nth delay, the last delay repeats,
 * and the count starts again after `resetMs` without a failure.
 */

export interface RecoveryLadder {
  /** Delay before the 1st, 2nd, … restart, in milliseconds. */
  readonly delaysMs: readonly number[];
  /** Time without a failure after which the count starts again, in milliseconds. The SCM keeps whole seconds. */
  readonly resetMs: number;
}

/**
 * Mostly squares, as Tailscale uses them: quick enough that a single crash goes unnoticed, slow enough that a gateway which cannot
 * start does not load the machine. A gateway that always crashes reaches the last delay after 206 s.
 */
export const RECOVERY_LADDER: RecoveryLadder = {
  delaysMs: [1_000, 2_000, 4_000, 9_000, 16_000, 25_000, 36_000, 49_000, 64_000],
  resetMs: 60_000,
};

/** How many of these failures count, and when the next try is due (undefined without failures); in epoch milliseconds, ascending. */
export function ladderPosition(ladder: RecoveryLadder, failuresAt: readonly number[]) {
  let failures = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const at of failuresAt) {
    failures = at - last >= ladder.resetMs ? 1 : failures + 1;
    last = at;
  }
  const delayMs = ladder.delaysMs[Math.min(failures, ladder.delaysMs.length) - 1];
  return { failures, nextAt: delayMs === undefined ? undefined : last + delayMs };
}
