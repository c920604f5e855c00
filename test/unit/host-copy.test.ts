// The copy of the host that a sign-in start runs from: what belongs to it, that it is whole or repaired, and that nobody's copy is removed.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureHostCopy, hostCopyCommand, isWholeCopy, planHostCopy, pruneHostCopies } from '../../src/mechanisms/host-copy.ts';

describe('files that are copied', () => {
  it('copies the executable and what it loads from its folder, and no other file there', () => {
    const beside = ['hermes-gateway-host.exe', 'hermes-gateway.exe', 'koffi.node', 'LICENSE'];
    expect(planHostCopy(['/app/hermes-gateway-host.exe'], beside)).toEqual({
      files: { 'hermes-gateway-host.exe': '/app/hermes-gateway-host.exe', 'koffi.node': '/app/koffi.node' },
      program: 'hermes-gateway-host.exe',
    });
  });

  it('copies in development the built script with its program, and runs it with the installed Node', () => {
    const beside = ['hermes-gateway.cjs', 'koffi.node', 'program.cjs', 'program.code', 'session-end-thread.cjs'];
    expect(planHostCopy(['/usr/bin/node', '/app/hermes-gateway.cjs'], beside)).toEqual({
      files: Object.fromEntries(beside.map(name => [name, `/app/${name}`])),
      program: 'hermes-gateway.cjs',
      node: '/usr/bin/node',
    });
  });

  it('copies koffi from where npm installed it, if it is not beside the script', () => {
    const koffi = '/app/node_modules/@koromix/koffi-win32-x64/win32_x64/koffi.node';
    const { files } = planHostCopy(['/usr/bin/node', '/app/host/hermes-gateway.cjs'], ['hermes-gateway.cjs', 'program.cjs'], koffi);
    expect(files).toEqual({
      'hermes-gateway.cjs': '/app/host/hermes-gateway.cjs',
      'program.cjs': '/app/host/program.cjs',
      'koffi.node': koffi,
    });
  });

  it('never copies a script that needs its source tree', () => {
    expect(() => planHostCopy(['/usr/bin/node', '/src/cli/hermes-gateway.ts'], [])).toThrow(
      expect.objectContaining({ code: 'service-program-missing' }),
    );
  });
});

describe('copy of the host', () => {
  let folder: string;
  let copies: string;
  let hostCommand: readonly string[];
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gateway-host-copy-'));
    copies = path.join(folder, 'state', 'host');
    const program = path.join(folder, 'hermes-gateway-host');
    fs.writeFileSync(program, 'the first version');
    fs.writeFileSync(path.join(folder, 'koffi.node'), 'binary');
    hostCommand = [program];
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const made = async () => path.dirname((await ensureHostCopy(copies, hostCommand))[0] ?? '');

  it('creates the copy once, at the announced place, with every file', async () => {
    const announced = await hostCopyCommand(copies, hostCommand);
    expect(fs.existsSync(copies)).toBe(false);
    expect(await ensureHostCopy(copies, hostCommand)).toEqual(announced);
    const copy = await made();
    expect(fs.readdirSync(copy).sort()).toEqual(['hermes-gateway-host', 'koffi.node', 'manifest.json']);
    expect(fs.readdirSync(copies)).toHaveLength(1);
    expect(isWholeCopy(copy)).toBe(true);
  });

  it.each([
    ['whose program is gone', (copy: string) => fs.rmSync(path.join(copy, 'hermes-gateway-host'))],
    ['whose program was cut short', (copy: string) => fs.truncateSync(path.join(copy, 'hermes-gateway-host'), 3)],
    ['whose list is gone, as after a kill in mid-copy', (copy: string) => fs.rmSync(path.join(copy, 'manifest.json'))],
    ['that is gone as a whole', (copy: string) => fs.rmSync(copy, { recursive: true })],
  ])('detects and repairs a copy %s', async (_how, damage) => {
    const copy = await made();
    damage(copy);
    expect(isWholeCopy(copy)).toBe(false);
    expect(await made()).toBe(copy);
    expect(isWholeCopy(copy)).toBe(true);
    expect(fs.readFileSync(path.join(copy, 'hermes-gateway-host'), 'utf8')).toBe('the first version');
  });

  it('repairs a copy with other content of the same size when it is made again', async () => {
    const copy = await made();
    fs.writeFileSync(path.join(copy, 'hermes-gateway-host'), 'THE FIRST VERSION');
    await made();
    expect(fs.readFileSync(path.join(copy, 'hermes-gateway-host'), 'utf8')).toBe('the first version');
  });

  it('makes another copy for a newer host, keeps the one in use, removes the others, and at last the folder', async () => {
    const first = await made();
    fs.writeFileSync(hostCommand[0] ?? '', 'the second version');
    const second = await made();
    expect(second).not.toBe(first);
    await pruneHostCopies(copies, new Set([path.basename(first)]));
    expect(fs.readdirSync(copies)).toEqual([path.basename(first)]);
    await pruneHostCopies(copies, new Set());
    expect(fs.existsSync(copies)).toBe(false);
    await pruneHostCopies(copies, new Set());
  });
});
