/**
 * Hermes' own start breaker (`gateway/status.py`, `record_start_and_check_storm`): a gateway that is started more than five times in two
 * minutes waits before it starts its platforms. It writes its starts into `gateway-starts.log`, one epoch second per line.
 */

import path from 'node:path';
import { readTextFile } from './tolerant-json.ts';

const MAX_STARTS = 5;
const WINDOW_MS = 120_000;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 300_000;
/** The wait doubles with each start, at most this often. */
const MAX_DOUBLINGS = 6;

/** Until when the last started gateway waits, in epoch milliseconds; undefined where it does not wait. `startsMs` in any order. */
export function breakerWaitsUntil(startsMs: readonly number[]): number | undefined {
  const last = Math.max(...startsMs);
  const recent = startsMs.filter(at => last - at <= WINDOW_MS).length;
  if (recent <= MAX_STARTS) return undefined;
  return last + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(recent - MAX_STARTS, MAX_DOUBLINGS));
}

/** The starts that the gateway of this home has recorded, in epoch milliseconds. Like Hermes, skips lines that are no number. */
export function readGatewayStarts(home: string): number[] {
  const lines = readTextFile(path.join(home, 'gateway-starts.log'))?.split('\n') ?? [];
  return lines.flatMap(line => {
    const seconds = line.trim() === '' ? Number.NaN : Number(line);
    return Number.isFinite(seconds) && seconds > 0 ? [seconds * 1_000] : [];
  });
}
