/**
 * The status document (schema 1) of one profile's gateway service, for CLI, IPC, panel and tray.
 *
 *   not-installed ──install──▶ starting ──evidence──▶ running ◀──────────▶ degraded (alive, but silent)
 *        ▲                        ▲  ▲                  │  │
 *        │                        │  └─ladder─ restarting ◀┘ gateway, runner or host died
 *    uninstall                    │                     │
 *        │                 start, sign-in               ├─ exit 78 ─▶ needs-attention (no restart)
 *        └── stopped ◀── stopping ◀──────── stop ───────┘
 *   Beside them: held-for-update, waiting-for-sign-in, failed (nothing will restart it), removal-pending, foreign, unsupported, unknown.
 */

import type { ShownBeforeSignIn } from './before-sign-in.ts';
import type { ServiceName } from './identity.ts';
import type { KnownEnd } from './known-end.ts';
import type { RecoveryLadder } from './ladder.ts';
import type { Policy } from './policy.ts';
import type { Problem } from './problems.ts';

export const PHASES = [
  'not-installed',
  'stopped',
  'starting',
  'running',
  'degraded',
  'restarting',
  'waiting-for-sign-in',
  'held-for-update',
  'stopping',
  'failed',
  'needs-attention',
  'removal-pending',
  'foreign',
  'unsupported',
  'unknown',
] as const;

/** What is going on now. */
export type Phase = (typeof PHASES)[number];

/** What keeps the gateway alive; exactly one per profile. */
export type Mechanism = 'service' | 'startup' | 'embedded' | 'none';

/** A mechanism that can be installed. */
export type Installable = Exclude<Mechanism, 'none'>;

/** What the user requested, kept apart from what is observed. */
export type Desired = 'running' | 'stopped';

export type StartType = 'automatic' | 'automatic-delayed' | 'manual' | 'disabled';

/** Whether Windows signs the owner in by itself after an update has restarted it; `organisation`: a policy says that it does not. */
export type AutomaticSignIn = 'yes' | 'no' | 'organisation';

export interface LastExit {
  /** Exit code of the gateway; null when a signal or a lost runner hides it. */
  readonly code: number | null;
  /** A plain sentence. */
  readonly reason: string;
  /** What the gateway itself said about its failure, without secrets; at most 200 characters. */
  readonly cause?: string;
  /** Which one of the common ends it was; absent for every other one. */
  readonly known?: KnownEnd;
  /** With `port-in-use`: the process that listened on the port at that time, where it is known, and its program. */
  readonly holder?: { readonly pid: number; readonly program?: string };
  /** It was asked to end and had to be killed: work in progress is lost. */
  readonly killed?: true;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface Crashes {
  readonly count: number;
  /** When the first one was, ISO 8601, UTC. */
  readonly since: string;
}

/** A messaging platform of a gateway that runs. */
export interface PlatformStatus {
  /** Hermes' name, e.g. `telegram`; `work:telegram` where the gateway serves another profile by it. */
  readonly name: string;
  /** Hermes' word: `connected`, `connecting`, `retrying`, `fatal`, `disconnected` or `paused`; others may be added. */
  readonly state: string;
  /** Why it is not connected, without secrets; at most 200 characters. */
  readonly reason?: string;
  /** Which one of the common reasons it is; absent for every other one. */
  readonly known?: KnownEnd;
}

export interface Restarts {
  /** Restarts that the user did not request, since the user last started the gateway. */
  readonly count: number;
  /** ISO 8601, UTC. */
  readonly lastAt?: string;
  /** When the next try is due, ISO 8601, UTC. */
  readonly nextAt?: string;
  /** True when `nextAt` is computed from history and ladder and not reported by the host. */
  readonly estimated?: boolean;
  /** Failures in a row, which is the rung of the ladder, from 1. */
  readonly attempt?: number;
  /** Failures without a life of at least the ladder's reset period between them; absent once the gateway has run for that long. */
  readonly crashes?: Crashes;
}

export interface Status {
  readonly schema: 1;
  readonly profile: string;
  /** Name of the service, `HermesGateway` or `HermesGateway-<id>`. */
  readonly service: ServiceName;
  readonly mechanism: Mechanism;
  /** What an administrator has decided about the switch; absent where users decide. */
  readonly policy?: Policy;
  readonly phase: Phase;
  /** More about the phase, as a log has it: the reason of a hold, a probe without an answer, a path. */
  readonly detail?: string;
  /** Since when the gateway starts or stops, ISO 8601, UTC; in these two phases only. */
  readonly phaseSince?: string;
  /** The last line that it printed, where it starts or stops for long; without secrets, at most 200 characters. */
  readonly lastLine?: string;
  /** The gateway restarts because the user requested it. */
  readonly restartRequested?: true;
  /** The gateway is restarted when its agent has finished its work. */
  readonly restartWhenIdle?: true;
  /** With `foreign`: the program of the service that has the name. */
  readonly takenBy?: string;
  /** The gateway of another profile serves this one; without its PID where it does not run now. */
  readonly servedBy?: { readonly profile: string; readonly pid?: number };
  /** The gateway is ending (since when, ISO 8601, UTC), and its agent finishes its work first. */
  readonly finishingWorkSince?: string;
  readonly desired: Desired;
  readonly gatewayPid?: number;
  /** PID of the broker (service) or the supervisor (startup, embedded). */
  readonly servicePid?: number;
  /** When the gateway started, ISO 8601, UTC. */
  readonly startedAt?: string;
  readonly uptimeMs?: number;
  /** What the gateway reports of its platforms while it runs; absent where it reports none. */
  readonly platforms?: readonly PlatformStatus[];
  readonly restarts: Restarts;
  readonly lastExit?: LastExit;
  /** Where the gateway runs; `beforeSignIn`: outside of every session of its user (then the number is 0). */
  readonly session?: { readonly id: number; readonly user: string; readonly beforeSignIn?: true };
  readonly startType?: StartType;
  /** The service waits for its owner to sign in, since then: ISO 8601, UTC. */
  readonly waitingForSignInSince?: string;
  /** Absent where the gateway is not kept by the service, or Windows does not say it. */
  readonly automaticSignIn?: AutomaticSignIn;
  /** Whether the service also runs before its owner signs in; absent where the gateway is not kept by the service. */
  readonly beforeSignIn?: ShownBeforeSignIn;
  readonly recovery: RecoveryLadder;
  /** Whether a gateway that hangs is ended as a failure; absent where there is no definition. */
  readonly watchdog?: boolean;
  readonly problems: readonly Problem[];
}
