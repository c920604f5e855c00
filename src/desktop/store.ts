/**
 * The renderer's cache of the snapshots, one per profile. An action shows at once, the reply wins, a rejection keeps the old value and
 * exposes the error. It never polls. It is a `ReadableAtom` of nanostores 1 in shape and behaviour, so that `useStore`, `computed` and
 * `onMount` accept it; this package does not depend on nanostores.
 */

import type { AgentWork } from '../model/agent-work.ts';
import { INTERNAL_ERROR } from '../model/internal-error.ts';
import type { Operation } from '../model/operation-steps.ts';
import type { ProblemCode } from '../model/problems.ts';
import type { Receipt } from '../model/receipt.ts';
import type { Status } from '../model/status.ts';
import { setRegion } from './formats.ts';
import type { GatewayServiceBridge, LogTail, Reply, ReplyOf, RequestOf, Show, Snapshot, Verb, VerbMethods } from './ipc.ts';
import type { ShownError } from './shown-error.ts';

/** The shapes that a store returns, for code that may import from `src/desktop` only. */
export type { AgentWork, LogTail, Receipt, ShownError, Snapshot, Status };

/** The operation to show: the one just requested, or the one that the main process reports. */
export type ShownOperation = Omit<NonNullable<Snapshot['operation']>, 'since'>;

export interface GatewayServiceState {
  /** False without a bridge, or where no mechanism of this system can keep a gateway running: the panel renders nothing. */
  readonly supported: boolean;
  /** The main process has a newer schema. Its snapshots are not shown, because they could be misunderstood. */
  readonly outdated: boolean;
  /** The last valid snapshot of the selected profile; absent until the first one arrives. */
  readonly snapshot?: Snapshot;
  readonly operation?: ShownOperation;
  /** Why the last operation failed, until the next one begins. */
  readonly error?: ShownError;
  /** All profiles with their last snapshots; empty until the first snapshot arrives. */
  readonly profiles: readonly KnownProfile[];
  /** The part of the panel that tray or notification asked for last; each time another object. */
  readonly asked?: { readonly show: Show };
}

export interface KnownProfile {
  readonly profile: string;
  readonly snapshot?: Snapshot;
}

export type StoreListener = (value: GatewayServiceState, oldValue: GatewayServiceState) => void;

/** How to turn on or off. */
export type SwitchChoice = Omit<RequestOf<'set'>, 'profile' | 'on'>;

/** Failures of the methods are in `error` of the state; the methods themselves never reject. */
export interface GatewayServiceStore {
  readonly value: GatewayServiceState;
  /** The state before the first snapshot. */
  readonly init: GatewayServiceState;
  /** Number of listeners. */
  readonly lc: number;
  get(): GatewayServiceState;
  /** Calls back after every change. The first listener subscribes to the main process; removing the last one unsubscribes. */
  listen(listener: StoreListener): () => void;
  /** As `listen`, and calls back at once. */
  subscribe(listener: (value: GatewayServiceState, oldValue?: GatewayServiceState) => void): () => void;
  /** Calls all listeners, without a change. */
  notify(oldValue?: GatewayServiceState): void;
  /** Removes all listeners and unsubscribes. Called when the last one was removed, which `onMount` and `onStop` of nanostores use. */
  off(): void;
  /** Selects another profile, to which all later calls apply. */
  select(profile: string): void;
  /** Requests the present snapshot. */
  refresh(): Promise<void>;
  /**
   * Turns the service on (installs, starts) or off (stops, uninstalls), by default with the best mechanism. Resolves at the end.
   */
  set(on: boolean, choice?: SwitchChoice): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Ends the wait of an operation for the work of the agent. */
  stopNow(): Promise<void>;
  /** Ends the wait of an operation for an administrator's consent. */
  cancelConsent(): Promise<void>;
  restart(): Promise<void>;
  /** Restarts when the agent has finished its work. */
  restartWhenIdle(): Promise<void>;
  /** Ends that wait. */
  cancelRestart(): Promise<void>;
  /** The work in progress; undefined where it is not known. */
  agentWork(): Promise<AgentWork | undefined>;
  /** Kills the gateway, to see how soon the next one runs. */
  testRecovery(): Promise<void>;
  repair(): Promise<void>;
  /** What `repair` would change; undefined where that failed. */
  previewRepair(): Promise<Receipt | undefined>;
  /** What `set` would change; undefined where that failed. */
  preview(on: boolean, choice?: SwitchChoice): Promise<Receipt | undefined>;
  /** The last lines of the captured output, or what else is requested; undefined where that failed. */
  logs(request?: Omit<RequestOf<'logs'>, 'profile'>): Promise<LogTail | undefined>;
  /** Shows the log in the system's file manager. */
  reveal(): Promise<void>;
  /** Shows the configuration of the profile in the system's file manager. */
  showConfiguration(): Promise<void>;
  /** Opens the page of Windows' settings on which a user permits the automatic sign-in. */
  openSignInOptions(): Promise<void>;
  /** Opens the app's own way to update Hermes. */
  updateHermes(): Promise<void>;
  /** Opens the documentation of a problem. */
  learnMore(problem: ProblemCode): Promise<void>;
  /** Hides the end of this update, or without one why the last operation failed. */
  dismiss(update?: string): Promise<void>;
  /** Turns on or off that a gateway that hangs is restarted. */
  setWatchdog(on: boolean): Promise<void>;
}

/** What is known of one profile. */
interface ProfileCache {
  snapshot?: Snapshot;
  /** The action requested here that has no reply yet. */
  pending?: ShownOperation | undefined;
  /** Why the last action failed; kept through pushes, until the main process reports it or the next operation begins. */
  actionError?: ShownError | undefined;
  /** Why the last query failed; cleared by the next one that succeeds. */
  queryError?: ShownError | undefined;
}

/** Everything that the store knows; the shown state is computed from it. */
interface Cache {
  /** By name; undefined is the default profile until its name is known. */
  readonly profiles: Map<string | undefined, ProfileCache>;
  /** All names, in the order of the main process. */
  names: readonly string[];
  selected: string | undefined;
  supported: boolean;
  outdated: boolean;
  asked: GatewayServiceState['asked'];
}

function profileCache({ profiles }: Cache, name: string | undefined): ProfileCache {
  const cached = profiles.get(name) ?? {};
  profiles.set(name, cached);
  return cached;
}

function putSnapshot(cache: Cache, snapshot: Snapshot): void {
  cache.outdated = snapshot.schema !== 1;
  if (cache.outdated) return;
  cache.supported = snapshot.supported;
  if (snapshot.region) setRegion(snapshot.region);
  cache.selected ??= snapshot.profile;
  cache.names = snapshot.profiles;
  const cached = profileCache(cache, snapshot.profile);
  cached.snapshot = snapshot;
  if (snapshot.operation) clearErrors(cached);
  if (isReported(cached)) cached.actionError = undefined;
}

/** Whether the last snapshot contains the failure: then it also says when that is over. */
const isReported = ({ actionError, snapshot }: ProfileCache): boolean =>
  actionError !== undefined && actionError.id === snapshot?.lastError?.id;

function clearErrors(cached: ProfileCache): void {
  cached.actionError = undefined;
  cached.queryError = undefined;
}

/** A refused operation is over, even if the push that says so has not arrived yet. */
function endOperation(cached: ProfileCache): void {
  if (!cached.snapshot) return;
  const { operation: _ended, ...rest } = cached.snapshot;
  cached.snapshot = rest;
}

function stateOf(cache: Cache): GatewayServiceState {
  const { supported, outdated, names, selected, asked } = cache;
  const profiles = names.map((profile): KnownProfile => {
    const last = cache.profiles.get(profile)?.snapshot;
    return { profile, ...(last && { snapshot: last }) };
  });
  if (outdated) return { supported: true, outdated, profiles };
  const { snapshot, pending, actionError, queryError } = profileCache(cache, selected);
  const operation = snapshot?.operation ?? pending;
  const error = actionError ?? queryError ?? snapshot?.lastError;
  return {
    supported,
    outdated,
    profiles,
    ...(snapshot && { snapshot }),
    ...(operation && { operation }),
    ...(error && !operation && { error }),
    ...(asked && { asked }),
  };
}

export interface StoreOptions {
  /** The profile to select first; default: the first one of the main process. */
  readonly profile?: string;
}

type WithoutProfile<V extends Verb> = Omit<RequestOf<V>, 'profile'>;

/** Sends requests about the selected profile and records in the cache how they ended. */
function createRequests(bridge: GatewayServiceBridge | undefined, cache: Cache, publish: () => void) {
  /** A bridge that throws is a failure like any other. */
  async function invoke<V extends Verb>(verb: V, request: WithoutProfile<V>, profile: string | undefined): Promise<Reply<ReplyOf<V>>> {
    try {
      return await (bridge as VerbMethods)[verb]({ ...request, profile } as RequestOf<V>);
    } catch (thrown) {
      const { message, remedy } = INTERNAL_ERROR;
      return { ok: false, error: { code: 'internal', message: `${message} ${thrown}`, remedy, id: String(Math.random()) } };
    }
  }

  return {
    /** Requests a change: one at a time, shown until the reply arrives, in the profile that was selected when it was requested. */
    async act<V extends 'set' | 'start' | 'stop' | 'restart' | 'repair' | 'testRecovery'>(
      verb: V,
      operation: Operation,
      request: WithoutProfile<V>,
    ) {
      const profile = cache.selected;
      if (!bridge || profile === undefined || stateOf(cache).operation) return;
      const cached = profileCache(cache, profile);
      cached.pending = { verb: operation };
      clearErrors(cached);
      publish();
      const reply = await invoke(verb, request, profile);
      cached.pending = undefined;
      if (reply.ok) putSnapshot(cache, reply.value as Snapshot);
      else {
        cached.actionError = reply.error;
        if (isReported(cached)) cached.actionError = undefined;
        endOperation(cached);
      }
      publish();
    },
    /** Requests something that changes no gateway; undefined where that failed. */
    async query<V extends Verb>(verb: V, request: WithoutProfile<V>): Promise<ReplyOf<V> | undefined> {
      const profile = cache.selected;
      if (!bridge || (profile === undefined && verb !== 'get')) return undefined;
      const reply = await invoke(verb, request, profile);
      profileCache(cache, profile).queryError = reply.ok ? undefined : reply.error;
      publish();
      return reply.ok ? reply.value : undefined;
    },
  };
}

export function createGatewayServiceStore(bridge: GatewayServiceBridge | undefined, options: StoreOptions = {}): GatewayServiceStore {
  const listeners = new Set<StoreListener>();
  const cache: Cache = {
    profiles: new Map(),
    names: [],
    selected: options.profile,
    supported: bridge !== undefined,
    outdated: false,
    asked: undefined,
  };
  const init = stateOf(cache);
  let state = init;
  let unsubscribe: (() => void) | undefined;
  const publish = () => {
    const before = state;
    state = stateOf(cache);
    store.notify(before);
  };
  const { act, query } = createRequests(bridge, cache, publish);

  function receive(snapshot: Snapshot | undefined, show?: Show): void {
    if (!snapshot) return;
    if (show) {
      cache.selected = snapshot.profile;
      cache.asked = { show };
    }
    putSnapshot(cache, snapshot);
    publish();
  }

  const refresh = async () => receive(await query('get', {}));

  const store: GatewayServiceStore = {
    get value() {
      return state;
    },
    init,
    get lc() {
      return listeners.size;
    },
    get: () => state,
    listen(listener) {
      listeners.add(listener);
      if (bridge && !unsubscribe) {
        unsubscribe = bridge.onChanged(receive);
        void refresh();
      }
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) store.off();
      };
    },
    subscribe(listener) {
      const unbind = store.listen(listener);
      listener(state);
      return unbind;
    },
    notify(oldValue = state) {
      countChange();
      for (const listener of [...listeners]) listener(state, oldValue);
    },
    off() {
      listeners.clear();
      unsubscribe?.();
      unsubscribe = undefined;
      // A panel that is opened later was not asked for.
      cache.asked = undefined;
      state = stateOf(cache);
    },
    select(profile) {
      if (!bridge || profile === cache.selected) return;
      cache.selected = profile;
      publish();
      void refresh();
    },
    refresh,
    set: (on, choice) => act('set', on ? 'install' : 'uninstall', { on, ...choice }),
    start: () => act('start', 'start', {}),
    stop: () => act('stop', 'stop', {}),
    async stopNow() {
      await query('stopNow', {});
    },
    async cancelConsent() {
      await query('cancelConsent', {});
    },
    restart: () => act('restart', 'restart', {}),
    async restartWhenIdle() {
      await query('restartWhenIdle', {});
    },
    async cancelRestart() {
      await query('cancelRestart', {});
    },
    agentWork: async () => (await query('agentWork', {})) ?? undefined,
    testRecovery: () => act('testRecovery', 'test-recovery', {}),
    repair: () => act('repair', 'repair', {}),
    previewRepair: () => query('previewRepair', {}),
    preview: (on, choice) => query('preview', { on, ...choice }),
    logs: (request = {}) => query('logs', request),
    async reveal() {
      await query('reveal', {});
    },
    async showConfiguration() {
      await query('showConfiguration', {});
    },
    async learnMore(problem) {
      await query('learnMore', { problem });
    },
    async openSignInOptions() {
      await query('openSignInOptions', {});
    },
    async updateHermes() {
      await query('updateHermes', {});
    },
    async dismiss(update) {
      if (update === undefined && cache.selected !== undefined) clearErrors(profileCache(cache, cache.selected));
      receive(await query('dismiss', { update }));
    },
    setWatchdog: async on => receive(await query('setWatchdog', { on })),
  };
  return store;
}

/** `computed` of nanostores reads its stores again only after a change of this counter, which all copies of nanostores share. */
function countChange(): void {
  const shared = globalThis as { nanostoresGlobal?: { epoch: number } };
  shared.nanostoresGlobal ??= { epoch: 0 };
  shared.nanostoresGlobal.epoch += 1;
}
