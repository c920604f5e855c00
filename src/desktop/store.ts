/**
 * What the renderer knows of the gateway services: a cache of the main process' snapshots, each profile's kept apart, one of them shown.
 * Optimistic, then honest: an action shows at once, the authoritative reply wins, a rejection keeps the old value and exposes the error.
 * It polls nothing and has no timer. Shape of a nanostore (`value`, `get`, `listen`), so that `@nanostores/react` reads it as its own.
 */

import { type ErrorValue, GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import type { Receipt } from '../model/receipt.ts';
import type { Installable, Status } from '../model/status.ts';
import type { Operation, Step } from '../model/steps.ts';
import type { GatewayServiceBridge, LogTail, Reply, Snapshot } from './ipc.ts';

/** The shapes that a store hands out, for those who may import nothing but `src/desktop`. */
export type { ErrorValue, Installable, LogTail, Receipt, Snapshot, Status };

/** What a transport answers when the other side does not. */
export const connectionLost = (): ErrorValue => new GatewayServiceError('connection-lost').toValue();

/** The operation to show: the one just asked for, or the one that the main process reports. */
export interface ShownOperation {
  readonly verb: Operation | 'repair';
  /** Its latest step; absent until the main process tells one. */
  readonly step?: Step;
  /** Whom or what the step is about. */
  readonly subject?: string;
}

export interface GatewayServiceState {
  /** False without a bridge, or where nothing can keep a gateway: the panel renders nothing. */
  readonly supported: boolean;
  /** The other side speaks a newer schema: what it says is not shown, because it could not be understood. */
  readonly outdated: boolean;
  /** The last snapshot of the shown profile that was understood; absent until the first one came. */
  readonly snapshot?: Snapshot;
  readonly operation?: ShownOperation;
  /** Why the last operation failed, until the next one begins. */
  readonly error?: ErrorValue;
  /** All profiles, the shown one among them, each with its last snapshot where one came; empty until the first did. */
  readonly profiles: readonly KnownProfile[];
}

export interface KnownProfile {
  readonly profile: string;
  readonly snapshot?: Snapshot;
}

export interface GatewayServiceStore {
  readonly value: GatewayServiceState;
  get(): GatewayServiceState;
  /** Calls back after every change. The first listener subscribes to the main process, the last one to leave unsubscribes. */
  listen(listener: (value: GatewayServiceState) => void): () => void;
  /** Shows another profile; everything that is asked for from now on is about that one. */
  select(profile: string): void;
  /** Asks for the present snapshot. */
  refresh(): Promise<void>;
  /**
   * Turns the service on (installs and starts it) or off (stops and uninstalls it). Resolves when it is settled; failures are in `error`.
   * @param mechanism what is to keep the gateway; default: the best one.
   */
  set(on: boolean, mechanism?: Installable): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  repair(): Promise<void>;
  /** What `repair` would change. Changes nothing; a failure is in `error` and gives undefined. */
  examine(): Promise<Receipt | undefined>;
  /** What `set` would change. Changes nothing; a failure is in `error` and gives undefined. */
  preview(on: boolean, mechanism?: Installable): Promise<Receipt | undefined>;
  /** The tail of the captured output; a failure is in `error` and gives undefined. */
  logs(lines?: number): Promise<LogTail | undefined>;
  /** Shows the log in the system's file manager; a failure is in `error`. */
  reveal(): Promise<void>;
  /** The end of this update was read, and is shown no more; a failure is in `error`. */
  dismiss(update: string): Promise<void>;
}

const SCHEMA: Snapshot['schema'] = 1;
const UNSUPPORTED: GatewayServiceState = { supported: false, outdated: false, profiles: [] };

/** What is known of one profile. */
interface Entry {
  snapshot?: Snapshot;
  /** The action asked for here whose reply is not there yet. */
  pending?: ShownOperation | undefined;
  /** Why the last action failed; stays through pushes, until the next operation begins. */
  failure?: ErrorValue | undefined;
  /** Why the last question had no answer; a later answer makes up for it, but not for a failed action. */
  unanswered?: ErrorValue | undefined;
}

/** The operation that was refused is over, even if the push that says so is still on its way. */
function withoutOperation({ operation: _over, ...rest }: Snapshot): Snapshot {
  return rest;
}

export interface StoreOptions {
  /** The profile to show first; default: the one that the main process names first. */
  readonly profile?: string;
}

export function createGatewayServiceStore(bridge: GatewayServiceBridge | undefined, options: StoreOptions = {}): GatewayServiceStore {
  const listeners = new Set<(value: GatewayServiceState) => void>();
  /** By profile; undefined stands for the default one until its name is known. */
  const entries = new Map<string | undefined, Entry>();
  let unsubscribe: (() => void) | undefined;
  let shown = options.profile;
  let outdated = false;
  let names: readonly string[] = [];
  let state: GatewayServiceState = bridge ? { supported: true, outdated: false, profiles: [] } : UNSUPPORTED;

  function entryOf(profile: string | undefined): Entry {
    const entry = entries.get(profile) ?? {};
    entries.set(profile, entry);
    return entry;
  }

  function publish(): void {
    const { snapshot, pending, failure, unanswered } = entryOf(shown);
    const operation = snapshot?.operation ?? pending;
    const error = failure ?? unanswered ?? snapshot?.lastError;
    const profiles = names.map((profile): KnownProfile => {
      const last = entries.get(profile)?.snapshot;
      return { profile, ...(last && { snapshot: last }) };
    });
    state = outdated
      ? { supported: true, outdated, profiles }
      : {
          supported: snapshot?.supported ?? state.supported,
          outdated,
          profiles,
          ...(snapshot && { snapshot }),
          ...(operation && { operation }),
          ...(error && !operation && { error }),
        };
    for (const listener of [...listeners]) listener(state);
  }

  /** Takes a snapshot as it is; nobody's word counts more. */
  function accept(snapshot: Snapshot): void {
    outdated = snapshot.schema !== SCHEMA;
    if (!outdated) {
      shown ??= snapshot.profile;
      names = snapshot.profiles;
      const entry = entryOf(snapshot.profile);
      if (snapshot.operation) {
        entry.failure = undefined;
        entry.unanswered = undefined;
      }
      entry.snapshot = snapshot;
    }
    publish();
  }

  /** A bridge that throws is a failure like any other. */
  async function ask<T>(request: (open: GatewayServiceBridge) => Promise<Reply<T>>): Promise<Reply<T>> {
    if (!bridge) return { ok: false, error: new GatewayServiceError('unsupported').toValue() };
    try {
      return await request(bridge);
    } catch (thrown) {
      return { ok: false, error: toGatewayServiceError(thrown).toValue() };
    }
  }

  /** Changes something: one at a time, shown from the click to the reply, which is about the profile of the click. */
  async function act(verb: ShownOperation['verb'], request: (open: GatewayServiceBridge, named: string) => Promise<Reply<Snapshot>>) {
    const named = shown;
    if (named === undefined || state.operation) return;
    const entry = entryOf(named);
    entry.pending = { verb };
    entry.failure = undefined;
    entry.unanswered = undefined;
    publish();
    const reply = await ask(open => request(open, named));
    entry.pending = undefined;
    if (reply.ok) return accept(reply.value);
    entry.failure = reply.error;
    if (entry.snapshot) entry.snapshot = withoutOperation(entry.snapshot);
    publish();
  }

  /** Asks for something that changes nothing. */
  async function answer<T>(request: (open: GatewayServiceBridge, named: string) => Promise<Reply<T>>): Promise<T | undefined> {
    const named = shown;
    if (named === undefined) return undefined;
    const reply = await ask(open => request(open, named));
    entryOf(named).unanswered = reply.ok ? undefined : reply.error;
    publish();
    return reply.ok ? reply.value : undefined;
  }

  async function refresh(): Promise<void> {
    if (!bridge) return;
    const named = shown;
    const reply = await ask(open => open.get(named));
    entryOf(named).unanswered = reply.ok ? undefined : reply.error;
    if (reply.ok) accept(reply.value);
    else publish();
  }

  return {
    get value() {
      return state;
    },
    get: () => state,
    listen(listener) {
      listeners.add(listener);
      if (bridge && !unsubscribe) {
        unsubscribe = bridge.onChanged(accept);
        void refresh();
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        unsubscribe?.();
        unsubscribe = undefined;
      };
    },
    select(profile) {
      if (!bridge || profile === shown) return;
      shown = profile;
      publish();
      void refresh();
    },
    refresh,
    set: (on, mechanism) =>
      act(on ? 'install' : 'uninstall', (open, named) => open.set({ profile: named, on, ...(mechanism && { mechanism }) })),
    start: () => act('start', (open, named) => open.start(named)),
    stop: () => act('stop', (open, named) => open.stop(named)),
    restart: () => act('restart', (open, named) => open.restart(named)),
    repair: () => act('repair', (open, named) => open.repair(named)),
    examine: () => answer((open, named) => open.examine(named)),
    preview: (on, mechanism) => answer((open, named) => open.preview({ profile: named, on, ...(mechanism && { mechanism }) })),
    logs: lines => answer((open, named) => open.logs({ profile: named, ...(lines === undefined ? {} : { lines }) })),
    async reveal() {
      await answer((open, named) => open.reveal(named));
    },
    async dismiss(update) {
      const snapshot = await answer((open, named) => open.dismiss({ profile: named, update }));
      if (snapshot) accept(snapshot);
    },
  };
}
