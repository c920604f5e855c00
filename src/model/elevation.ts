/**
 * The port for what needs an administrator: a verb, names of services and an option go in, one line of JSON comes back. No path, home, command or
 * SID, because a program that can write those for the elevated step could make it run anything.
 */

import * as v from 'valibot';
import type { BeforeSignIn } from './before-sign-in.ts';
import { ERROR_VALUE } from './error-value.ts';
import { type ErrorValue, GatewayServiceError } from './errors.ts';
import type { ServiceName } from './identity.ts';
import { jsonLine, matching } from './schemas.ts';

export type ElevatedVerb = 'install' | 'repair' | 'uninstall';

/** How an elevation ended. `declined` only when no elevated step is running and the SCM shows no change. */
export type ElevationOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'declined' }
  /** Nobody answered the prompt. */
  | { readonly kind: 'unanswered' }
  /** The wait was ended before the prompt was answered; an answer that comes later changes nothing. */
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly error: ErrorValue }
  | { readonly kind: 'timed-out' }
  /** This elevation does not work here; no prompt was shown. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** What an elevated step does. */
export interface ElevatedTask {
  readonly verb: ElevatedVerb;
  readonly service: ServiceName;
  /** A service that an installation replaces. */
  readonly removes?: ServiceName | undefined;
  /** Of an installation or a repair; default: `no`. */
  readonly beforeSignIn?: BeforeSignIn | undefined;
}

export interface Elevation {
  /** Throws the reason why it cannot even be tried. */
  check?(service: ServiceName): void;
  /**
   * Does the task with an administrator's rights, with one prompt at most. `onRunning` is called when consent was given; `signal` ends the
   * wait for it.
   */
  run(task: ElevatedTask, onRunning?: () => void, signal?: AbortSignal): Promise<ElevationOutcome>;
}

/** The arguments of an elevated step, after `elevated`. */
export const elevatedArguments = ({ verb, service, removes, beforeSignIn = 'no' }: ElevatedTask): string[] => [
  verb,
  '--service',
  service,
  ...(removes ? ['--removes', removes] : []),
  ...(beforeSignIn === 'no' ? [] : ['--before-sign-in', beforeSignIn]),
];

const ELEVATED_ANSWER = v.variant('ok', [v.object({ ok: v.literal(true) }), v.object({ ok: v.literal(false), error: ERROR_VALUE })]);

/** What the elevated step prints: one line on stdout. */
export type ElevatedAnswer = Readonly<v.InferOutput<typeof ELEVATED_ANSWER>>;

/** Ends the arguments of a step that was consented to: it does nothing where its requester no longer waits. */
export const WHILE_REQUESTED = '--while-requested';

/** The name that the requester holds while it waits. */
export const requestName = ({ verb, service }: Pick<ElevatedTask, 'verb' | 'service'>): string => `HermesGatewayRequest-${verb}-${service}`;

/** Exit code of such a step. */
export const NOT_REQUESTED_EXIT = 3;

/** Held by an elevated step while it runs: one at a time on a machine, visible to every process. */
export const ELEVATED_MUTEX = 'Global\\HermesGatewayElevated';

export const isElevatedVerb = (verb: unknown): verb is ElevatedVerb => verb === 'install' || verb === 'repair' || verb === 'uninstall';

/** The answer in the output of an elevated step, which is the last line; undefined where there is none. */
export function parseAnswer(stdout: string): ElevatedAnswer | undefined {
  return matching(jsonLine(ELEVATED_ANSWER), stdout.trimEnd().split(/\r?\n/).at(-1));
}

/** Throws the failure that an outcome means; `done` means none. */
export function requireDone(outcome: ElevationOutcome, verb: ElevatedVerb, service: ServiceName): void {
  switch (outcome.kind) {
    case 'done':
      return;
    case 'declined':
      throw new GatewayServiceError('consent-declined');
    case 'unanswered':
      throw new GatewayServiceError('consent-unanswered');
    case 'cancelled':
      throw new GatewayServiceError('consent-cancelled');
    case 'failed':
      throw GatewayServiceError.fromValue(outcome.error);
    case 'timed-out':
      throw new GatewayServiceError('timed-out', `(an administrator's consent to ${verb} ${service})`);
    case 'unavailable':
      throw new GatewayServiceError('elevation-unavailable', `(${outcome.reason})`);
  }
}
