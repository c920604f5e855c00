// What killed writers leave behind goes; what belongs to the living, and every real file, stays.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeOrphanedTempFiles } from '../../src/state/orphaned-temp-files.ts';

const LIVING = 77;
const processes = { isAlive: (pid: number) => pid === LIVING, startTime: () => undefined };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hg-orphaned-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, text = '') => writeFileSync(path.join(folder, name), text);

it('removes files of dead writers, and no others', () => {
  const kept = ['definition.json', 'update-1.json', 'runner.lock', 'update.lock', 'notes.tmp', '.hidden', 'gateway.log.1'];
  for (const name of kept) put(name);
  put('.update-1.json.12.0123abcd.tmp');
  put('runner.lock.12.0123abcd');
  put('update.lock.0123abcd', JSON.stringify({ pid: 12 }));
  expect(removeOrphanedTempFiles(folder, processes)).toBe(false);
  expect(readdirSync(folder).sort()).toEqual([...kept].sort());
});

it('keeps the file of a running writer, and requests another check', () => {
  const written = [`.desired.json.${LIVING}.0123abcd.tmp`, `update.lock.${LIVING}.0123abcd`];
  for (const name of written) put(name);
  put('update.lock.0123abcd', JSON.stringify({ pid: LIVING }));
  expect(removeOrphanedTempFiles(folder, processes)).toBe(true);
  expect(readdirSync(folder)).toHaveLength(3);
});

it('reports no error for a folder that is gone', () => {
  expect(removeOrphanedTempFiles(path.join(folder, 'gone'), processes)).toBe(false);
});
