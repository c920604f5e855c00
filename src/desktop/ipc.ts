/** The IPC schema: one table of verbs, from which main process, preload bridge, browser shell, store and test double are derived. */

import type { AgentWork } from '../model/agent-work.ts';
import type { ErrorValue } from '../model/errors.ts';
import type { HistoryRecord } from '../model/history.ts';
import type { Operation, OperationStep } from '../model/operation-steps.ts';
import type { ProblemCode } from '../model/problems.ts';
import type { Receipt } from '../model/receipt.ts';
import type { Installable, Status } from '../model/status.ts';
import type { Timeline } from '../model/timeline.ts';
import type { PlannedGateway, UpdateOutcome, UpdateStep, UpdateVersions } from '../update/update-shape.ts';
import type { ShownError } from './shown-error.ts';

/** Channels are `hermes:gateway-service:<verb>`; pushes come on `hermes:gateway-service:changed`. */
export const CHANNEL_PREFIX = 'hermes:gateway-service:';
export const CHANGED = 'changed';
/** A page sends `true` to receive the pushes, and `false` to receive them no more. */
export const SUBSCRIBE = 'subscribe';

/** A part of the panel that tray and notifications open; `turnOn` is the question before the switch is turned on. */
export type Show = 'panel' | 'log' | 'turnOn';

/** Versions by name, e.g. `{ app: '0.1.0', electron: '40.10.2' }`. */
export type Versions = Readonly<Record<string, string>>;

/** All that a window shows of one profile; always the whole document, so that the next push makes up for a missed one. */
export interface Snapshot {
  readonly schema: 1;
  /** False where no mechanism of this system can keep a gateway running: the panel then renders nothing. */
  readonly supported: boolean;
  readonly profile: string;
  readonly profiles: readonly string[];
  readonly status: Status;
  /** What can keep a gateway running on this system, best first. */
  readonly mechanisms: readonly Installable[];
  /** Whether the app has its own way to update Hermes. */
  readonly canUpdateHermes?: true;
  /** The operation in progress, if any. */
  readonly operation?: {
    readonly verb: Operation;
    /** The latest step; absent until one began. */
    readonly step?: OperationStep;
    /** The service, program or PID of the step. */
    readonly subject?: string;
    readonly since: string;
  };
  /** Why the last operation failed; removed when the next one begins, when it is dismissed, and when the phase shows that it is over. */
  readonly lastError?: ShownError;
  /** What the last repair changed; removed when the next operation begins. */
  readonly repaired?: Receipt;
  /** How soon the gateway was back in the last test of the recovery, in milliseconds; removed when the next operation begins. */
  readonly recoveryMs?: number;
  /** A locale of the user's region, for times and numbers; absent where only the page knows it. */
  readonly region?: string;
  /** Of the main process, for "Copy details". */
  readonly versions?: Versions;
  /** The last records, oldest first, at most 20. */
  readonly history: readonly HistoryRecord[];
  /** The last 24 hours, from the whole history. */
  readonly timeline: Timeline;
  /** The running update of Hermes or of the app, whichever program runs it. */
  readonly update?: ShownUpdate;
  /** How the last update ended since the app started; removed when it is dismissed, or when the next update begins. */
  readonly updateEnd?: UpdateEnd;
}

/** As in its journal. */
export interface ShownUpdate {
  readonly id: string;
  /** What is updated: plain words, or the name of a program. */
  readonly what: string;
  /** The program that updates. */
  readonly who: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly step: UpdateStep;
  /** The last progress line of the update. */
  readonly progress?: string;
  readonly versions?: UpdateVersions;
  /** Whether this app runs it; such an update ends with the app. */
  readonly own: boolean;
  /** The gateways that are stopped for it; empty where they are not known. */
  readonly gateways: readonly Pick<PlannedGateway, 'profile' | 'state' | 'error'>[];
}

export interface UpdateEnd {
  readonly id: string;
  readonly outcome: UpdateOutcome;
  /** Why, where it is known. */
  readonly why?: ErrorValue;
  readonly what: string;
  readonly versions?: UpdateVersions;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface LogTail {
  readonly path: string;
  /** The last lines, or those around an end, oldest first, without control characters, at most 4,096 characters each. */
  readonly lines: readonly string[];
  /** What the log contains now: to be sent back to wait for its next change. */
  readonly stamp: string;
  /** Whether it contains the end that was asked for. */
  readonly hasEnd?: boolean;
  /** Whether `reveal` is supported. */
  readonly canReveal: boolean;
}

/** What is sent, by kind. */
export interface Requests {
  /** Without a name: the default profile. */
  anyProfile: { profile?: string | undefined };
  profile: { profile: string };
  /**
   * `mechanism` and `beforeSignIn` are for turning on; default: the best one, whatever consent it requires, and as before. Turning on what is
   * on changes these. `keepLogs` is for turning off: history and captured output stay; by default they are removed.
   */
  switch: {
    profile: string;
    on: boolean;
    mechanism?: Installable | undefined;
    beforeSignIn?: boolean | undefined;
    keepLogs?: boolean | undefined;
  };
  /** `end`: where an end of the gateway is, by its record. `known`: only after the log has changed since that stamp, or after some seconds. */
  log: {
    profile: string;
    lines?: number | undefined;
    end?: { at: string; cause?: string | undefined } | undefined;
    known?: string | undefined;
  };
  update: { profile: string; update?: string | undefined };
  watchdog: { profile: string; on: boolean };
  problem: { profile: string; problem: ProblemCode };
}
export type RequestKind = keyof Requests;

/** What comes back, by kind. */
export interface Replies {
  snapshot: Snapshot;
  receipt: Receipt;
  log: LogTail;
  work: AgentWork | null;
  nothing: null;
}

/** Verb → kind of request, kind of reply. */
export const VERBS = {
  get: ['anyProfile', 'snapshot'],
  set: ['switch', 'snapshot'],
  /** What `set` would change. */
  preview: ['switch', 'receipt'],
  start: ['profile', 'snapshot'],
  stop: ['profile', 'snapshot'],
  /** Ends the wait of an operation for the work of the agent. */
  stopNow: ['profile', 'nothing'],
  /** Ends the wait of an operation for an administrator's consent. */
  cancelConsent: ['profile', 'nothing'],
  restart: ['profile', 'snapshot'],
  /** Restarts when the agent has finished its work; the status shows that it waits. */
  restartWhenIdle: ['profile', 'nothing'],
  /** Ends the wait of `restartWhenIdle`. */
  cancelRestart: ['profile', 'nothing'],
  /** The work in progress, before a restart; null where the gateway does not say it. */
  agentWork: ['profile', 'work'],
  /** Kills the gateway; `recoveryMs` is how soon the next one ran. */
  testRecovery: ['profile', 'snapshot'],
  repair: ['profile', 'snapshot'],
  /** What `repair` would change. */
  previewRepair: ['profile', 'receipt'],
  logs: ['log', 'log'],
  /** Shows the log in the system's file manager. The main process knows the path; a page cannot name a file. */
  reveal: ['profile', 'nothing'],
  /** Shows the configuration of the profile in the system's file manager. */
  showConfiguration: ['profile', 'nothing'],
  /** Opens the page of Windows' settings on which a user permits the automatic sign-in. */
  openSignInOptions: ['profile', 'nothing'],
  /** Opens the documentation of a problem. A page names the problem, and the main process knows the address. */
  learnMore: ['problem', 'nothing'],
  /** Opens the app's own way to update Hermes. */
  updateHermes: ['profile', 'nothing'],
  /** Hides the end of this update, or without one why the last operation failed. */
  dismiss: ['update', 'snapshot'],
  /** Whether a gateway that hangs is restarted. */
  setWatchdog: ['watchdog', 'snapshot'],
} as const satisfies Readonly<Record<string, readonly [RequestKind, keyof Replies]>>;

export type Verb = keyof typeof VERBS;
export type RequestOf<V extends Verb> = Requests[(typeof VERBS)[V][0]];
export type ReplyOf<V extends Verb> = Replies[(typeof VERBS)[V][1]];
export const VERB_NAMES = Object.keys(VERBS) as readonly Verb[];

/** Errors cross as values, never as exceptions that lose their code. */
export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ShownError };

export type VerbMethods = { readonly [V in Verb]: (request: RequestOf<V>) => Promise<Reply<ReplyOf<V>>> };

/** What the host exposes to its pages, in its own `hermesDesktop`, as `gatewayService`. */
export interface GatewayServiceBridge extends VerbMethods {
  /** Calls back with every new snapshot, and with the part to show of it where the user asked for that; returns the unsubscribe. */
  onChanged(listener: (snapshot: Snapshot, show?: Show) => void): () => void;
}

/** How verbs travel: `ipcRenderer`, HTTP on loopback, or a test's bus. */
export interface Transport {
  invoke(verb: Verb, payload: unknown): Promise<unknown>;
  subscribe(listener: (snapshot: unknown, show?: unknown) => void): () => void;
}

/** The bridge over any transport. Imports nothing from Node, so that a sandboxed preload can load it. */
export function createBridge({ invoke, subscribe }: Transport): GatewayServiceBridge {
  const methods = Object.fromEntries(VERB_NAMES.map(verb => [verb, (request: unknown) => invoke(verb, request)]));
  return {
    ...(methods as unknown as VerbMethods),
    onChanged: listener => subscribe((snapshot, show) => listener(snapshot as Snapshot, show as Show | undefined)),
  };
}
