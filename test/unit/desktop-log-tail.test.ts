// The end of a log as a window may show it.

import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tailLog } from '../../src/desktop/log-tail.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hg-tail-'));
  file = path.join(folder, 'gateway.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the end of a log', () => {
  it('is empty where there is no log yet, and where nothing is in it', async () => {
    expect(await tailLog(file, 10)).toEqual([]);
    writeFileSync(file, '');
    expect(await tailLog(file, 10)).toEqual([]);
  });

  it('is the last lines, oldest first, with one that is not finished', async () => {
    writeFileSync(file, 'one\ntwo\n\nthree\nhalf');
    expect(await tailLog(file, 3)).toEqual(['', 'three', 'half']);
    expect(await tailLog(file, 100)).toEqual(['one', 'two', '', 'three', 'half']);
  });

  it('of a large log is whole lines, and few of it are read', async () => {
    for (let i = 0; i < 20; i += 1) appendFileSync(file, `${'é'.repeat(50)}\n`.repeat(1_000));
    appendFileSync(file, 'last\n');
    const lines = await tailLog(file, 1_000_000);
    expect(lines.length).toBeLessThan(10_000);
    expect(lines.at(-1)).toBe('last');
    expect(new Set(lines.slice(0, -1))).toEqual(new Set(['é'.repeat(50)]));
  });

  it('has no control characters, and no line that a window could not hold', async () => {
    writeFileSync(file, '\u001b[31mred\u001b[0m\u0007\ttab\r\n\u001b]0;title\u0007text\na\u009b31mb\n');
    expect(await tailLog(file, 3)).toEqual(['red\ttab', 'text', expect.not.stringMatching(/[\u0080-\u009f]/)]);
    writeFileSync(file, `${'x'.repeat(100_000)}\n`);
    const [line = ''] = await tailLog(file, 1);
    expect(line.length).toBeLessThan(5_000);
    expect(line.endsWith('…')).toBe(true);
  });

  it('is not empty where its last line is longer than what is read', async () => {
    for (const end of ['', '\n']) {
      writeFileSync(file, `first\n${'x'.repeat(1_000_000)}${end}`);
      expect(await tailLog(file, 10)).toEqual([`${'x'.repeat(4_096)}…`]);
    }
  });
});
