// A stop from outside: when is it the user's, and when the beginning of an update? And whose turn is it after a sign-in? Real files; only
// time and the stopper are made.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServingGateway } from '../../src/gateway/host-gateway.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import type { HistoryRecord } from '../../src/model/history.ts';
import { StartGate, servedPauseMs } from '../../src/runner/start-gate.ts';
import { StateFolder } from '../../src/state/state-folder.ts';
import { NOBODY } from '../support/sandbox.ts';

let root: string;
let folder: StateFolder;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  root = mkdtempSync(path.join(tmpdir(), 'hg-gate-'));
  folder = new StateFolder(path.join(root, 'HermesGateway'));
  await folder.make();
  await folder.writeDesired('running');
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(root, { recursive: true, force: true });
});

const marker = () => path.join(root, '.hermes-update-in-progress');

type Events = Readonly<Record<number, () => void | Promise<void>>>;

/** The gateway that serves the profile, while there is one. */
const serving: ServingGateway[] = [];

/** Has a runner's gate wait in a folder; resolves with the seconds that it took. `after` says what happens at which second. */
async function secondsOf(
  waits: (gate: StartGate) => Promise<unknown>,
  { after = {}, of = folder }: { after?: Events; of?: StateFolder } = {},
) {
  let second = 0;
  const gate = new StartGate({
    folder: of,
    processes: posixProcesses,
    root: () => root,
    isEnding: () => false,
    wait: () => undefined,
    servedBy: () => serving[0],
    waitForServing: () => undefined,
    record: async () => undefined,
    changeOr: async ms => {
      vi.advanceTimersByTime(ms);
      second += ms / 1_000;
      await after[second]?.();
    },
  });
  await waits(gate);
  return second;
}

/** Waits as a runner does that was stopped by this command line. */
function stoppedBy(argv: readonly string[], after: Events = {}, inside = false): Promise<number> {
  const stopper = { process: { pid: NOBODY }, commandLine: argv, inside };
  const verdict = { kind: 'stopped-from-outside', reason: 'Asked.', holderPid: NOBODY } as const;
  return secondsOf(gate => gate.waitForOutside(verdict, stopper), { after });
}

const STOP = ['python', '-m', 'hermes_cli.main', 'gateway', 'stop'];
const STOP_ALL = [...STOP, '--all'];
const desired = async () => (await folder.desired()).desired;

describe('stop by "hermes gateway stop"', () => {
  it('counts "hermes gateway stop" as a stop by the user at once', async () => {
    expect(await stoppedBy(STOP)).toBe(0);
    expect(await desired()).toBe('stopped');
  });

  it('starts the gateway again after a stop by a process below it', async () => {
    expect(await stoppedBy(STOP, {}, true)).toBe(0);
    expect(await desired()).toBe('running');
  });

  it('counts a stop of all gateways as a stop by the user when no update follows within 30 s', async () => {
    expect(await stoppedBy(STOP_ALL)).toBe(30);
    expect(await desired()).toBe('stopped');
  });

  it('counts a stop of all gateways as part of the update that follows, and waits for its end', async () => {
    const second = await stoppedBy(STOP_ALL, {
      20: () => writeFileSync(marker(), `${process.pid}\n${Date.now() / 1_000}\n`),
      45: () => rmSync(marker()),
    });
    expect(second).toBe(45);
    expect(await desired()).toBe('running');
  });

  it('cancels a stop of all gateways at a start of the user', async () => {
    expect(await stoppedBy(STOP_ALL, { 5: () => folder.writeDesired('running') })).toBe(5);
    expect(await desired()).toBe('running');
  });

  it('of all gateways is taken back by a start in the same millisecond as the one before', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'Date'], now: 1 });
    await folder.writeDesired('running');
    const start = () => {
      vi.setSystemTime(1);
      return folder.writeDesired('running');
    };
    expect(await stoppedBy(STOP_ALL, { 5: start })).toBe(5);
    expect(await desired()).toBe('running');
  });

  it('confirms a stop of all gateways at a stop of the user', async () => {
    expect(await stoppedBy(STOP_ALL, { 5: () => folder.writeDesired('stopped') })).toBe(5);
    expect(await desired()).toBe('stopped');
  });
});

describe('start at a sign-in', () => {
  const signedOut: readonly HistoryRecord[] = [
    { at: '2099-01-01T00:00:00.000Z', kind: 'started', pid: 7, cause: 'asked' },
    { at: '2099-01-02T00:00:00.000Z', kind: 'ended', pid: 7, code: 0, outcome: 'session-ending', reason: 'The session ends.', uptimeMs: 1 },
  ];
  const folders = ['HermesGateway', 'HermesGateway-play', 'HermesGateway-work'].map(name => () => new StateFolder(path.join(root, name)));
  const turns = (history: readonly HistoryRecord[], after: Events = {}) =>
    Promise.all(
      folders.map(async of => {
        const asked = await of().desired();
        return secondsOf(gate => gate.awaitTurn(history, asked), { of: of(), after });
      }),
    );
  beforeEach(async () => {
    for (const of of folders) {
      await of().make();
      await of().writeDesired('running');
      writeFileSync(of().definitionPath, '{}');
    }
  });

  it('starts one gateway after the other', async () => {
    expect(await turns(signedOut)).toEqual([0, 0.5, 1]);
  });

  it('starts at once after a crash', async () => {
    expect(await turns([])).toEqual([0, 0, 0]);
  });

  it('starts at once the gateway that the user requests meanwhile', async () => {
    const work = folders[2]?.();
    if (!work) throw new Error('There is no third service.');
    const asked = await work.desired();
    await work.writeDesired('running');
    expect(await secondsOf(gate => gate.awaitTurn(signedOut, asked), { of: work })).toBe(0);
  });

  it('comes at once for a request in the same millisecond as the one before', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'Date'] });
    const work = folders[2]?.();
    if (!work) throw new Error('There is no third service.');
    await work.writeDesired('running');
    const asked = await work.desired();
    await work.writeDesired('running');
    expect((await work.desired()).at).toBe(asked.at);
    expect(await secondsOf(gate => gate.awaitTurn(signedOut, asked), { of: work })).toBe(0);
  });
});

describe('wait for the end of a gateway that serves the profile', () => {
  afterEach(() => void serving.splice(0));

  it('starts at once when no other gateway serves the profile', async () => {
    expect(await secondsOf(gate => gate.waitWhileServed(0))).toBe(0);
  });

  it('waits at least for the pause when that gateway is not known', async () => {
    expect(await secondsOf(gate => gate.waitWhileServed(servedPauseMs(1)))).toBe(5);
    expect(servedPauseMs(2)).toBe(10_000);
    expect(servedPauseMs(9)).toBe(60_000);
  });

  it('waits for the end of that gateway', async () => {
    serving.push({ profile: 'default', pid: 12 });
    expect(await secondsOf(gate => gate.waitWhileServed(0), { after: { 40: () => void serving.splice(0) } })).toBe(40);
  });

  it('ends the wait when the user requests a start', async () => {
    serving.push({ profile: 'default', pid: 12 });
    expect(await secondsOf(gate => gate.waitWhileServed(0), { after: { 3: () => folder.writeDesired('running') } })).toBe(3);
  });
});
