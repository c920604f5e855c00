/** A gateway that starts or stops for longer than usual. */

import type { Status } from './status.ts';

/** A start of Hermes takes a few seconds; in milliseconds. */
export const SLOW_MS = 15_000;

/** For how long it has been starting or stopping, in milliseconds; undefined before it is slow. */
export function slowMs({ phaseSince }: Pick<Status, 'phaseSince'>, nowMs: number): number | undefined {
  const passedMs = nowMs - Date.parse(phaseSince ?? '');
  return passedMs >= SLOW_MS ? passedMs : undefined;
}
