// The reader of the captured output: what it shows, in which order, and that rotation loses nothing.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { poll } from '../../src/model/poll.ts';
import { printable, readLog } from '../../src/state/log-reader.ts';
import { OutputLog } from '../../src/state/output-log.ts';

let folder: string;
let log: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gateway-log-'));
  log = path.join(folder, 'gateway.log');
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const numbered = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}`);
const write = (file: string, lines: readonly string[]) => fs.writeFileSync(file, lines.map(line => `${line}\n`).join(''));
async function last(lines: number): Promise<string[]> {
  const found: string[] = [];
  for await (const line of readLog(log, { lines })) found.push(line);
  return found;
}

describe('last lines of a log', () => {
  it('returns no lines while there is no log', async () => {
    expect(await last(10)).toEqual([]);
  });

  it('returns the requested number of lines, oldest first', async () => {
    write(log, numbered(1, 50));
    expect(await last(3)).toEqual(numbered(48, 50));
    expect(await last(0)).toEqual([]);
    expect(await last(500)).toEqual(numbered(1, 50));
  });

  it('reads back into the rotated files', async () => {
    write(`${log}.2`, numbered(1, 4));
    write(`${log}.1`, numbered(5, 8));
    write(log, numbered(9, 10));
    expect(await last(5)).toEqual(numbered(6, 10));
    expect(await last(99)).toEqual(numbered(1, 10));
  });

  it('returns whole lines when a line is longer than one read', async () => {
    const long = 'ü'.repeat(200_000);
    write(log, ['first', long, 'last']);
    expect(await last(2)).toEqual([long, 'last']);
  });

  it('includes a line that was cut off in the middle', async () => {
    fs.writeFileSync(log, 'whole\nhal');
    expect(await last(5)).toEqual(['whole', 'hal']);
  });

  it('removes control sequences, whatever a gateway prints', () => {
    expect(printable('\u001b[31mred\u001b[0m \u001b]0;title\u0007text\u0008\u009b2J\r\ttab')).toBe('red text\ttab');
  });
});

describe('following a log', () => {
  it('continues after the last lines, across many rotations, and loses no line', async () => {
    const output = new OutputLog(log, { maxBytes: 400, keep: 50 });
    for (let n = 1; n <= 2; n += 1) await output.mark(`line ${n}`);
    const seen: string[] = [];
    const abort = new AbortController();
    const following = (async () => {
      for await (const line of readLog(log, { lines: 1, follow: true, signal: abort.signal })) seen.push(line);
    })();
    await poll(() => seen.length === 1, { what: 'the last line', deadlineMs: 5_000 });
    for (let n = 3; n <= 300; n += 1) await output.mark(`line ${n}`);
    await poll(() => seen.at(-1)?.endsWith('line 300'), { what: 'the last line that was written', deadlineMs: 10_000 });
    expect(seen.map(line => line.replace(/^--- \S+ /, ''))).toEqual(numbered(2, 300));
    expect(fs.existsSync(`${log}.1`)).toBe(true);
    await output.close();
    abort.abort();
    await following;
  });

  /** The lines that a follower of `file` yields, while `change` changes it. */
  async function following(file: string, lines: number, change: (seen: readonly string[]) => Promise<void>): Promise<string[]> {
    const seen: string[] = [];
    const abort = new AbortController();
    const reading = (async () => {
      for await (const line of readLog(file, { lines, follow: true, signal: abort.signal })) seen.push(line);
    })();
    await change(seen);
    abort.abort();
    await reading;
    return seen;
  }

  it('waits for a log, even for its folder, and shows a line without its end after a moment, once', async () => {
    const later = path.join(folder, 'later', 'gateway.log');
    const seen = await following(later, 10, async lines => {
      fs.mkdirSync(path.dirname(later));
      fs.writeFileSync(later, 'whole\nha');
      await poll(() => lines.length === 2, { what: 'both lines', deadlineMs: 10_000 });
      fs.appendFileSync(later, 'lf\n');
      await poll(() => lines.length === 3, { what: 'the end', deadlineMs: 10_000 });
    });
    expect(seen).toEqual(['whole', 'ha', 'half']);
  });

  it('continues where a line without its end was replaced', async () => {
    write(log, ['first']);
    fs.appendFileSync(log, '10%');
    const seen = await following(log, 10, async lines => {
      await poll(() => lines.length === 2, { what: 'the first state', deadlineMs: 10_000 });
      write(log, ['first', 'error', '100%']);
      await poll(() => lines.length === 4, { what: 'the last state', deadlineMs: 10_000 });
    });
    expect(seen).toEqual(['first', '10%', 'error', '100%']);
  });

  it.each([
    ['removed', () => fs.rmSync(log)],
    ['moved away', () => fs.renameSync(log, path.join(folder, 'kept.txt'))],
  ])('shows each later line once, and no earlier one again, when the log was %s', async (_how, touch) => {
    write(`${log}.2`, numbered(1, 2));
    write(`${log}.1`, numbered(3, 4));
    write(log, numbered(5, 6));
    const output = new OutputLog(log, { keep: 5, maxBytes: 200 });
    await output.mark('line 7');
    const seen = await following(log, 2, async lines => {
      await poll(() => lines.length === 2, { what: 'the last lines', deadlineMs: 10_000 });
      touch();
      for (let n = 8; n <= 20; n += 1) await output.mark(`line ${n}`);
      await poll(() => lines.at(-1)?.endsWith('line 20'), { what: 'the last line', deadlineMs: 10_000 });
    });
    await output.close();
    const shown = seen.map(line => line.replace(/^--- \S+ /, '').replace(/^log continues here.*/, 'continued'));
    expect(shown).toEqual(['line 6', 'line 7', 'continued', ...numbered(8, 20)]);
  });

  it('starts from the beginning when the log was removed and written again', async () => {
    write(log, numbered(1, 2));
    const seen: string[] = [];
    const abort = new AbortController();
    const following = (async () => {
      for await (const line of readLog(log, { lines: 10, follow: true, signal: abort.signal })) seen.push(line);
    })();
    await poll(() => seen.length === 2, { what: 'the old lines', deadlineMs: 5_000 });
    fs.rmSync(log);
    write(log, ['new']);
    await poll(() => seen.length === 3, { what: 'the new line', deadlineMs: 10_000 });
    expect(seen).toEqual(['line 1', 'line 2', 'new']);
    abort.abort();
    await following;
  });
});
