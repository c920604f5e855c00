// The captured output of real child processes: nothing lost, nothing torn, bounded on disk and in memory.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutputLog, type OutputLogOptions } from '../../src/state/output-log.ts';
import { canMount, mountTmpfs, NEEDS_MOUNT } from '../support/mount.ts';

const MB = 1024 * 1024;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hg-log-'));
  file = path.join(folder, 'logs', 'gateway.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Captures both streams of a Node process that runs `script`; resolves when all of it is written. */
async function capture(script: string, options: OutputLogOptions = {}, target = file): Promise<OutputLog> {
  const log = new OutputLog(target, options);
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  await Promise.all([log.capture(child.stdout), log.capture(child.stderr)]);
  await log.close();
  return log;
}

const linesOf = (name = file) => readFileSync(name, 'utf8').split('\n').slice(0, -1);

describe('captured output', () => {
  it('keeps what the process printed, in order, in a file that only its owner may read', async () => {
    await capture(`console.log('one'); console.log('Grüße 🎉'); console.log('')`);
    expect(linesOf()).toEqual(['one', 'Grüße 🎉', '']);
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('writes whole lines of both streams, each stream in its order', async () => {
    await capture(`
      for (let i = 0; i < 5000; i += 1) {
        process.stdout.write('out ' + i + ' ' + 'x'.repeat(i % 300) + '\\n');
        process.stderr.write('err ' + i + ' ' + 'y'.repeat(i % 300) + '\\n');
      }`);
    const lines = linesOf();
    expect(lines).toHaveLength(10_000);
    for (const [name, letter] of [
      ['out', 'x'],
      ['err', 'y'],
    ] as const) {
      expect(lines.filter(line => line.startsWith(name))).toEqual(
        Array.from({ length: 5_000 }, (_, i) => `${name} ${i} ${letter.repeat(i % 300)}`),
      );
    }
  });

  it('ends the last line with a line break, also when the process was killed in the middle of it', async () => {
    await capture(`process.stdout.write('whole\\nhalf', () => process.kill(process.pid, 'SIGKILL'))`);
    expect(linesOf()).toEqual(['whole', 'half']);
  });

  it('keeps a character whole that arrived in two pieces', async () => {
    const log = new OutputLog(file);
    const stream = new PassThrough();
    const captured = log.capture(stream);
    for (const byte of Buffer.from('🎉\n')) stream.write(Buffer.from([byte]));
    stream.end();
    await captured;
    await log.close();
    expect(linesOf()).toEqual(['🎉']);
  });

  it('loses no byte of a line of ten megabytes', async () => {
    let losses = 0;
    await capture(`process.stdout.write('x'.repeat(${10 * MB}) + '\\nnext\\n')`, { maxBytes: 100 * MB, onLoss: () => (losses += 1) });
    const text = readFileSync(file, 'utf8');
    expect(text).toHaveLength(10 * MB + 6);
    expect(text.endsWith('x\nnext\n')).toBe(true);
    expect(losses).toBe(0);
  });

  it('appends to the existing file and writes marks as separate lines', async () => {
    mkdirSync(path.dirname(file));
    writeFileSync(file, 'before\n');
    const log = new OutputLog(file);
    await log.mark('gateway started, PID 5');
    await log.close();
    await log.mark('after it was closed');
    await log.close();
    expect(linesOf()).toEqual([
      'before',
      expect.stringMatching(/^--- \d{4}-.*Z gateway started, PID 5$/),
      expect.stringMatching(/after it was closed$/),
    ]);
  });

  it('rotates the file at its size limit, keeps a limited number of files, and never splits a line', async () => {
    await capture(`for (let i = 0; i < 20000; i += 1) console.log('line ' + i)`, { maxBytes: 64 * 1024, keep: 2 });
    const names = readdirSync(path.dirname(file)).sort();
    expect(names).toEqual(['gateway.log', 'gateway.log.1', 'gateway.log.2']);
    for (const name of names) expect(statSync(path.join(path.dirname(file), name)).size).toBeLessThanOrEqual(64 * 1024 + 64 * 1024);
    const kept = [`${file}.2`, `${file}.1`, file].flatMap(linesOf);
    const first = Number(kept[0]?.slice(5));
    expect(kept).toEqual(Array.from({ length: 20_000 - first }, (_, i) => `line ${first + i}`));
  });

  it('loses nothing of 200 MB, and does not keep it in memory', async () => {
    const before = process.memoryUsage().rss;
    let peak = before;
    const timer = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 10);
    let losses = 0;
    await capture(
      `const line = Buffer.from('0123456789abcdef'.repeat(64) + '\\n');
       const block = Buffer.concat(Array(64).fill(line));
       let left = 3200;
       const more = () => { while (left > 0 && (left -= 1, process.stdout.write(block))); };
       process.stdout.on('drain', more);
       more();`,
      { maxBytes: 1024 * MB, onLoss: () => (losses += 1) },
    );
    clearInterval(timer);
    const expected = createHash('sha256');
    const block = Buffer.from(`${'0123456789abcdef'.repeat(64)}\n`.repeat(64));
    for (let i = 0; i < 3_200; i += 1) expected.update(block);
    expect(losses).toBe(0);
    expect(statSync(file).size).toBe(3_200 * block.length);
    expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(expected.digest('hex'));
    expect(peak - before, `grew by ${Math.round((peak - before) / MB)} MB while 200 MB passed`).toBeLessThan(150 * MB);
  });

  it('continues when the file cannot be written, reports the loss, and does not block the process', async () => {
    writeFileSync(path.join(folder, 'logs'), 'a file where the folder should be');
    let losses = 0;
    await capture(`process.stdout.write('x'.repeat(${2 * MB}) + '\\n')`, { onLoss: () => (losses += 1) });
    expect(losses).toBeGreaterThan(0);
    expect(existsSync(file)).toBe(false);
  });

  describe.skipIf(!canMount())(`full disk${canMount() ? '' : ` (skipped: ${NEEDS_MOUNT})`}`, () => {
    it('reports the loss, does not block the process, and continues when there is space again', async () => {
      using disk = mountTmpfs(folder, '512k');
      const target = path.join(disk.path, 'gateway.log');
      const script = `for (let i = 0; i < 40000; i += 1) console.log('line ' + i + ' ' + '.'.repeat(40))`;
      let losses = 0;
      const log = await capture(script, { maxBytes: 100 * MB, onLoss: () => (losses += 1) }, target);
      expect(losses).toBeGreaterThan(0);
      expect(linesOf(target).filter(line => !/^line \d+ \.{40}$/.test(line))).toEqual([]);
      rmSync(target);
      await log.mark('there is room again');
      await log.close();
      expect(linesOf(target)).toEqual([expect.stringMatching(/there is room again$/)]);
    });

    it('writes no partial line, and reports the loss at once', async () => {
      using disk = mountTmpfs(folder, '64k');
      const target = path.join(disk.path, 'gateway.log');
      let losses = 0;
      const log = new OutputLog(target, { onLoss: () => (losses += 1) });
      const stream = new PassThrough();
      const captured = log.capture(stream);
      stream.end(`${'x'.repeat(100 * 1024)}\n`);
      await captured;
      expect(losses).toBe(1);
      await log.mark('whole');
      await log.close();
      expect(linesOf(target)).toEqual([expect.stringMatching(/^--- .* whole$/)]);
    });
  });
});
