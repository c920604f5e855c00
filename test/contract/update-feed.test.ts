// Updates as panel and tray receive them, from real journals of any program in a real folder.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { updateWhileDown } from '../../main/updater/every-profile.ts';
import { updateFeed } from '../../main/updater/update-feed.ts';
import { GatewayServiceController } from '../../src/desktop/controller.ts';
import type { ShownUpdate, Snapshot } from '../../src/desktop/ipc.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import type { HistoryRecord } from '../../src/model/history.ts';
import { poll } from '../../src/model/poll.ts';
import { thisProcess } from '../../src/model/process-ref.ts';
import { journalFile, removeJournal, type UpdateJournal, writeJournal } from '../../src/update/journal.ts';
import { gatewayIdentityFor } from '../support/identity.ts';
import { MemoryManager } from '../support/memory-manager.ts';
import { DEADLINE_MS } from '../support/sandbox.ts';
import { updatePorts } from '../support/update-ports.ts';

let stateRoot: string;
let root: string;
const stops: (() => void)[] = [];
beforeEach(() => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hg-feed-'));
  stateRoot = path.join(folder, 'state');
  root = path.join(folder, 'home');
  mkdirSync(root);
  stops.push(() => rmSync(folder, { recursive: true }));
});
afterEach(() => {
  for (const stop of stops.splice(0).reverse()) stop();
});

const journal = (overrides: Partial<UpdateJournal> = {}): UpdateJournal => ({
  schema: 1,
  id: 'one',
  what: 'Hermes',
  who: 'hermes-gateway update',
  since: new Date().toISOString(),
  owner: thisProcess(posixProcesses),
  step: 'stopping',
  profiles: [],
  ...overrides,
});
const write = (overrides?: Partial<UpdateJournal>) => {
  mkdirSync(stateRoot, { recursive: true });
  return writeJournal(stateRoot, journal(overrides));
};
const feed = () => updateFeed({ stateRoot, processes: posixProcesses, root });
const until = (what: string, holds: () => unknown) => poll(() => Boolean(holds()), { what, deadlineMs: DEADLINE_MS, everyMs: 10 });

describe('feed of updates', () => {
  it('reports a journal from its first step to its end, also when the folder is created later', async () => {
    const { current, watch } = feed();
    const seen: (ShownUpdate | undefined)[] = [];
    stops.push(watch(() => void current().then(update => seen.push(update))));
    expect(await current()).toBeUndefined();
    await write({ versions: { from: '0.19', to: '0.20' } });
    await until('the first step', () => seen.at(-1)?.step === 'stopping');
    expect(seen.at(-1)).toMatchObject({ id: 'one', who: 'hermes-gateway update', own: true, versions: { from: '0.19', to: '0.20' } });
    await write({ step: 'updating', progress: 'half of it' });
    await until('the progress', () => seen.at(-1)?.progress === 'half of it');
    await removeJournal(journalFile(stateRoot, 'one'));
    await until('the end', () => seen.at(-1) === undefined);
  });

  it('reports the progress of an update by the app itself, at a limited rate', async () => {
    const { current, watch } = feed();
    const seen: (string | undefined)[] = [];
    stops.push(watch(() => void current().then(update => seen.push(update?.progress))));
    const manager = new MemoryManager();
    const identities = [gatewayIdentityFor('/h')];
    const engine = {
      manager,
      identities,
      updates: updatePorts(manager, stateRoot),
      controller: new GatewayServiceController({ manager, identities }),
    };
    await updateWhileDown(engine, { who: 'the app', what: 'Hermes' }, async onProgress => {
      for (let line = 1; line <= 1_000; line += 1) onProgress(`line ${line}`);
      await until('the last line', () => seen.at(-1) === 'line 1000');
    });
    await until('the end', () => seen.at(-1) === undefined);
    expect(seen.length).toBeLessThan(20);
  });

  it('reports no update whose process has ended and none whose journal cannot be read', async () => {
    await write({ owner: { pid: 2 ** 22 + 1 } });
    writeFileSync(path.join(stateRoot, 'update-two.json'), '{');
    expect(await feed().current()).toBeUndefined();
  });

  it("reports Hermes' own updater by its marker, and the removal of the marker", async () => {
    const updater = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    stops.push(() => updater.kill('SIGKILL'));
    const marker = path.join(root, '.hermes-update-in-progress');
    writeFileSync(marker, `${updater.pid}\n${Math.floor(Date.now() / 1_000)}\n`);
    const { current, watch } = feed();
    expect(await current()).toMatchObject({ what: 'Hermes', who: 'hermes update', step: 'updating', own: false });
    let heard = 0;
    stops.push(watch(() => (heard += 1)));
    await until('the updater', () => heard === 1);
    rmSync(marker);
    await until('its end', () => heard === 2);
    expect(await current()).toBeUndefined();
  });
});

describe('controller', () => {
  const note = (id: string, atMs: number): HistoryRecord => ({
    at: new Date(atMs).toISOString(),
    kind: 'noted',
    what: 'not-updated',
    reason: 'Nothing was changed.',
    update: { id, what: 'Hermes', from: '0.19', to: '0.20', why: 'files-in-use' },
  });

  function controller(history: readonly HistoryRecord[]) {
    const manager = new MemoryManager();
    manager.history = async () => history;
    const one = new GatewayServiceController({
      manager,
      updates: feed(),
      identities: [gatewayIdentityFor('/h'), gatewayIdentityFor('/h', 'work')],
    });
    const ask = async (verb: 'get' | 'dismiss', payload: object) => {
      const reply = await one.handle(verb, payload);
      if (!reply.ok) throw new Error(reply.error.message);
      return reply.value as Snapshot;
    };
    return { one, ask };
  }

  it('shows the end of an update that ended during its lifetime in every profile until it is dismissed', async () => {
    const { ask } = controller([note('one', Date.now() + 60_000)]);
    expect((await ask('get', {})).updateEnd).toMatchObject({ id: 'one', outcome: 'not-updated', why: { code: 'files-in-use' } });
    expect((await ask('dismiss', { profile: 'default', update: 'one' })).updateEnd).toBeUndefined();
    expect((await ask('get', { profile: 'work' })).updateEnd).toBeUndefined();
  });

  it('shows no update that ended before its start, and no end while the next update is running', async () => {
    expect((await controller([note('one', Date.now() - 60_000)]).ask('get', {})).updateEnd).toBeUndefined();
    await write();
    const { update, updateEnd } = await controller([note('zero', Date.now() + 60_000)]).ask('get', {});
    expect([update?.id, updateEnd]).toEqual(['one', undefined]);
  });

  it("pushes the progress of another program's update to its windows", async () => {
    const { one } = controller([]);
    const seen: Snapshot[] = [];
    stops.push(one.onChanged(snapshot => void seen.push(snapshot)));
    await until('the first snapshots', () => seen.length >= 2);
    await write({ step: 'updating' });
    await until('the update in both profiles', () =>
      ['default', 'work'].every(profile => seen.findLast(each => each.profile === profile)?.update?.step === 'updating'),
    );
  });
});
