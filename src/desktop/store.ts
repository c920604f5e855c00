/**
 * What the renderer knows of one profile's gateway service: a cache of the main process' snapshot, optimistic then honest. An action
 * shows at once, the authoritative reply wins, a rejection keeps the old value and exposes the error. It polls nothing and has no timer.
 * Shape of a nanostore (`value`, `get`, `listen`), so that `@nanostores/react` reads it as its own.
 */

import { type ErrorValue, GatewayServiceError, toGatewayServiceError } from '../service/errors.ts';
import type { Operation } from '../service/manager.ts';
import type { Receipt } from '../service/receipt.ts';
import type { Status } from '../service/status.ts';
import type { GatewayServiceBridge, LogTail, Reply, Snapshot } from './ipc.ts';

/** The shapes that a store hands out, for those who may import nothing but `src/desktop`. */
export type { ErrorValue, LogTail, Receipt, Snapshot, Status };

/** What a transport answers when the other side does not. */
export const connectionLost = (): ErrorValue => new GatewayServiceError('connection-lost').toValue();

/** The operation to show: the one just asked for, or the one that the main process reports. */
export interface ShownOperation {
  readonly verb: Operation | 'repair';
  /** Its latest step, in a plain phrase; absent until the main process tells one. */
  readonly message?: string;
}

export interface GatewayServiceState {
  /** False without a bridge, or where nothing can keep a gateway: the panel renders nothing. */
  readonly supported: boolean;
  /** The other side speaks a newer schema: what it says is not shown, because it could not be understood. */
  readonly outdated: boolean;
  /** The last snapshot that was understood; absent until the first one came. */
  readonly snapshot?: Snapshot;
  readonly operation?: ShownOperation;
  /** Why the last operation failed, until the next one begins. */
  readonly error?: ErrorValue;
}

export interface GatewayServiceStore {
  readonly value: GatewayServiceState;
  get(): GatewayServiceState;
  /** Calls back after every change. The first listener subscribes to the main process, the last one to leave unsubscribes. */
  listen(listener: (value: GatewayServiceState) => void): () => void;
  /** Asks for the present snapshot. */
  refresh(): Promise<void>;
  /** Turns the service on (installs and starts it) or off (stops and uninstalls it). Resolves when it is settled; failures are in `error`. */
  set(on: boolean): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  repair(): Promise<void>;
  /** What `set(on)` would change. Changes nothing; a failure is in `error` and gives undefined. */
  preview(on: boolean): Promise<Receipt | undefined>;
  /** The tail of the captured output; a failure is in `error` and gives undefined. */
  logs(lines?: number): Promise<LogTail | undefined>;
}

const SCHEMA: Snapshot['schema'] = 1;
/** The operation that was refused is over, even if the push that says so is still on its way. */
function withoutOperation(snapshot: Snapshot | undefined): Snapshot | undefined {
  if (!snapshot) return undefined;
  const { operation: _over, ...rest } = snapshot;
  return rest;
}

const UNSUPPORTED: GatewayServiceState = { supported: false, outdated: false };

export interface StoreOptions {
  /** The profile to follow; default: the one that the main process names first. */
  readonly profile?: string;
}

export function createGatewayServiceStore(bridge: GatewayServiceBridge | undefined, options: StoreOptions = {}): GatewayServiceStore {
  const listeners = new Set<(value: GatewayServiceState) => void>();
  let unsubscribe: (() => void) | undefined;
  let profile = options.profile;
  let state: GatewayServiceState = bridge ? { supported: true, outdated: false } : UNSUPPORTED;
  /** The action asked for here whose reply is not there yet. */
  let pending: ShownOperation | undefined;
  /** Why the last action failed; stays through pushes, until the next operation begins. */
  let failure: ErrorValue | undefined;
  /** Why the last question had no answer; a later answer makes up for it, but not for a failed action. */
  let unanswered: ErrorValue | undefined;

  function publish(next: GatewayServiceState): void {
    state = next;
    for (const listener of [...listeners]) listener(state);
  }

  function show(snapshot: Snapshot | undefined, error: ErrorValue | undefined): void {
    const operation = snapshot?.operation ?? pending;
    publish({
      supported: snapshot?.supported ?? state.supported,
      outdated: false,
      ...(snapshot && { snapshot }),
      ...(operation && { operation }),
      ...(error && !operation && { error }),
    });
  }

  function forget(): void {
    failure = undefined;
    unanswered = undefined;
  }

  /** Takes a snapshot as it is; nobody's word counts more. Those of other profiles are for other stores. */
  function accept(snapshot: Snapshot): void {
    if (snapshot.schema !== SCHEMA) {
      publish({ supported: true, outdated: true });
      return;
    }
    profile ??= snapshot.profile;
    if (snapshot.profile !== profile) return;
    if (snapshot.operation) forget();
    show(snapshot, failure ?? unanswered ?? snapshot.lastError);
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

  /** Changes something: one at a time, shown from the click to the reply. */
  async function act(verb: ShownOperation['verb'], request: (open: GatewayServiceBridge, named: string) => Promise<Reply<Snapshot>>) {
    const named = profile;
    if (named === undefined || state.operation) return;
    pending = { verb };
    forget();
    show(state.snapshot, undefined);
    const reply = await ask(open => request(open, named));
    pending = undefined;
    if (reply.ok) {
      accept(reply.value);
    } else {
      failure = reply.error;
      show(withoutOperation(state.snapshot), failure);
    }
  }

  /** Asks for something that changes nothing. */
  async function answer<T>(request: (open: GatewayServiceBridge, named: string) => Promise<Reply<T>>): Promise<T | undefined> {
    const named = profile;
    if (named === undefined) return undefined;
    const reply = await ask(open => request(open, named));
    unanswered = reply.ok ? undefined : reply.error;
    show(state.snapshot, failure ?? unanswered ?? state.snapshot?.lastError);
    return reply.ok ? reply.value : undefined;
  }

  async function refresh(): Promise<void> {
    if (!bridge) return;
    const reply = await ask(open => open.get(profile));
    if (reply.ok) accept(reply.value);
    else show(state.snapshot, reply.error);
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
    refresh,
    set: on => act(on ? 'install' : 'uninstall', (open, named) => open.set({ profile: named, on })),
    start: () => act('start', (open, named) => open.start(named)),
    stop: () => act('stop', (open, named) => open.stop(named)),
    restart: () => act('restart', (open, named) => open.restart(named)),
    repair: () => act('repair', (open, named) => open.repair(named)),
    preview: on => answer((open, named) => open.preview({ profile: named, on })),
    logs: lines => answer((open, named) => open.logs({ profile: named, ...(lines === undefined ? {} : { lines }) })),
  };
}
