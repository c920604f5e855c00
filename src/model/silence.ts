/**
 * How long a gateway that has answered before answers no more, and when that is a hang: pure. Only time counts in which a healthy gateway
 * could have answered. The yardstick is our own timer: one that came late shows that the machine slept or was under extreme load.
 */

export interface Silence {
  /** A gateway that never answered has nothing to ask, or is still starting: it cannot hang. */
  readonly answered: boolean;
  /** Probes without an answer in a row. */
  readonly missed: number;
  /** The time since the last answer, as far as it counts, in milliseconds. */
  readonly countedMs: number;
  /** Since the last probe, time has passed that does not count. */
  readonly disturbed: boolean;
}

export interface PassedTime {
  /** How much time passed, by a clock that also runs while the machine sleeps. */
  readonly elapsedMs: number;
  /** How much should have passed. */
  readonly plannedMs: number;
  /** A debugger was attached to the gateway, or the gateway was ending. */
  readonly excused: boolean;
}

/** After this many probes in a row without an answer a gateway counts as silent. */
export const STRIKES = 3;
/** A timer that comes later than this shows sleep or extreme load, in milliseconds. */
const LATE_MS = 2_000;

export const UNASKED: Silence = { answered: false, missed: 0, countedMs: 0, disturbed: false };

/** The machine slept, or this process did not get to run. */
export const wasAway = ({ elapsedMs, plannedMs }: Pick<PassedTime, 'elapsedMs' | 'plannedMs'>): boolean => elapsedMs - plannedMs > LATE_MS;

/** Counts time that has passed since the last call. */
export function afterTime(silence: Silence, passed: PassedTime): Silence {
  if (!silence.answered) return silence;
  if (passed.excused) return { ...silence, countedMs: 0, disturbed: true };
  if (wasAway(passed)) return { ...silence, disturbed: true };
  return { ...silence, countedMs: silence.countedMs + passed.elapsedMs };
}

/** Counts a probe that has ended. */
export function afterProbe(silence: Silence, answered: boolean): Silence {
  if (answered) return { ...UNASKED, answered };
  if (!silence.answered) return silence;
  return { ...silence, missed: silence.missed + (silence.disturbed ? 0 : 1), disturbed: false };
}

export const isSilent = ({ missed }: Silence): boolean => missed >= STRIKES;

/** It is to be ended as a failure. */
export const isHung = (silence: Silence, watchdogMs: number): boolean => isSilent(silence) && silence.countedMs >= watchdogMs;
