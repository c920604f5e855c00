/** The facts that a status is made of: registration (from the SCM or the definition), host facts, and the state that the runner reports. */

import * as v from 'valibot';
import type { ShownBeforeSignIn } from './before-sign-in.ts';
import { ERROR_VALUE } from './error-value.ts';
import type { KnownEnd } from './known-end.ts';
import { count, isoTime, matching, pid, serviceName } from './schemas.ts';
import type { AutomaticSignIn, StartType } from './status.ts';

export interface Registered {
  readonly state: 'registered';
  readonly host: 'stopped' | 'starting' | 'running' | 'stopping';
  readonly hostPid?: number;
  /** The host process was stopped by a signal (SIGSTOP), so it starts nothing until it continues. */
  readonly suspended?: true;
  readonly startType?: StartType;
  readonly automaticSignIn?: AutomaticSignIn;
  readonly beforeSignIn?: ShownBeforeSignIn;
  /** What is started is not the program that would be registered now. */
  readonly outdated?: boolean;
}

/** What is registered under the service's name, and whether its host process runs. */
export type Registration =
  | { readonly state: 'absent' }
  | Registered
  | { readonly state: 'removal-pending' }
  /** `program`: the one that the service starts, where it is no service of this module. */
  | { readonly state: 'foreign'; readonly detail: string; readonly program?: string }
  | { readonly state: 'unsupported' }
  | { readonly state: 'unknown'; readonly detail: string };

const HOST_FACTS = v.object({
  phase: v.picklist(['starting', 'running', 'restarting', 'waiting-for-sign-in', 'stopping', 'stopped']),
  since: isoTime,
  lastStop: v.exactOptional(v.object({ at: isoTime, reason: v.string() })),
  lastRunnerExit: v.exactOptional(v.object({ at: isoTime, code: v.nullable(count) })),
  /** Failures in a row, as the broker counts them for the SCM. */
  failures: v.exactOptional(count),
  /** The next try, where the host makes it. */
  nextTry: v.exactOptional(v.object({ at: isoTime, attempt: count })),
  /** The program file of a supervisor: its copy must stay while it lives. */
  program: v.exactOptional(v.string()),
  launchError: v.exactOptional(ERROR_VALUE),
  /** The session of the runner; before the sign-in of its owner there is none. */
  session: v.exactOptional(v.object({ id: count, user: v.string(), beforeSignIn: v.exactOptional(v.literal(true)) })),
});

/** What the host (broker or supervisor) last did; stored where users can read it when no runner lives. */
export type HostFacts = Readonly<v.InferOutput<typeof HOST_FACTS>>;

/** Facts that any program may have written: undefined without a valid phase and time, and without every other field that is invalid. */
export function parseHostFacts(value: unknown): HostFacts | undefined {
  const whole = v.safeParse(HOST_FACTS, value);
  if (whole.success) return whole.output;
  const invalid = new Set(whole.issues.map(({ path }) => path?.[0].key));
  return matching(HOST_FACTS, Object.fromEntries(Object.entries(value ?? {}).filter(([name]) => !invalid.has(name))));
}

export const RUNNER_PHASES = ['starting', 'running', 'degraded', 'restarting', 'held-for-update', 'stopping'] as const;

export type RunnerPhase = (typeof RUNNER_PHASES)[number];

const PLATFORM = v.object({
  name: v.string(),
  state: v.string(),
  reason: v.exactOptional(v.string()),
  known: v.exactOptional(v.custom<KnownEnd>(value => typeof value === 'string')),
});

export const RUNNER_STATE = v.object({
  schema: v.literal(1),
  service: serviceName,
  runnerPid: pid,
  phase: v.picklist(RUNNER_PHASES),
  since: isoTime,
  /** Why this phase, in words of a log. */
  detail: v.exactOptional(v.string()),
  /** The runner restarts the gateway because the user requested it. */
  restartRequested: v.exactOptional(v.literal(true)),
  /** The runner restarts the gateway when its agent has no work in progress. */
  restartWhenIdle: v.exactOptional(v.literal(true)),
  /** The gateway is ending, and its agent finishes its work first. */
  finishingWork: v.exactOptional(v.literal(true)),
  /** The gateway process: the PID its own files prove, else the PID that was launched. */
  gateway: v.exactOptional(v.object({ pid, startedAt: isoTime })),
  platforms: v.exactOptional(v.pipe(v.array(PLATFORM), v.readonly())),
  /** Codes of `problems.ts` that only the runner can see. */
  problems: v.array(v.string()),
});

/** A runner that lives and does not answer on its control pipe; what is known of it comes from files. */
export interface SilentRunner {
  readonly pid: number;
  /** In words of a log. */
  readonly why: string;
  /** The gateway that it launched, where that lives. */
  readonly gateway?: RunnerState['gateway'];
}

/** What the runner knows; carried by the control pipe. */
export type RunnerState = Readonly<v.InferOutput<typeof RUNNER_STATE>>;
