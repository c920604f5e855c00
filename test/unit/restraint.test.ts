// A stop from outside: when is it the user's, and when the beginning of an update? Real files; only time and the stopper are made.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { Restraint } from '../../src/process/restraint.ts';
import { StateFolder } from '../../src/service/state-folder.ts';
import { NOBODY } from '../support/sandbox.ts';

let root: string;
let folder: StateFolder;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  root = mkdtempSync(path.join(tmpdir(), 'hg-restraint-'));
  folder = new StateFolder(path.join(root, 'HermesGateway'));
  await folder.make();
  await folder.writeDesired('running');
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(root, { recursive: true, force: true });
});

const marker = () => path.join(root, '.hermes-update-in-progress');

/** Waits as a runner does that was stopped by this command line; `after` says what happens at which second. */
async function stoppedBy(argv: readonly string[], after: Readonly<Record<number, () => void | Promise<void>>> = {}): Promise<number> {
  let second = 0;
  const restraint = new Restraint({
    folder,
    processes: posixProcesses,
    root: () => root,
    isEnding: () => false,
    wait: () => undefined,
    record: async () => undefined,
    changeOr: async ms => {
      vi.advanceTimersByTime(ms);
      second += ms / 1_000;
      await after[second]?.();
    },
  });
  const stopper = { process: { pid: NOBODY }, commandLine: argv };
  await restraint.waitForOutside({ kind: 'stopped-from-outside', reason: 'Asked.', holderPid: NOBODY }, stopper);
  return second;
}

const STOP = ['python', '-m', 'hermes_cli.main', 'gateway', 'stop'];
const STOP_ALL = [...STOP, '--all'];
const desired = async () => (await folder.desired()).desired;

describe('a stop by "hermes gateway stop"', () => {
  it("is the user's at once", async () => {
    expect(await stoppedBy(STOP)).toBe(0);
    expect(await desired()).toBe('stopped');
  });

  it("of all gateways is the user's when no update follows within 30 s", async () => {
    expect(await stoppedBy(STOP_ALL)).toBe(30);
    expect(await desired()).toBe('stopped');
  });

  it('of all gateways was the update that follows, and the gateway waits for its end', async () => {
    const second = await stoppedBy(STOP_ALL, {
      20: () => writeFileSync(marker(), `${process.pid}\n${Date.now() / 1_000}\n`),
      45: () => rmSync(marker()),
    });
    expect(second).toBe(45);
    expect(await desired()).toBe('running');
  });

  it('of all gateways is taken back by a start of the user', async () => {
    expect(await stoppedBy(STOP_ALL, { 5: () => folder.writeDesired('running') })).toBe(5);
    expect(await desired()).toBe('running');
  });

  it('of all gateways is confirmed by a stop of the user', async () => {
    expect(await stoppedBy(STOP_ALL, { 5: () => folder.writeDesired('stopped') })).toBe(5);
    expect(await desired()).toBe('stopped');
  });
});
