/** The port through which CLI and controller manage a gateway service. Every implementation passes `test/contract/manager-contract.ts`. */

import type { AgentWork } from './agent-work.ts';
import type { BeforeSignIn } from './before-sign-in.ts';
import type { HistoryRecord } from './history.ts';
import type { GatewayIdentity } from './identity.ts';
import type { RecoveryLadder } from './ladder.ts';
import type { Report } from './operation-steps.ts';
import type { Receipt } from './receipt.ts';
import type { FoundProblem, Repair } from './repair.ts';
import type { Installable, Status } from './status.ts';

export interface InstallOptions {
  /** Which mechanism; default: the best one that this process has the rights for, else the one in charge. */
  readonly mechanism?: Installable;
  /** Another gateway program: argv, whose first entry is an absolute path. Default: resolved from the home at every start. */
  readonly gatewayCommand?: readonly string[];
  /** Another ladder than `RECOVERY_LADDER`; for tests and trials. */
  readonly recovery?: RecoveryLadder;
  /** How often a running gateway is asked whether it still answers, in milliseconds; default 30,000. For tests and trials. */
  readonly probeMs?: number;
  /** Whether a gateway that hangs is ended as a failure; default: as before, and yes for a new service. */
  readonly watchdog?: boolean;
  /**
   * Whether the service also runs before its user signs in; default: as before, and no for a new service. Another mechanism than the
   * service refuses it.
   */
  readonly beforeSignIn?: BeforeSignIn;
  /** After how much silence a gateway hangs, in milliseconds; default 180,000. For tests and trials. */
  readonly watchdogMs?: number;
}

export interface UninstallOptions {
  /** History and captured output stay, for the next installation; default: nothing stays. */
  readonly keepLogs?: boolean;
}

export interface HoldReason {
  /** The program that holds, in plain words. */
  readonly who: string;
  readonly why: string;
  /** Of the hold; the update that places several gives all of them its own. Default: a fresh one. */
  readonly id?: string;
}

export interface StartOptions {
  /** Leaves a gateway as it is that its user has stopped; decided when no other operation changes it. */
  readonly unlessStopped?: boolean;
}

export interface StopOptions {
  /** Does not wait for the work of the agent. */
  readonly now?: boolean;
}

export interface RestartOptions {
  /** Waits without limit until the agent has finished its work: resolves at once then, and `restartWhenIdle` of the status shows it. */
  readonly whenIdle?: boolean;
}

export interface RecoveryTest {
  readonly status: Status;
  /** From the end of the gateway to the evidence that the next one runs, in milliseconds. */
  readonly backMs: number;
}

export interface GatewayManager {
  /** What `install` can choose among, best first; never empty. */
  readonly mechanisms: readonly Installable[];
  /** Everything that `install` or `uninstall` would change; changes nothing. */
  preview(verb: 'install' | 'uninstall', identity: GatewayIdentity, options?: InstallOptions & UninstallOptions): Promise<Receipt>;
  /**
   * Registers and starts the gateway service, or brings an existing registration up to date. Idempotent; two at once: the second waits.
   * A better mechanism takes over from the one in charge, which is removed then; a worse one is refused with `mechanism-in-charge`.
   * Resolves when the gateway runs. When it does not start, the registration stays and `gateway-not-up` is thrown.
   */
  install(identity: GatewayIdentity, options?: InstallOptions, report?: Report): Promise<Status>;
  /** Stops the gateway and removes all that `install` made. Idempotent. */
  uninstall(identity: GatewayIdentity, report?: Report, options?: UninstallOptions): Promise<Status>;
  /** Everything that is wrong, and what its repair would change. Changes nothing. */
  examine(identity: GatewayIdentity): Promise<readonly FoundProblem[]>;
  /**
   * Repairs what can be repaired, with one consent at most, keeps what a user chose, and starts a gateway that should run. When the
   * consent is refused, `refused` says so; what needs no administrator is repaired nevertheless.
   */
  repair(identity: GatewayIdentity, report?: Report): Promise<Repair>;
  /** Sets desired to running and resolves when the gateway is up. Idempotent. @throws GatewayServiceError `not-installed` */
  start(identity: GatewayIdentity, report?: Report, options?: StartOptions): Promise<Status>;
  /**
   * Sets desired to stopped and resolves when nothing of the gateway is left. Its agent finishes its work first; after 45 s it is killed.
   * Idempotent.
   * @throws GatewayServiceError `not-installed`
   */
  stop(identity: GatewayIdentity, report?: Report, options?: StopOptions): Promise<Status>;
  /**
   * A new gateway process in place of the present one; the ladder starts again. The agent finishes its work first, for at most 45 s.
   * @throws GatewayServiceError with `whenIdle`: `work-unknown`
   */
  restart(identity: GatewayIdentity, report?: Report, options?: RestartOptions): Promise<Status>;
  /** Ends the wait of a restart for the work of the agent; the gateway runs on. Idempotent. */
  cancelRestart(identity: GatewayIdentity): Promise<void>;
  /** The work in progress, none without a gateway; undefined where the gateway does not say it. */
  agentWork(identity: GatewayIdentity): Promise<AgentWork | undefined>;
  /**
   * Kills the gateway, and resolves when the next one runs.
   * @throws GatewayServiceError `recovery-not-tested` where that would disturb an update or the work of the agent
   */
  testRecovery(identity: GatewayIdentity, report?: Report): Promise<RecoveryTest>;
  /** Turns the watchdog on or off, for the running gateway too. @throws GatewayServiceError `not-installed` */
  setWatchdog(identity: GatewayIdentity, on: boolean): Promise<void>;
  /** Ends the wait of an operation for an administrator's consent, as `consent-cancelled`; consent that was given already counts. */
  cancelConsent(identity: GatewayIdentity): Promise<void>;
  /** Ends a gateway that is stopping (for a stop, a restart, an update), without waiting for the work of its agent. Changes no other. */
  stopNow(identity: GatewayIdentity): Promise<void>;
  /**
   * Keeps the gateway stopped, without changing desired. Resolves when no process of the gateway is left; the returned function
   * releases the hold, and the gateway starts again. The hold also ends with this process.
   */
  hold(identity: GatewayIdentity, why: HoldReason, report?: Report): Promise<() => Promise<void>>;
  status(identity: GatewayIdentity): Promise<Status>;
  history(identity: GatewayIdentity): Promise<readonly HistoryRecord[]>;
  /** Calls back with the present status and after every change until the returned function is called. */
  watch(identity: GatewayIdentity, listener: (status: Status) => void): () => void;
  /** Path of the captured output; rotated files are `<path>.1`, `<path>.2`, … */
  logPath(identity: GatewayIdentity): string;
}
