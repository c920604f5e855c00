// The supervisor with a runner that is killed at the worst moment: between the record of an end and the exit code that says what it means.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { supervise } from '../../src/host/supervisor.ts';
import { StateFolder } from '../../src/state/state-folder.ts';

let root: string;
let folder: StateFolder;
beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'hg-supervisor-'));
  folder = new StateFolder(path.join(root, 'HermesGateway'));
  await folder.make();
  await folder.writeDesired('running');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Supervises runners that are killed as soon as `record` is done; resolves with their number when the gateway is to stay stopped. */
async function runnersUntilStopped(record: (runner: number) => Promise<void>): Promise<number> {
  let runners = 0;
  const killed = async () => {
    await record(runners);
    return null;
  };
  await supervise({
    folder,
    processes: posixProcesses,
    recovery: async () => ({ delaysMs: [1], resetMs: 60_000 }),
    superseded: async () => false,
    startRunner: () => {
      runners += 1;
      return { pid: process.pid, exit: killed(), down: () => undefined };
    },
    endOrphan: async () => undefined,
    program: process.execPath,
    ending: new Promise(() => undefined),
    log: () => undefined,
  });
  return runners;
}

const refused = () =>
  folder.appendHistory({
    at: new Date().toISOString(),
    kind: 'ended',
    pid: 1,
    code: 78,
    outcome: 'needs-attention',
    reason: 'It refuses its configuration.',
    uptimeMs: 1,
  });

it('starts no other gateway after a refused configuration whose runner was killed before it could say so', async () => {
  expect(await runnersUntilStopped(refused)).toBe(1);
});

it('starts another one where its user has requested that meanwhile', async () => {
  const requestedAfterTheFirst = async (runner: number) => {
    await refused();
    // Later than the end, also where the clock counts in milliseconds.
    await new Promise(resolve => setTimeout(resolve, 5));
    if (runner === 1) await folder.writeDesired('running');
  };
  expect(await runnersUntilStopped(requestedAfterTheFirst)).toBe(2);
});
