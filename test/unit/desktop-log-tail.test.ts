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

const lastLines = async (lines: number) => (await tailLog(file, { lines })).lines;

describe('end of a log', () => {
  it('returns no lines when the log is missing or empty', async () => {
    expect(await lastLines(10)).toEqual([]);
    writeFileSync(file, '');
    expect(await lastLines(10)).toEqual([]);
  });

  it('returns the last lines, oldest first, including one that is not finished', async () => {
    writeFileSync(file, 'one\ntwo\n\nthree\nhalf');
    expect(await lastLines(3)).toEqual(['', 'three', 'half']);
    expect(await lastLines(100)).toEqual(['one', 'two', '', 'three', 'half']);
  });

  it('returns whole lines of a large log, and reads only its end', async () => {
    for (let i = 0; i < 20; i += 1) appendFileSync(file, `${'é'.repeat(50)}\n`.repeat(1_000));
    appendFileSync(file, 'last\n');
    const lines = await lastLines(1_000_000);
    expect(lines.length).toBeLessThan(10_000);
    expect(lines.at(-1)).toBe('last');
    expect(new Set(lines.slice(0, -1))).toEqual(new Set(['é'.repeat(50)]));
  });

  it('removes control characters and truncates very long lines', async () => {
    writeFileSync(file, '\u001b[31mred\u001b[0m\u0007\ttab\r\n\u001b]0;title\u0007text\na\u009b31mb\n');
    expect(await lastLines(3)).toEqual(['red\ttab', 'text', expect.not.stringMatching(/[\u0080-\u009f]/)]);
    writeFileSync(file, `${'x'.repeat(100_000)}\n`);
    const [line = ''] = await lastLines(1);
    expect(line.length).toBeLessThan(5_000);
    expect(line.endsWith('…')).toBe(true);
  });

  it('returns a line when the last one is longer than the part that is read', async () => {
    for (const end of ['', '\n']) {
      writeFileSync(file, `first\n${'x'.repeat(1_000_000)}${end}`);
      expect(await lastLines(10)).toEqual([`${'x'.repeat(4_096)}…`]);
    }
  });
});

describe('an end in the log', () => {
  const iso = (second: number) => new Date(Date.UTC(2026, 1, 6, 9, 0, second)).toISOString();
  const life = (second: number, cause: string) => [
    `--- ${iso(second)} gateway started, PID 7`,
    ...Array.from({ length: 300 }, (_, line) => `line ${line} of ${second}`),
    cause,
    `--- ${iso(second + 30)} gateway ended: The gateway failed (exit code 1).`,
  ];

  it('is shown with what came before and after it, also from a file that was rotated', async () => {
    writeFileSync(`${file}.1`, `${life(0, 'no memory').join('\n')}\n`);
    writeFileSync(file, `${[...life(60, 'no memory'), ...life(120, 'no disk')].join('\n')}\n`);
    const found = async (second: number, cause: string) => tailLog(file, { lines: 100, end: { at: iso(second), cause } });
    for (const [second, cause] of [
      [30, 'no memory'],
      [90, 'no memory'],
    ] as const) {
      const { lines, hasEnd } = await found(second, cause);
      expect(hasEnd).toBe(true);
      expect(lines).toHaveLength(100);
      expect(lines.indexOf(cause)).toBe(60);
      expect(lines[59]).toBe(`line 299 of ${second - 30}`);
    }
    // The last one is at the end of the log.
    expect((await found(150, 'no disk')).lines.at(-2)).toBe('no disk');
  });

  it('is not there when the log contains it no more, and the end of the log is shown', async () => {
    writeFileSync(file, `${life(60, 'no memory').join('\n')}\n`);
    const { lines, hasEnd } = await tailLog(file, { lines: 2, end: { at: iso(30), cause: 'no memory' } });
    expect(hasEnd).toBe(false);
    expect(lines[0]).toBe('no memory');
  });
});

describe('a log that is followed', () => {
  it('answers when it has changed, and at once when it had changed already', async () => {
    writeFileSync(file, 'one\n');
    const { stamp } = await tailLog(file, {});
    const next = tailLog(file, { known: stamp });
    appendFileSync(file, 'two\n');
    const { lines, stamp: after } = await next;
    expect(lines).toEqual(['one', 'two']);
    expect(after).not.toBe(stamp);
    expect((await tailLog(file, { known: stamp })).lines).toEqual(['one', 'two']);
  });

  it('answers when it appears', async () => {
    const { stamp } = await tailLog(file, {});
    const next = tailLog(file, { known: stamp });
    writeFileSync(file, 'one\n');
    expect((await next).lines).toEqual(['one']);
  });
});
