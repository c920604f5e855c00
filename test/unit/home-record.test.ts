// The record of the service that keeps the gateway of a home: when it counts for another service, and when it counts for nothing.

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimHome, otherService, releaseHome, requireFreeHome } from '../../src/gateway/home-record.ts';
import { definitionOf } from '../../src/model/definition.ts';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import { StateFolder } from '../../src/state/state-folder.ts';

let base: string;
let home: string;
let file: string;
let first: StateFolder;
let second: StateFolder;
let living: boolean;
const processes = { isAlive: () => living, startTime: () => 1 };
const identityOfHome = (folder: string): GatewayIdentity => ({
  profile: 'default',
  root: folder,
  home: folder,
  serviceId: '',
  service: 'HermesGateway',
});

beforeEach(async () => {
  base = mkdtempSync(path.join(tmpdir(), 'hg-home-'));
  home = path.join(base, 'home');
  file = path.join(home, '.gateway-service.json');
  first = new StateFolder(path.join(base, 'one', 'HermesGateway'));
  second = new StateFolder(path.join(base, 'two', 'HermesGateway'));
  living = true;
  mkdirSync(home);
  await first.writeDefinition(definitionOf(identityOfHome(home), 'embedded'));
  await claimHome(home, first, processes);
});
afterEach(() => rmSync(base, { recursive: true }));

const refusal = () => requireFreeHome(home, second, processes);

describe('second service of a home', () => {
  it('is refused with name, PID and state folder of the first one', async () => {
    const detail = `(HermesGateway, PID ${process.pid}; its state folder: ${first.path})`;
    await expect(refusal()).rejects.toMatchObject({ code: 'home-in-use', detail });
  });

  it('is refused while the first one is stopped', async () => {
    living = false;
    await expect(refusal()).rejects.toMatchObject({ code: 'home-in-use', detail: `(HermesGateway; its state folder: ${first.path})` });
  });

  it('is refused where the definition of the first one is damaged', async () => {
    writeFileSync(first.definitionPath, '{');
    await expect(refusal()).rejects.toMatchObject({ code: 'home-in-use' });
  });

  it('gets the home of a service that was removed', async () => {
    rmSync(first.path, { recursive: true });
    await refusal();
    await claimHome(home, second, processes);
    expect(await otherService(home, first)).toBeUndefined();
  });

  it('gets the home of a service that is for another home now', async () => {
    await first.writeDefinition(definitionOf(identityOfHome(path.join(base, 'other')), 'embedded'));
    await refusal();
  });

  it('gets a home that was copied together with its record', async () => {
    const record = { home: path.join(base, 'original'), service: 'HermesGateway', stateFolder: first.path, runner: { pid: 1 } };
    writeFileSync(file, JSON.stringify(record));
    await refusal();
  });

  it.each(['', '[]', '{"home": 1}'])('gets a home whose record is damaged: %j', async text => {
    writeFileSync(file, text);
    await refusal();
  });
});

it('does not refuse the service that the record names', async () => {
  await requireFreeHome(home, first, processes);
});

it('is removed with its service only', async () => {
  await releaseHome(home, second);
  expect(existsSync(file)).toBe(true);
  await releaseHome(home, first);
  expect(existsSync(file)).toBe(false);
});

it('does not create the home of a deleted profile', async () => {
  rmSync(home, { recursive: true });
  await expect(claimHome(home, first, processes)).rejects.toThrow('ENOENT');
  expect(existsSync(home)).toBe(false);
});
