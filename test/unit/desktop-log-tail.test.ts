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

describe('end of a log', () => {
  it('returns no lines when the log is missing or empty', async () => {
    expect(await tailLog(file, 10)).toEqual([]);
    writeFileSync(file, '');
    expect(await tailLog(file, 10)).toEqual([]);
  });

  it('returns the last lines, oldest first, including one that is not finished', async () => {
    writeFileSync(file, 'one\ntwo\n\nthree\nhalf');
    expect(await tailLog(file, 3)).toEqual(['', 'three', 'half']);
    expect(await tailLog(file, 100)).toEqual(['one', 'two', '', 'three', 'half']);
  });

  it('returns whole lines of a large log, and reads only its end', async () => {
    for (let i = 0; i < 20; i += 1) appendFileSync(file, `${'é'.repeat(50)}\n`.repeat(1_000));
    appendFileSync(file, 'last\n');
    const lines = await tailLog(file, 1_000_000);
    expect(lines.length).toBeLessThan(10_000);
    expect(lines.at(-1)).toBe('last');
    expect(new Set(lines.slice(0, -1))).toEqual(new Set(['é'.repeat(50)]));
  });

  it('removes control characters and truncates very long lines', async () => {
    writeFileSync(file, '\u001b[31mred\u001b[0m\u0007\ttab\r\n\u001b]0;title\u0007text\na\u009b31mb\n');
    expect(await tailLog(file, 3)).toEqual(['red\ttab', 'text', expect.not.stringMatching(/[\u0080-\u009f]/)]);
    writeFileSync(file, `${'x'.repeat(100_000)}\n`);
    const [line = ''] = await tailLog(file, 1);
    expect(line.length).toBeLessThan(5_000);
    expect(line.endsWith('…')).toBe(true);
  });

  it('returns a line when the last one is longer than the part that is read', async () => {
    for (const end of ['', '\n']) {
      writeFileSync(file, `first\n${'x'.repeat(1_000_000)}${end}`);
      expect(await tailLog(file, 10)).toEqual([`${'x'.repeat(4_096)}…`]);
    }
  });
});
