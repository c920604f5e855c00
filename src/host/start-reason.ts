/** Why the SCM has started the service. Pure. */

import type { HostFacts } from '../model/facts.ts';
import type { RecoveryLadder } from '../model/ladder.ts';
import { staysStopped } from '../model/runner-exit.ts';
import type { StartReason } from '../windows/service-host.ts';

/** How late a start may be and still count as a restart by the SCM, where Windows does not say so, in milliseconds. */
const RESTART_LATE_MS = 5_000;

/**
 * Why the SCM started the service. Where Windows does not say (Wine), it follows from what the last broker wrote: a killed one wrote
 * nothing more, a failed one is restarted when the ladder says so, and without an earlier broker Windows has just started.
 */
export function whyStarted(
  reported: StartReason | undefined,
  last: HostFacts | undefined,
  { delaysMs }: RecoveryLadder,
  nowMs: number,
): StartReason {
  if (reported) return reported;
  if (!last) return 'automatic';
  if (last.phase !== 'stopped' && last.phase !== 'restarting') return 'restart-after-failure';
  // After a decision to stay stopped no restart is due.
  if (staysStopped(last.lastRunnerExit?.code ?? null)) return 'demand';
  const delayMs = delaysMs[Math.min(last.failures ?? 0, delaysMs.length) - 1] ?? Number.NaN;
  const dueMs = Date.parse(last.lastRunnerExit?.at ?? '') + delayMs;
  const wasQueued = last.phase === 'restarting' || Date.parse(last.lastStop?.at ?? '') < dueMs;
  return wasQueued && nowMs >= dueMs && nowMs - dueMs < RESTART_LATE_MS ? 'restart-after-failure' : 'demand';
}

/** Whether this start is a restart that the SCM had queued before the service was stopped: the SCM cannot cancel it. */
export function undoesStop(reason: StartReason, last: HostFacts | undefined): boolean {
  return reason === 'restart-after-failure' && (last?.phase === 'stopped' || last?.phase === 'stopping');
}
