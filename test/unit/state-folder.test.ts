// The state folder: what it makes of files that are damaged, foreign or from the future, and where it lies.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFINITION, type Definition } from '../../src/model/definition.ts';
import { identityOf } from '../../src/model/identity.ts';
import { RECOVERY_LADDER } from '../../src/model/ladder.ts';
import { versioned } from '../../src/model/schemas.ts';
import { StateFolder, stateRoot } from '../../src/state/state-folder.ts';

const definition: Definition = {
  schema: 1,
  mechanism: 'embedded',
  service: 'HermesGateway-work',
  serviceId: 'work',
  profile: 'work',
  root: '/home/ada/.hermes',
  home: '/home/ada/.hermes/profiles/work',
  recovery: { delaysMs: [1, 2], resetMs: 3 },
  probeMs: 30_000,
  watchdog: true,
  beforeSignIn: 'no',
  watchdogMs: 180_000,
  installedAt: '2026-01-01T00:00:00.000Z',
};

let root: string;
let folder: StateFolder;
let file: string;
beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'hg-state-'));
  folder = new StateFolder(path.join(root, 'HermesGateway-work'));
  file = path.join(folder.path, 'definition.json');
  await folder.make();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('root of all state folders', () => {
  it.each([
    ['win32', { LOCALAPPDATA: 'D:\\Local' }, 'C:\\Users\\ada', 'D:\\Local\\HermesGatewayService'],
    ['win32', {}, 'C:\\Users\\ada', 'C:\\Users\\ada\\AppData\\Local\\HermesGatewayService'],
    ['linux', { XDG_STATE_HOME: '/state' }, '/home/ada', '/state/hermes-gateway-service'],
    ['linux', { XDG_STATE_HOME: 'relative' }, '/home/ada', '/home/ada/.local/state/hermes-gateway-service'],
    ['linux', { XDG_STATE_HOME: '' }, '/home/ada', '/home/ada/.local/state/hermes-gateway-service'],
    ['darwin', {}, '/Users/ada', '/Users/ada/.local/state/hermes-gateway-service'],
  ] as const)('uses the folder for %s with the variables %j', (platform, env, homedir, expected) => {
    expect(stateRoot(platform, env, homedir)).toBe(expected);
  });
});

describe('definition', () => {
  it('reads the definition as written, and lets only its owner read it', async () => {
    await folder.writeDefinition(definition);
    expect(await folder.definition()).toEqual(definition);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(statSync(folder.path).mode & 0o077).toBe(0);
    expect(identityOf(definition)).toEqual({
      profile: 'work',
      root: definition.root,
      home: definition.home,
      serviceId: 'work',
      service: 'HermesGateway-work',
    });
  });

  it('returns no definition when the file does not exist', async () => {
    expect(await folder.definition()).toBeUndefined();
    expect(await new StateFolder(path.join(root, 'gone')).definition()).toBeUndefined();
  });

  it('gives a definition of an older version the default restart delays', () => {
    const { recovery: _, probeMs: __, watchdog: ___, watchdogMs: ____, beforeSignIn: _____, ...older } = definition;
    expect(versioned(DEFINITION, older, file)).toMatchObject({
      recovery: RECOVERY_LADDER,
      probeMs: 30_000,
      watchdog: true,
      beforeSignIn: 'no',
      watchdogMs: 180_000,
    });
  });

  it('reads a definition that begins with a byte order mark', async () => {
    writeFileSync(file, `\uFEFF${JSON.stringify(definition)}`);
    expect(await folder.definition()).toEqual(definition);
  });

  it.each([
    ['half a document', '{"schema":1,', 'JSON'],
    ['nothing', '', 'JSON'],
    ['null', 'null', 'document'],
    ['a list', '[1]', 'schema'],
    ['another mechanism', JSON.stringify({ ...definition, mechanism: 'cron' }), 'mechanism'],
    ['a name that is none of ours', JSON.stringify({ ...definition, service: 'Spooler' }), 'service'],
    ['a relative home', JSON.stringify({ ...definition, home: 'h' }), 'home'],
    ['an empty command', JSON.stringify({ ...definition, gatewayCommand: [] }), 'gatewayCommand'],
    ['a ladder without steps', JSON.stringify({ ...definition, recovery: { delaysMs: [], resetMs: 1 } }), 'recovery.delaysMs'],
    ['a delay that is no number', JSON.stringify({ ...definition, recovery: { delaysMs: ['1'], resetMs: 1 } }), 'recovery.delaysMs.0'],
  ])('refuses a definition that is %s, and names what is wrong', async (_what, text, named) => {
    writeFileSync(file, text);
    await expect(folder.definition()).rejects.toMatchObject({ code: 'state-corrupt', message: expect.stringContaining(named) });
    await expect(folder.definition()).rejects.toThrow(file);
  });

  it('distinguishes a newer schema from a damaged definition', async () => {
    writeFileSync(file, JSON.stringify({ ...definition, schema: 2, extra: true }));
    await expect(folder.definition()).rejects.toMatchObject({ code: 'state-newer', message: expect.stringContaining(file) });
  });

  it.each([
    ['damaged', '{"schema":1,'],
    ['newer', JSON.stringify({ ...definition, schema: 2 })],
  ])('keeps a definition that is %s beside the new one', async (_what, text) => {
    writeFileSync(file, text);
    await folder.writeDefinition(definition);
    expect(await folder.definition()).toEqual(definition);
    expect(readFileSync(`${file}.damaged`, 'utf8')).toBe(text);
  });

  it('replaces a complete definition without a backup', async () => {
    await folder.writeDefinition(definition);
    await folder.writeDefinition({ ...definition, profile: 'other' });
    expect(readdirSync(folder.path)).toEqual(['definition.json']);
  });

  it('returns a definition or an error with a code, whatever a JSON file contains', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.record({ schema: fc.oneof(fc.constant(1), fc.jsonValue()), recovery: fc.jsonValue() })),
        value => {
          try {
            versioned(DEFINITION, value, file);
            return false;
          } catch (error) {
            return ['state-corrupt', 'state-newer'].includes((error as { code: string }).code);
          }
        },
      ),
    );
  });
});

describe('desired state', () => {
  it('assumes running when nothing can be read, so that a read error does not stop an installed gateway', async () => {
    expect(await folder.desired()).toEqual({ desired: 'running', at: '1970-01-01T00:00:00.000Z' });
    for (const text of ['', 'null', '"stopped"', '{"desired":"off","at":"never"}']) {
      writeFileSync(path.join(folder.path, 'desired.json'), text);
      expect(await folder.desired()).toEqual({ desired: 'running', at: '1970-01-01T00:00:00.000Z' });
    }
  });

  it('reads the desired state as written, with its time', async () => {
    const before = Date.now();
    await folder.writeDesired('stopped');
    const { desired, at } = await folder.desired();
    expect(desired).toBe('stopped');
    expect(Date.parse(at)).toBeGreaterThanOrEqual(before);
  });
});

describe('records of our own processes', () => {
  it('reads process records as written, and removes them without an error', async () => {
    await folder.runner.write({ process: { pid: 5, startTime: 6 }, pipe: '/run/x' });
    await folder.launch.write({ pid: 7, at: '2026-01-01T00:00:00.000Z' });
    await folder.writeHostFacts({ phase: 'running', since: '2026-01-01T00:00:00.000Z' });
    expect(await folder.runner.read()).toEqual({ process: { pid: 5, startTime: 6 }, pipe: '/run/x' });
    expect(await folder.launch.read()).toEqual({ pid: 7, at: '2026-01-01T00:00:00.000Z' });
    expect(await folder.hostFacts()).toEqual({ phase: 'running', since: '2026-01-01T00:00:00.000Z' });
    for (let i = 0; i < 2; i += 1) {
      await folder.runner.remove();
      await folder.launch.remove();
    }
    expect(await folder.runner.read()).toBeUndefined();
    expect(await folder.launch.read()).toBeUndefined();
  });

  it.each(['', 'null', '7', '[]', '{}', '{"process":7,"pipe":"x"}', '{"process":{"pid":"1"},"pipe":"x"}', '{"phase":1,"since":2}'])(
    'are as good as absent when they hold %j',
    async text => {
      for (const name of ['runner.json', 'launch.json', 'host.json']) writeFileSync(path.join(folder.path, name), text);
      expect(await folder.runner.read()).toBeUndefined();
      expect(await folder.launch.read()).toBeUndefined();
      expect(await folder.hostFacts()).toBeUndefined();
    },
  );
});

describe('removal of a state folder', () => {
  it('says that it was deleted when it is written to after that', async () => {
    rmSync(folder.path, { recursive: true });
    const record = { at: '2026-01-01T00:00:00.000Z', kind: 'noted', what: 'held', reason: '' } as const;
    const detail = expect.stringContaining('was deleted meanwhile');
    await expect(folder.appendHistory(record)).rejects.toMatchObject({ code: 'state-corrupt', detail });
  });

  it('removes everything in the folder, and nothing beside it', async () => {
    mkdirSync(path.join(folder.path, 'logs'));
    writeFileSync(folder.logPath, 'x');
    writeFileSync(folder.operationLock, 'x');
    await folder.remove();
    await folder.remove();
    expect(existsSync(folder.path)).toBe(false);
    expect(readdirSync(root)).toEqual(['HermesGateway-work.lock']);
  });
});
