/**
 * The IPC schema of the gateway service: one typed table of verbs from which main process, preload bridge, browser shell, renderer and
 * test double are derived. Payloads are parsed at run time by `ipc-requests.ts`, on the side that receives them.
 */

import type { ErrorCode } from '../model/error-table.ts';
import type { ErrorValue } from '../model/errors.ts';
import type { HistoryRecord } from '../model/history.ts';
import type { Receipt } from '../model/receipt.ts';
import type { Installable, Status } from '../model/status.ts';
import type { Operation, Step } from '../model/steps.ts';
import type { PlannedGateway, UpdateOutcome, UpdateStep, UpdateVersions } from '../update/update-shape.ts';

/** Channels are `hermes:gateway-service:<verb>`; pushes come on `hermes:gateway-service:changed`. */
export const CHANNEL_PREFIX = 'hermes:gateway-service:';
export const CHANGED = 'changed';
/** With `true` a page says that it wants the pushes, with `false` that it does not any more. */
export const LISTEN = 'listen';

/** Versions by name, e.g. `{ app: '0.1.0', electron: '40.10.2' }`. */
export type Versions = Readonly<Record<string, string>>;

/** All that a window shows of one profile; a whole document each time, so that a missed push cannot leave it wrong. */
export interface Snapshot {
  readonly schema: 1;
  /** False where nothing here can keep a gateway alive: the panel then renders nothing. */
  readonly supported: boolean;
  readonly profile: string;
  readonly profiles: readonly string[];
  readonly status: Status;
  /** What can keep a gateway here, best first. */
  readonly mechanisms: readonly Installable[];
  /** The operation at work, if any. */
  readonly operation?: {
    readonly verb: Operation;
    /** Its latest one; absent until one began. */
    readonly step?: Step;
    /** Whom or what the step is about. */
    readonly subject?: string;
    readonly since: string;
  };
  /** Why the last operation failed; gone when the next one begins. */
  readonly lastError?: ErrorValue;
  /** What the last repair has changed; gone when the next operation begins. */
  readonly repaired?: Receipt;
  /** Of the program behind it, for "copy details". */
  readonly versions?: Versions;
  /** The last records, oldest first, at most 20. */
  readonly history: readonly HistoryRecord[];
  /** The update under way of what the gateways run on, whoever does it. */
  readonly update?: ShownUpdate;
  /** How the last one ended that this app has seen; gone when it is dismissed, or when the next one begins. */
  readonly updateEnd?: UpdateEnd;
}

/** As in its journal. */
export interface ShownUpdate {
  readonly id: string;
  /** In plain words, or the name of a program. */
  readonly what: string;
  /** The program that updates. */
  readonly who: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly step: UpdateStep;
  /** The last thing that the work said. */
  readonly progress?: string;
  readonly versions?: UpdateVersions;
  /** This app does it: it is over when the app is. */
  readonly own: boolean;
  /** The gateways that are stopped for it, as far as they are known. */
  readonly gateways: readonly Pick<PlannedGateway, 'profile' | 'state' | 'error'>[];
}

export interface UpdateEnd {
  /** Of the update. */
  readonly id: string;
  readonly outcome: UpdateOutcome;
  /** Why, where it is known: a code of the table of errors, whose words are those of the locale. */
  readonly why?: ErrorCode;
  readonly what: string;
  readonly versions?: UpdateVersions;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface LogTail {
  readonly path: string;
  /** The last lines, oldest first, without control characters, at most 4,096 characters each. */
  readonly lines: readonly string[];
  /** Whether `reveal` does anything here. */
  readonly canReveal: boolean;
}

/** Verb → what is sent and what comes back. */
export interface Verbs {
  get: { request: { profile?: string }; reply: Snapshot };
  /** `mechanism` is for turning on; left out, the best one is meant, whatever consent it asks for. */
  set: { request: { profile: string; on: boolean; mechanism?: Installable }; reply: Snapshot };
  preview: { request: { profile: string; on: boolean; mechanism?: Installable }; reply: Receipt };
  start: { request: { profile: string }; reply: Snapshot };
  stop: { request: { profile: string }; reply: Snapshot };
  restart: { request: { profile: string }; reply: Snapshot };
  /** What `repair` would change. */
  examine: { request: { profile: string }; reply: Receipt };
  repair: { request: { profile: string }; reply: Snapshot };
  logs: { request: { profile: string; lines?: number }; reply: LogTail };
  /** Shows the log in the system's file manager. Which file that is, is never a page's to say. */
  reveal: { request: { profile: string }; reply: null };
  /** The end of this update was read. */
  dismiss: { request: { profile: string; update: string }; reply: Snapshot };
}
export type Verb = keyof Verbs;

/** Errors cross as values, never as exceptions that lose their code. */
export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorValue };

/** What the host adds to its own `hermesDesktop` as `gatewayService`. */
export interface GatewayServiceBridge {
  get(profile?: string): Promise<Reply<Snapshot>>;
  set(request: Verbs['set']['request']): Promise<Reply<Snapshot>>;
  preview(request: Verbs['preview']['request']): Promise<Reply<Receipt>>;
  start(profile: string): Promise<Reply<Snapshot>>;
  stop(profile: string): Promise<Reply<Snapshot>>;
  restart(profile: string): Promise<Reply<Snapshot>>;
  examine(profile: string): Promise<Reply<Receipt>>;
  repair(profile: string): Promise<Reply<Snapshot>>;
  logs(request: Verbs['logs']['request']): Promise<Reply<LogTail>>;
  reveal(profile: string): Promise<Reply<null>>;
  dismiss(request: Verbs['dismiss']['request']): Promise<Reply<Snapshot>>;
  /** Calls back with every new snapshot; returns the unsubscribe. */
  onChanged(listener: (snapshot: Snapshot) => void): () => void;
}

/** How verbs travel: `ipcRenderer`, HTTP on loopback, or a test's bus. */
export interface Transport {
  invoke(verb: Verb, payload: unknown): Promise<unknown>;
  subscribe(listener: (snapshot: unknown) => void): () => void;
}

/** The bridge over any transport. Imports nothing from Node, so a sandboxed preload can hold it. */
export function createBridge(transport: Transport): GatewayServiceBridge {
  const invoke = <V extends Verb>(verb: V, payload: Verbs[V]['request']) =>
    transport.invoke(verb, payload) as Promise<Reply<Verbs[V]['reply']>>;
  return {
    get: profile => invoke('get', profile === undefined ? {} : { profile }),
    set: request => invoke('set', request),
    preview: request => invoke('preview', request),
    start: profile => invoke('start', { profile }),
    stop: profile => invoke('stop', { profile }),
    restart: profile => invoke('restart', { profile }),
    examine: profile => invoke('examine', { profile }),
    repair: profile => invoke('repair', { profile }),
    logs: request => invoke('logs', request),
    reveal: profile => invoke('reveal', { profile }),
    dismiss: request => invoke('dismiss', request),
    onChanged: listener => transport.subscribe(snapshot => listener(snapshot as Snapshot)),
  };
}
