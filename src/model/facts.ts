/**
 * The facts a status is made of, each from the one who knows it: the SCM (or the definition, where there is no SCM) says what is
 * registered, the host what it last did, the runner what it sees of its gateway.
 */

import { type ErrorValue, isErrorValue } from './errors.ts';
import { type Fits, fieldsOf, fits, isCount, isText, isTime, orNull } from './fields.ts';
import type { ServiceName } from './identity.ts';
import { DBG_TERMINATE_PROCESS } from './ntstatus.ts';
import type { Phase, StartType } from './status.ts';

/** What is registered under the service's name, and whether its host process runs. */
export type Registration =
  | { readonly state: 'absent' }
  | {
      readonly state: 'registered';
      readonly host: 'stopped' | 'starting' | 'running' | 'stopping';
      readonly hostPid?: number;
      readonly startType?: StartType;
      /** What is started is not the program that would be registered now. */
      readonly outdated?: boolean;
    }
  | { readonly state: 'removal-pending' }
  | { readonly state: 'foreign'; readonly detail: string }
  | { readonly state: 'unsupported' }
  | { readonly state: 'unknown'; readonly detail: string };

/**
 * Exit codes of the runner. `stopped` is none that a process gets from somebody who ends it: a runner that was killed with 0 has failed.
 * `failed` is what the SCM or the supervisor counts; `sessionEnding` (DBG_TERMINATE_PROCESS, as Windows itself ends processes at sign-out)
 * is neither. `stoppedByLostUpdater`: stopped as asked, but by an updater that ended with the gateway it ran below, and so will not start it.
 */
export const RUNNER_EXIT = { stopped: 83, failed: 1, sessionEnding: DBG_TERMINATE_PROCESS, stoppedByLostUpdater: 84 } as const;

/** What the host (broker or supervisor) last did; kept where users may read it when no runner lives. */
export interface HostFacts {
  readonly phase: Extract<Phase, 'starting' | 'running' | 'restarting' | 'waiting-for-sign-in' | 'stopping' | 'stopped'>;
  /** ISO 8601, UTC, as all times here. */
  readonly since: string;
  readonly lastStop?: { readonly at: string; readonly reason: string };
  readonly lastRunnerExit?: { readonly at: string; readonly code: number | null };
  /** Failures in a row, as the broker counts them for the SCM. */
  readonly failures?: number;
  /** The next try, where the host does it itself and so knows it. */
  readonly nextTry?: { readonly at: string; readonly attempt: number };
  /** The program file of a supervisor: its copy must stay while it lives. */
  readonly program?: string;
  readonly launchError?: ErrorValue;
  readonly session?: { readonly id: number; readonly user: string };
}

const HOST_PHASES: ReadonlySet<unknown> = new Set<HostFacts['phase']>([
  'starting',
  'running',
  'restarting',
  'waiting-for-sign-in',
  'stopping',
  'stopped',
]);

/** What each field must be that may be missing. */
const FITS: Readonly<Record<Exclude<keyof HostFacts, 'phase' | 'since'>, Fits>> = {
  lastStop: value => fits(value, { at: isTime, reason: isText }),
  lastRunnerExit: value => fits(value, { at: isTime, code: orNull(isCount) }),
  failures: isCount,
  nextTry: value => fits(value, { at: isTime, attempt: isCount }),
  program: isText,
  launchError: isErrorValue,
  session: value => fits(value, { id: isCount, user: isText }),
};

/** Facts that anybody may have written: undefined where phase or time are none, and without every field that is not what it should be. */
export function parseHostFacts(value: unknown): HostFacts | undefined {
  const fields = fieldsOf(value);
  const { phase, since } = fields;
  if (!HOST_PHASES.has(phase) || !isTime(since)) return undefined;
  const fitting = Object.entries(FITS).flatMap(([name, each]) => (each(fields[name]) ? [[name, fields[name]]] : []));
  return { phase, since, ...Object.fromEntries(fitting) } as HostFacts;
}

export const RUNNER_PHASES = [
  'starting',
  'running',
  'degraded',
  'restarting',
  'held-for-update',
  'stopping',
] as const satisfies readonly Phase[];

export type RunnerPhase = (typeof RUNNER_PHASES)[number];

/** What the runner knows; carried by the control pipe. */
export interface RunnerState {
  readonly schema: 1;
  readonly service: ServiceName;
  readonly runnerPid: number;
  readonly phase: RunnerPhase;
  readonly since: string;
  /** Why this phase, in words of a log. */
  readonly detail?: string;
  /** The runner restarts the gateway because the user requested it. */
  readonly restartRequested?: true;
  /** The gateway process: the PID its own files prove, else the PID that was launched. */
  readonly gateway?: { readonly pid: number; readonly startedAt: string };
  /** Codes of `problems.ts` that only the runner can see. */
  readonly problems: readonly string[];
}
