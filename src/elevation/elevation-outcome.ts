/**
 * Decides the outcome of an elevation. The prompt's report is only a hint: sudo-prompt reports "did not grant permission" for a slow disk
 * too, and nothing for a killed step. What counts is the step's own line, whether a step is running, and what the SCM shows.
 */

import type { ElevatedAnswer, ElevatedTask, ElevationOutcome } from '../model/elevation.ts';
import { GatewayServiceError } from '../model/errors.ts';
import { poll } from '../model/poll.ts';

/** What is known of the prompt. */
export type Prompted =
  /** The step answered. */
  | { readonly kind: 'answered'; readonly answer: ElevatedAnswer }
  /** The step ran, but its answer is missing or invalid. */
  | { readonly kind: 'ended'; readonly detail: string }
  /** The prompt reports that consent was declined. */
  | { readonly kind: 'refused' }
  /** This method does not work here; no prompt was shown. */
  | { readonly kind: 'unusable'; readonly reason: string }
  /** No result yet. */
  | { readonly kind: 'silent' };

/** What can be observed from outside. */
export interface ElevationFacts {
  /** Whether an elevated step is running, on the whole machine. */
  readonly isRunning: () => boolean;
  /** Whether consent was given and the program of the step is being copied; on a slow disk long before the step runs. */
  readonly isCopying?: () => boolean;
  /** Whether the SCM shows the requested state. */
  readonly isDone: () => boolean;
  /** Makes the request, without which a step does nothing; the returned function takes it back. */
  readonly request?: () => () => void;
}

export type FactsOf = (task: ElevatedTask) => ElevationFacts;

export interface SettleTimes {
  /** The longest wait. */
  readonly deadlineMs: number;
  /** How long after a refusal a step may still begin, and how long after the end of a step its answer may still arrive. */
  readonly graceMs: number;
}

const LOOK_EVERY_MS = 100;
/** Windows closes its own prompt after two minutes, and reports that as a refusal. */
const UNANSWERED_MS = 118_000;

/** The outcome, once there is nothing to wait for. Pure. */
export function outcomeOf(prompted: Prompted, { running, done }: { readonly running: boolean; readonly done: boolean }): ElevationOutcome {
  if (prompted.kind === 'answered') {
    if (!prompted.answer.ok) return { kind: 'failed', error: prompted.answer.error };
    if (!done) return failed(new GatewayServiceError('service-readback', '(The SCM does not show what was done.)'));
    return { kind: 'done' };
  }
  if (prompted.kind === 'unusable') return { kind: 'unavailable', reason: prompted.reason };
  if (running) return { kind: 'timed-out' };
  if (done) return { kind: 'done' };
  switch (prompted.kind) {
    case 'refused':
      return { kind: 'declined' };
    case 'ended':
      return failed(new GatewayServiceError('elevation-failed', `(${prompted.detail})`));
    case 'silent':
      return { kind: 'unanswered' };
  }
}

const failed = (error: GatewayServiceError): ElevationOutcome => ({ kind: 'failed', error: error.toValue() });

export interface Waiting {
  readonly times: SettleTimes;
  /** Takes the request back: a step that begins later does nothing. */
  readonly withdraw?: (() => void) | undefined;
  /** Called once: when a step is first seen running, or seen to have run. */
  readonly onRunning?: (() => void) | undefined;
  /** Ends the wait, unless a step is running. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits until prompt, step and SCM leave nothing open, or until the deadline, and returns the outcome. Afterwards no step begins
 * any more.
 */
export async function settle(prompt: Promise<Prompted>, facts: ElevationFacts, waiting: Waiting): Promise<ElevationOutcome> {
  const { times, withdraw, onRunning = () => undefined, signal } = waiting;
  const beganMs = performance.now();
  let prompted: Prompted = { kind: 'silent' };
  let seenRunning = false;
  /** The copy stays after the step, so it counts only before that. */
  let seenStep = false;
  let quietSinceMs = performance.now();
  void prompt.then(came => {
    prompted = came;
    quietSinceMs = performance.now();
  });
  const isCopying = (): boolean =>
    !seenStep && (prompted.kind === 'silent' || prompted.kind === 'refused') && facts.isCopying?.() === true && !facts.isDone();
  const isSettled = (): boolean => {
    if (prompted.kind === 'answered' || prompted.kind === 'unusable') return true;
    if (signal?.aborted) withdraw?.();
    const isRunning = facts.isRunning();
    seenStep ||= isRunning;
    if (isRunning || isCopying()) {
      if (!seenRunning) onRunning();
      seenRunning = true;
      quietSinceMs = performance.now();
      return false;
    }
    if (signal?.aborted) return true;
    if (prompted.kind === 'silent' && !seenRunning) return false;
    if (prompted.kind === 'refused' && facts.isDone()) return true;
    return performance.now() - quietSinceMs >= times.graceMs;
  };
  await poll(isSettled, { what: 'an elevated step', deadlineMs: times.deadlineMs, everyMs: LOOK_EVERY_MS }).catch(error => {
    if (error instanceof GatewayServiceError && error.code === 'timed-out') return;
    withdraw?.();
    throw error;
  });
  withdraw?.();
  const running = facts.isRunning() || isCopying();
  if (prompted.kind === 'silent' && seenRunning && !running) prompted = { kind: 'ended', detail: 'The step ended without an answer.' };
  const outcome = outcomeOf(prompted, { running, done: facts.isDone() });
  if (signal?.aborted && (outcome.kind === 'unanswered' || outcome.kind === 'declined')) return { kind: 'cancelled' };
  if (outcome.kind === 'declined' && performance.now() - beganMs >= UNANSWERED_MS) return { kind: 'unanswered' };
  // A step may begin and end between two looks.
  if (outcome.kind === 'done' && !seenRunning) onRunning();
  return outcome;
}
