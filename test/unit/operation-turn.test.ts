// One operation at a time on a service, though whoever ends takes the folder of all services away when it is empty.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { exclusively } from '../../src/manager/operation-turn.ts';
import { StateFolder } from '../../src/state/state-folder.ts';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'hg-turn-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

it('runs many operations one after the other, and leaves no file', async () => {
  const stateRoot = path.join(parent, 'states');
  const folder = new StateFolder(path.join(stateRoot, 'HermesGateway'));
  const turn = { operation: 'uninstall', folder, stateRoot, processes: posixProcesses, report: () => undefined } as const;
  let atWork = 0;
  const work = async () => {
    atWork += 1;
    await new Promise(setImmediate);
    expect(atWork).toBe(1);
    atWork -= 1;
  };
  for (let round = 0; round < 40; round += 1) await Promise.all([exclusively(turn, work), exclusively(turn, work)]);
  expect(existsSync(stateRoot)).toBe(false);
});
