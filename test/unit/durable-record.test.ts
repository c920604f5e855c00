// What a living runner keeps in its state folder comes, and comes back, whatever happens to the disk and to the file.

import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { poll } from '../../src/model/poll.ts';
import type { RunnerRecord } from '../../src/model/records.ts';
import { type DurableRecord, durableRecord } from '../../src/state/durable-record.ts';
import { StateFolder } from '../../src/state/state-folder.ts';

const RECORD = { process: { pid: process.pid, startTime: 1 }, pipe: '/run/pipe' };

let parent: string;
let folder: StateFolder;
let address: DurableRecord<RunnerRecord>;
beforeEach(() => {
  parent = mkdtempSync(path.join(os.tmpdir(), 'runner-address-'));
  folder = new StateFolder(path.join(parent, 'service'));
  mkdirSync(folder.path);
  address = durableRecord(folder, folder.runner);
});
afterEach(async () => {
  await address.remove();
  rmSync(parent, { recursive: true });
});

const file = () => path.join(folder.path, 'runner.json');

describe('durable record', () => {
  it('writes the record again automatically when the disk accepts writes again', async () => {
    mkdirSync(file());
    await expect(address.keep(RECORD)).rejects.toThrow();
    rmdirSync(file());
    await poll(async () => (await folder.runner.read()) !== undefined, { what: 'the record', deadlineMs: 10_000 });
    expect(await folder.runner.read()).toEqual(RECORD);
  });

  it('repairs the record when its file was damaged', async () => {
    await address.keep(RECORD);
    writeFileSync(file(), '{');
    await address.repair();
    expect(await folder.runner.read()).toEqual(RECORD);
  });

  it('does not recreate a removed folder, and writes no record after its removal', async () => {
    await address.keep(RECORD);
    rmSync(folder.path, { recursive: true });
    await address.repair();
    expect(await folder.runner.read()).toBeUndefined();
    mkdirSync(folder.path);
    await address.remove();
    await address.repair();
    expect(await folder.runner.read()).toBeUndefined();
  });
});
