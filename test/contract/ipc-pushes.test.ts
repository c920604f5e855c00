// Pushes: which pages receive a change, windows that are shown again, and documents that a page cannot read.
import { describe, expect, it } from 'vitest';
import { CHANGED, CHANNEL_PREFIX, type Snapshot } from '../../src/desktop/ipc.ts';
import { createGatewayServiceStore } from '../../src/desktop/store.ts';
import { PHASES } from '../../src/model/status.ts';
import { snapshotIn } from '../renderer/snapshots.ts';
import type { FakePage } from '../support/fake-electron.ts';
import type { MemoryManager } from '../support/memory-manager.ts';
import { registered } from '../support/registered.ts';

/** A page that listens, and the phases of the default profile that it received. */
function listening(page: FakePage) {
  const phases: string[] = [];
  const leave = page.bridge.onChanged(({ profile, status }) => {
    if (profile === 'default') phases.push(status.phase);
  });
  return { page, phases, leave };
}

function countWatches(manager: MemoryManager) {
  const counts = { begun: 0, living: 0 };
  const watch = manager.watch.bind(manager);
  manager.watch = (...args) => {
    counts.begun += 1;
    counts.living += 1;
    const stop = watch(...args);
    return () => {
      counts.living -= 1;
      stop();
    };
  };
  return counts;
}

const switchedOn = async ({ controller }: ReturnType<typeof registered>) => {
  await controller.handle('set', { profile: 'default', on: true });
};

describe('pushes of a change', () => {
  it('sends a change to every page that listens', async () => {
    const main = registered();
    const [one, other] = [listening(main.electron.openPage()), listening(main.electron.openPage())];
    await switchedOn(main);
    await expect.poll(() => one.phases.at(-1)).toBe('running');
    await expect.poll(() => other.phases.at(-1)).toBe('running');
  });

  it('sends no change to a page that does not listen or no longer listens', async () => {
    const main = registered();
    const [silent, left, listener] = [main.electron.openPage(), listening(main.electron.openPage()), listening(main.electron.openPage())];
    left.leave();
    await switchedOn(main);
    await expect.poll(() => listener.phases.at(-1)).toBe('running');
    expect(silent.heard).toEqual([]);
    expect(left.page.heard).toEqual([]);
  });

  it.each([
    ['hidden', (page: FakePage) => page.window.hide()],
    ['minimized', (page: FakePage) => Object.assign(page.window, { minimized: true })],
    ['closed', (page: FakePage) => page.close()],
    ['about to close', (page: FakePage) => Object.assign(page.window, { destroyed: true })],
  ] as const)('sends no change to a window that is %s, and still sends it to the other', async (_what, hide) => {
    const main = registered();
    const [unseen, seen] = [listening(main.electron.openPage()), listening(main.electron.openPage())];
    hide(unseen.page);
    await switchedOn(main);
    await expect.poll(() => seen.phases.at(-1)).toBe('running');
    expect(unseen.page.heard).toEqual([]);
  });

  it('sends the state at once to a window that is shown again', async () => {
    const main = registered();
    const { page, phases } = listening(main.electron.openPage());
    const witness = listening(main.electron.openPage());
    page.window.hide();
    await switchedOn(main);
    await expect.poll(() => witness.phases.at(-1)).toBe('running');
    expect(phases).toEqual([]);
    page.window.show();
    expect(phases).toEqual(['running']);
  });

  it('sends a change once to a page that listens twice, until its last listener unsubscribes', async () => {
    const main = registered();
    const page = main.electron.openPage();
    const [one, other] = [listening(page), listening(page)];
    one.leave();
    one.leave();
    await switchedOn(main);
    await expect.poll(() => other.phases.at(-1)).toBe('running');
    expect(one.phases).toEqual([]);
    expect(page.heard.every(channel => channel === CHANNEL_PREFIX + CHANGED)).toBe(true);
    expect(page.window.listenerCount('show')).toBe(1);
    other.leave();
    expect(page.window.listenerCount('show')).toBe(0);
  });
});

describe('pages that open and close', () => {
  it('keeps no listener or watch of closed pages, however many there were', () => {
    const { electron } = registered();
    const page = electron.openPage();
    for (let time = 0; time < 20; time += 1) page.bridge.onChanged(() => undefined)();
    expect(page.listenerCount('destroyed')).toBe(1);
    expect(page.window.eventNames()).toEqual([]);
  });
});

describe('sleep and screen lock', () => {
  it.each(['resume', 'unlock-screen'] as const)('reads the state of every profile again after %s', async event => {
    const main = registered();
    const watches = countWatches(main.manager);
    const { page, phases } = listening(main.electron.openPage());
    await switchedOn(main);
    await expect.poll(() => phases.at(-1)).toBe('running');
    expect(watches).toEqual({ begun: 2, living: 2 });

    const before = page.heard.length;
    main.electron.powerMonitor.emit(event);
    await expect.poll(() => watches).toEqual({ begun: 4, living: 2 });
    await expect.poll(() => page.heard.length).toBeGreaterThan(before);
    expect(phases.at(-1)).toBe('running');
  });
});

describe('documents of a newer schema', () => {
  it('shows that the page is outdated instead of misreading the document, and continues when it can', async () => {
    const { electron } = registered();
    const page = electron.openPage();
    const store = createGatewayServiceStore(page.bridge);
    const leave = store.listen(() => undefined);
    await store.refresh();
    const known = store.value.snapshot;

    for (const strange of [
      { schema: 2, profile: 'default', status: { phase: 'hibernating' } },
      { schema: 99, everything: ['is', 'different'] },
    ]) {
      page.send(CHANNEL_PREFIX + CHANGED, strange);
      expect(store.value).toMatchObject({ supported: true, outdated: true });
      expect(store.value.snapshot).toBeUndefined();
    }
    page.send(CHANNEL_PREFIX + CHANGED, known);
    expect(store.value).toMatchObject({ outdated: false, snapshot: known });
    leave();
  });

  it('sends only structured-cloneable data in every phase', () => {
    for (const phase of PHASES) {
      const snapshot: Snapshot = snapshotIn(phase);
      expect(structuredClone(snapshot)).toEqual(snapshot);
      expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
    }
  });
});
