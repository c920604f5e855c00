/** Staggered starts: gateways start one after the other, because each start of Python keeps a core busy for a second. Pure. */

import { type HistoryRecord, lastEnded } from './history.ts';

/** Pause between two starts, and longest time from the first to the last, in milliseconds. */
const STEP_MS = 500;
const SPREAD_MS = 6_000;

/** How long after the first one the gateway at this position (from 0) of `count` is to start, in milliseconds. */
export function startDelayMs(position: number, count: number): number {
  return Math.round(position * Math.min(STEP_MS, SPREAD_MS / Math.max(1, count - 1)));
}

/**
 * Whether this is the start that comes with a sign-in or with Windows, at which all gateways start: the last gateway is from before the
 * machine started, or ended with the session. Not where the user has requested a start since, and so waits for it.
 * @param times when the user last requested a start, and when the machine started, in epoch milliseconds
 */
export function startsWithSession(
  history: readonly HistoryRecord[],
  { askedMs, bootedMs }: { askedMs: number; bootedMs: number },
): boolean {
  const started = history.findLast(record => record.kind === 'started');
  if (!started) return false;
  if (Date.parse(started.at) < bootedMs) return askedMs < bootedMs;
  const ended = lastEnded(history);
  return ended?.outcome === 'session-ending' && askedMs < Date.parse(ended.at);
}
