// The renderer's cache of the main process: shows an operation at once, then the confirmed state.
import { computed, onMount, type ReadableAtom } from 'nanostores';
import { describe, expect, it } from 'vitest';
import { createBridge, type GatewayServiceBridge, type Reply, type Show, type Snapshot, type Verb } from '../../src/desktop/ipc.ts';
import { shownError } from '../../src/desktop/shown-error.ts';
import { createGatewayServiceStore, type GatewayServiceState } from '../../src/desktop/store.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { ago, receiptFor, snapshotIn } from '../renderer/snapshots.ts';

/** A main process whose replies the test gives, over a bus that clones as IPC does. */
function playMain(initial: Snapshot) {
  const listeners = new Set<(snapshot: unknown, show?: Show) => void>();
  const asked: {
    verb: Verb;
    payload: unknown;
    reply(value: unknown): void;
    refuse(error: GatewayServiceError): void;
    fail(why: Error): void;
  }[] = [];
  const bridge: GatewayServiceBridge = createBridge({
    invoke: (verb, payload) =>
      verb === 'get'
        ? Promise.resolve(structuredClone({ ok: true, value: initial }))
        : new Promise((resolve, reject) => {
            asked.push({
              verb,
              payload,
              reply: value => resolve(structuredClone({ ok: true, value })),
              refuse: error => resolve({ ok: false, error: shownError(error) }),
              fail: reject,
            });
          }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  const push = (snapshot: Snapshot, show?: Show) => {
    for (const listener of listeners) listener(structuredClone(snapshot), show);
  };
  const request = () => {
    const next = asked.shift();
    if (!next) throw new Error('nothing was asked');
    return next;
  };
  return { bridge, listeners, asked, push, request };
}

async function listening(initial: Snapshot, profile?: string) {
  const main = playMain(initial);
  const store = createGatewayServiceStore(main.bridge, profile === undefined ? {} : { profile });
  const seen: GatewayServiceState[] = [];
  const leave = store.listen(value => seen.push(value));
  await store.refresh();
  return { ...main, store, seen, leave };
}

const declined = new GatewayServiceError('consent-declined');

describe('store without a bridge', () => {
  it('stays unsupported', async () => {
    const store = createGatewayServiceStore(undefined);
    await store.set(true);
    expect(store.get()).toEqual({ supported: false, outdated: false, profiles: [] });
    expect(await store.preview(true)).toBeUndefined();
  });
});

describe('subscription', () => {
  it('subscribes with the first listener and unsubscribes with the last', () => {
    const { bridge, listeners } = playMain(snapshotIn('running'));
    const store = createGatewayServiceStore(bridge);
    expect(listeners.size).toBe(0);
    const leaveFirst = store.listen(() => {});
    const leaveSecond = store.listen(() => {});
    expect(listeners.size).toBe(1);
    leaveFirst();
    expect(listeners.size).toBe(1);
    leaveSecond();
    expect(listeners.size).toBe(0);
  });

  it('asks for the current state when it begins', async () => {
    const { store, seen } = await listening(snapshotIn('running'));
    expect(store.value.snapshot?.status.phase).toBe('running');
    expect(seen.at(-1)).toBe(store.value);
  });

  it('keeps each profile apart, and shows the chosen one', async () => {
    const profiles = ['default', 'work'];
    const of = (profile: string, phase: 'running' | 'stopped' | 'failed') => snapshotIn(phase, { profile }, { profile, profiles });
    const { store, push, request } = await listening(of('default', 'running'));
    push(of('work', 'stopped'));
    expect(store.value.snapshot?.profile).toBe('default');
    expect(store.value.profiles.map(({ profile, snapshot }) => [profile, snapshot?.status.phase])).toEqual([
      ['default', 'running'],
      ['work', 'stopped'],
    ]);
    const restarted = store.restart();
    store.select('work');
    expect(store.value.snapshot?.profile).toBe('work');
    expect(store.value.operation).toBeUndefined();
    request().refuse(new GatewayServiceError('gateway-not-up'));
    await restarted;
    expect(store.value.error).toBeUndefined();
    store.select('default');
    expect(store.value).toMatchObject({ snapshot: { profile: 'default' }, error: { code: 'gateway-not-up' } });
  });

  it('shows nothing of a profile without a known state', async () => {
    const { store } = await listening(snapshotIn('running', {}, { profiles: ['default', 'work'] }));
    store.select('work');
    expect(store.value.snapshot).toBeUndefined();
    expect(store.value.supported).toBe(true);
  });

  it('applies every push of its profile and no other', async () => {
    const { store, push } = await listening(snapshotIn('running'));
    push(snapshotIn('degraded'));
    expect(store.value.snapshot?.status.phase).toBe('degraded');
    push(snapshotIn('failed', {}, { profile: 'work' }));
    expect(store.value.snapshot?.status.phase).toBe('degraded');
  });

  it('reports "unsupported" when the main process does', async () => {
    const { store } = await listening(snapshotIn('unsupported', {}, { supported: false }));
    expect(store.value.supported).toBe(false);
  });

  it('refuses a newer schema instead of guessing', async () => {
    const { store, push } = await listening(snapshotIn('running'));
    push({ ...snapshotIn('running'), schema: 2 } as unknown as Snapshot);
    expect(store.value).toMatchObject({ supported: true, outdated: true });
    expect(store.value.snapshot).toBeUndefined();
    push(snapshotIn('running'));
    expect(store.value.outdated).toBe(false);
  });
});

describe('operation', () => {
  it('shows a started operation at once, and always names the profile in the request', async () => {
    const { store, request } = await listening(snapshotIn('running', {}, { profile: 'work' }), 'work');
    void store.restart();
    expect(store.value.operation).toEqual({ verb: 'restart' });
    expect(request()).toMatchObject({ verb: 'restart', payload: { profile: 'work' } });
  });

  it('shows the state of the reply after an operation, whatever was requested', async () => {
    const { store, request } = await listening(snapshotIn('not-installed'));
    const done = store.set(true);
    expect(store.value.operation?.verb).toBe('install');
    request().reply(snapshotIn('needs-attention'));
    await done;
    expect(store.value.operation).toBeUndefined();
    expect(store.value.snapshot?.status.phase).toBe('needs-attention');
  });

  it('shows the steps that the main process reports', async () => {
    const { store, push } = await listening(snapshotIn('not-installed'));
    void store.set(true);
    push(snapshotIn('not-installed', {}, { operation: { verb: 'install', step: 'consent', since: ago(0) } }));
    expect(store.value.operation?.step).toBe('consent');
  });

  it('keeps the old value and shows the error when an operation is refused', async () => {
    const { store, push, request } = await listening(snapshotIn('not-installed'));
    const done = store.set(true);
    push(snapshotIn('not-installed', {}, { operation: { verb: 'install', step: 'consent', since: ago(0) } }));
    request().refuse(declined);
    await done;
    expect(store.value.snapshot?.status.phase).toBe('not-installed');
    expect(store.value.operation).toBeUndefined();
    expect(store.value.error?.code).toBe('consent-declined');
  });

  it('keeps the error through pushes until the next operation begins', async () => {
    const { store, push, request } = await listening(snapshotIn('stopped'));
    const done = store.start();
    request().refuse(new GatewayServiceError('gateway-not-up'));
    await done;
    push(snapshotIn('stopped'));
    expect(store.value.error?.code).toBe('gateway-not-up');
    push(snapshotIn('stopped', {}, { operation: { verb: 'start', step: 'starting', since: ago(0) } }));
    expect(store.value.error).toBeUndefined();
    push(snapshotIn('running'));
    expect(store.value.error).toBeUndefined();
  });

  it('survives a bridge that throws', async () => {
    const { store, request } = await listening(snapshotIn('running'));
    const done = store.stop();
    request().fail(new Error('the object was disposed'));
    await done;
    expect(store.value.error).toMatchObject({ code: 'internal', message: expect.stringContaining('the object was disposed') });
    expect(store.value.snapshot?.status.phase).toBe('running');
  });

  it('runs one operation at a time', async () => {
    const { store, asked } = await listening(snapshotIn('running'));
    void store.restart();
    await store.stop();
    expect(asked.map(({ verb }) => verb)).toEqual(['restart']);
  });

  it('shows why the last operation failed, also to a window that opens later', async () => {
    const { store } = await listening(snapshotIn('stopped', {}, { lastError: shownError(new GatewayServiceError('timed-out')) }));
    expect(store.value.error?.code).toBe('timed-out');
  });
});

describe('queries', () => {
  it('returns the answer to a query without a change of the shown state', async () => {
    const { store, request } = await listening(snapshotIn('not-installed'));
    const before = store.value;
    const asked = store.preview(true);
    request().reply(receiptFor('install'));
    expect(await asked).toEqual(receiptFor('install'));
    expect(store.value).toEqual(before);
  });

  it('clears the error of a failed query by the next answer, but not the error of a failed operation', async () => {
    const { store, request } = await listening(snapshotIn('stopped'));
    const lost = store.logs();
    request().refuse(new GatewayServiceError('timed-out'));
    await lost;
    expect(store.value.error?.code).toBe('timed-out');
    const found = store.logs();
    request().reply({ path: '/gateway.log', lines: [], stamp: '' });
    await found;
    expect(store.value.error).toBeUndefined();
    const started = store.start();
    request().refuse(new GatewayServiceError('gateway-not-up'));
    await started;
    const asked = store.logs();
    request().reply({ path: '/gateway.log', lines: [], stamp: '' });
    await asked;
    expect(store.value.error?.code).toBe('gateway-not-up');
  });

  it('shows an error when a query is refused', async () => {
    const { store, request } = await listening(snapshotIn('foreign'));
    const asked = store.logs();
    request().refuse(new GatewayServiceError('foreign'));
    expect(await asked).toBeUndefined();
    expect(store.value.error?.code).toBe('foreign');
  });

  it('keeps the last state when the main process is lost, and clears the error at the next answer', async () => {
    let answers: Reply<Snapshot> = { ok: true, value: snapshotIn('running') };
    const { bridge } = playMain(snapshotIn('running'));
    const store = createGatewayServiceStore({ ...bridge, get: async () => answers });
    await store.refresh();
    answers = { ok: false, error: shownError(new GatewayServiceError('connection-lost')) };
    await store.refresh();
    expect(store.value).toMatchObject({ error: { code: 'connection-lost' }, snapshot: { status: { phase: 'running' } } });
    answers = { ok: true, value: snapshotIn('running') };
    await store.refresh();
    expect(store.value.error).toBeUndefined();
  });
});

describe('store as a nanostore', () => {
  it('gives a listener the new and the old state, and a subscriber the present one first', async () => {
    const { store, push } = await listening(snapshotIn('running'));
    const phases: (string | undefined)[][] = [];
    const phase = (state: GatewayServiceState | undefined) => state?.snapshot?.status.phase;
    const unbind = [
      store.listen((now, before) => phases.push([phase(now), phase(before)])),
      store.subscribe((now, before) => phases.push(['subscriber', phase(now), phase(before)])),
    ];
    push(snapshotIn('stopped'));
    expect(phases).toEqual([
      ['subscriber', 'running', undefined],
      ['stopped', 'running'],
      ['subscriber', 'stopped', 'running'],
    ]);
    expect(store.lc).toBe(3);
    for (const each of unbind) each();
    expect(store.lc).toBe(1);
    expect(phase(store.init)).toBeUndefined();
  });

  it('is read by computed stores, with and without a listener', async () => {
    const { store, push } = await listening(snapshotIn('running'));
    const $store: ReadableAtom<GatewayServiceState> = store;
    const $phase = computed($store, ({ snapshot }) => snapshot?.status.phase);
    expect($phase.get()).toBe('running');
    push(snapshotIn('stopped'));
    expect($phase.get()).toBe('stopped');
    const seen: unknown[] = [];
    $phase.listen(value => seen.push(value));
    push(snapshotIn('failed'));
    expect(seen).toEqual(['failed']);
  });

  it('mounts with its first listener', () => {
    const { bridge } = playMain(snapshotIn('running'));
    const store = createGatewayServiceStore(bridge);
    const events: string[] = [];
    onMount(store, () => void events.push('mounted'));
    const one = store.listen(() => undefined);
    const another = store.subscribe(() => undefined);
    one();
    another();
    expect(events).toEqual(['mounted']);
  });

  it('unsubscribes from the main process when all listeners are removed at once', async () => {
    const { store, listeners, seen, push } = await listening(snapshotIn('running'));
    const before = seen.length;
    store.off();
    expect([store.lc, listeners.size]).toEqual([0, 0]);
    push(snapshotIn('stopped'));
    expect(seen).toHaveLength(before);
  });
});

describe('a part of the panel that tray or notification asks for', () => {
  const profiles = ['default', 'work'];
  const work = snapshotIn('failed', { profile: 'work' }, { profile: 'work', profiles });

  it('selects its profile, and is another object each time', async () => {
    const { store, push } = await listening(snapshotIn('running', {}, { profiles }));
    push(work);
    expect(store.get().snapshot?.profile).toBe('default');
    push(work, 'log');
    const { snapshot, asked } = store.get();
    expect(snapshot?.profile).toBe('work');
    expect(asked).toEqual({ show: 'log' });
    push(work);
    expect(store.get().asked).toBe(asked);
    push(work, 'log');
    expect(store.get().asked).not.toBe(asked);
  });

  it('is forgotten when nothing listens any more', async () => {
    const { store, push, leave } = await listening(work);
    push(work, 'log');
    leave();
    expect(store.get().asked).toBeUndefined();
  });
});
