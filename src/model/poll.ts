/**
 * Waiting for a fact with a deadline, by asking again: Windows reports few facts as events (no empty process tree, no new registry key).
 */

import { setTimeout as delay } from 'node:timers/promises';
import { GatewayServiceError } from './errors.ts';

export interface PollOptions {
  /** What is awaited, e.g. "the gateway to come up"; the error names it. */
  readonly what: string;
  /** From the start of the wait; a function where it may move while the wait lasts. */
  readonly deadlineMs: number | (() => number);
  /** Pause between two questions; 50 ms when left out. */
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks until the answer is truthy and resolves with it; it asks once even when the deadline is 0. What `until` throws ends the wait.
 * @throws GatewayServiceError `timed-out` at the deadline; the signal's reason when it is aborted.
 */
export async function poll<T>(until: () => T | Promise<T>, options: PollOptions): Promise<NonNullable<Exclude<T, false | 0 | ''>>> {
  const { what, everyMs = 50, signal } = options;
  const startedAt = performance.now();
  for (;;) {
    signal?.throwIfAborted();
    const answer = await until();
    if (answer) return answer as NonNullable<Exclude<T, false | 0 | ''>>;
    const deadlineMs = typeof options.deadlineMs === 'function' ? options.deadlineMs() : options.deadlineMs;
    const leftMs = deadlineMs - (performance.now() - startedAt);
    if (leftMs <= 0) throw new GatewayServiceError('timed-out', `(waited ${deadlineMs / 1_000} s for ${what})`);
    await delay(Math.min(everyMs, leftMs), undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
  }
}

/** Pause before the next try after `failed` tries that failed in a row (from 0), in milliseconds: 1 s, doubled each time, at most 60 s. */
export const retryDelayMs = (failed: number): number => Math.min(60_000, 1_000 * 2 ** failed);
