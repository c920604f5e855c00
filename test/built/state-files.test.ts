// Small files that are whole or not there: through kills, full and read-only disks, and whatever others wrote.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toGatewayServiceError } from '../../src/model/errors.ts';
import { readJson, writeFileAtomic, writeJson } from '../../src/state/files.ts';
import { StateFolder } from '../../src/state/state-folder.ts';
import { canMount, mountTmpfs, NEEDS_MOUNT } from '../support/mount.ts';
import { REPOSITORY } from '../support/sandbox.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hg-files-'));
  file = path.join(folder, 'a.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('document', () => {
  it('reads a document as written, and leaves no other file', async () => {
    await writeJson(file, { name: 'Grüße 🎉' });
    await writeJson(file, { name: 'second' });
    expect(await readJson(file)).toEqual({ state: 'read', value: { name: 'second' } });
    expect(readdirSync(folder)).toEqual(['a.json']);
  });

  it('creates the folders that it needs', async () => {
    const deep = path.join(folder, 'b', 'c', 'a.json');
    await writeJson(deep, 1);
    expect(await readJson(deep)).toEqual({ state: 'read', value: 1 });
  });

  it.each([
    ['a byte order mark is skipped', '\uFEFF{"a":1}', { state: 'read', value: { a: 1 } }],
    ['half a document is damaged', '{"a":', { state: 'damaged' }],
    ['an empty document is damaged', '', { state: 'damaged' }],
    ['zeros after a power cut are damaged', '\0'.repeat(100), { state: 'damaged' }],
    ['more than a megabyte is damaged', `"${'x'.repeat(1024 * 1024)}"`, { state: 'damaged' }],
  ])('reads the state of a document: %s', async (_what, text, read) => {
    writeFileSync(file, text);
    expect(await readJson(file)).toMatchObject(read);
  });

  it('reports a missing document as absent, also when its folder is a file', async () => {
    expect(await readJson(file)).toEqual({ state: 'absent' });
    writeFileSync(file, '');
    expect(await readJson(path.join(file, 'b.json'))).toEqual({ state: 'absent' });
  });

  it('reports a folder in the place of a document as damaged', async () => {
    mkdirSync(file);
    expect(await readJson(file)).toMatchObject({ state: 'damaged' });
  });

  it('keeps a document that cannot be replaced, and leaves no temporary file', async () => {
    mkdirSync(path.join(file, 'x'), { recursive: true });
    await expect(writeJson(file, 1)).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['a.json']);
  });

  it('never shows a half-written document, even when its writers are killed', async () => {
    await writeFileAtomic(file, JSON.stringify('x'.repeat(100_000)));
    const seen = new Set<number>();
    let reads = 0;
    for (let round = 0; round < 6; round += 1) {
      const writer = spawn(process.execPath, ['--input-type=module', '-e', WRITER, REPOSITORY, file, String(round)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(writer.stdout, 'data');
      const closed = once(writer, 'close');
      for (let i = 0; i < 40; i += 1) {
        const text: unknown = JSON.parse(readFileSync(file, 'utf8'));
        seen.add(String(text).length);
        reads += 1;
        if (i === 20 + round) writer.kill('SIGKILL');
      }
      writer.kill('SIGKILL');
      await closed;
      expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(100_000);
    }
    expect([...seen]).toEqual([100_000]);
    expect(reads).toBe(240);
  });

  describe.skipIf(!canMount())(`on a separate disk${canMount() ? '' : ` (skipped: ${NEEDS_MOUNT})`}`, () => {
    it('reports an error on a full disk, and keeps the old document', async () => {
      using disk = mountTmpfs(folder, '64k');
      const target = path.join(disk.path, 'a.json');
      await writeJson(target, 'old');
      disk.fill();
      const thrown = await writeJson(target, 'x'.repeat(40_000)).catch((error: unknown) => error);
      expect(toGatewayServiceError(thrown).toValue()).toMatchObject({
        code: 'disk-full',
        remedy: expect.stringContaining('Free some space'),
      });
      expect(await readJson(target)).toEqual({ state: 'read', value: 'old' });
      expect(readdirSync(disk.path).sort()).toEqual(['a.json', 'filler']);
    });

    it('reports an error on a read-only disk, and reads what is there', async () => {
      using disk = mountTmpfs(folder, '64k');
      const state = new StateFolder(path.join(disk.path, 'HermesGateway'));
      await state.make();
      await state.writeDesired('stopped');
      disk.makeReadOnly();
      const thrown = await state.writeDesired('running').catch((error: unknown) => error);
      expect(toGatewayServiceError(thrown).code).toBe('state-unwritable');
      expect(await state.desired()).toMatchObject({ desired: 'stopped' });
    });
  });

  it.skipIf(process.getuid?.() === 0)(
    `reports an error in a folder without write access${process.getuid?.() === 0 ? ' (skipped: root may write everywhere)' : ''}`,
    async () => {
      chmodSync(folder, 0o500);
      const thrown = await writeJson(file, 1).catch((error: unknown) => error);
      chmodSync(folder, 0o700);
      expect(toGatewayServiceError(thrown)).toMatchObject({ code: 'state-unwritable', message: expect.stringContaining(folder) });
    },
  );
});

/** Writes the document over and over until it is killed. */
const WRITER = `
const [repository, file, letter] = process.argv.slice(1);
const { writeFileAtomic } = await import(repository + '/dist/src/state/files.js');
const text = JSON.stringify(letter.repeat(100_000));
for (;;) {
  await writeFileAtomic(file, text);
  console.log('written');
}
`;
