// The captured output of real child processes: nothing lost, nothing torn, bounded on disk and in memory.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { poll } from '../../src/model/poll.ts';
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

  it('cuts a line of ten megabytes into several, and loses no byte of it', async () => {
    let losses = 0;
    await capture(`process.stdout.write('x'.repeat(${10 * MB}) + '\\nnext\\n')`, { maxBytes: 100 * MB, onLoss: () => (losses += 1) });
    const lines = linesOf();
    expect(lines.pop()).toBe('next');
    expect(lines.join('')).toBe('x'.repeat(10 * MB));
    expect(Math.max(...lines.map(line => line.length))).toBeLessThan(MB);
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
      expect.stringMatching(/^--- \d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d gateway started, PID 5$/),
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

  it('begins with a line of its own after a line that a killed process did not end', async () => {
    mkdirSync(path.dirname(file));
    writeFileSync(file, 'hal');
    await capture(`console.log('next')`);
    expect(linesOf()).toEqual(['hal', 'next']);
  });

  it('continues when the file cannot be written, reports the loss, and does not block the process', async () => {
    writeFileSync(path.join(folder, 'logs'), 'a file where the folder should be');
    let losses = 0;
    await capture(`process.stdout.write('x'.repeat(${2 * MB}) + '\\n')`, { onLoss: () => (losses += 1) });
    expect(losses).toBeGreaterThan(0);
    expect(existsSync(file)).toBe(false);
  });

  describe('line without its end', () => {
    let log: OutputLog;
    let out: PassThrough;
    let err: PassThrough;
    let captured: Promise<unknown>;
    beforeEach(() => {
      log = new OutputLog(file);
      [out, err] = [new PassThrough(), new PassThrough()];
      captured = Promise.all([log.capture(out), log.capture(err)]);
    });
    afterEach(async () => {
      out.end();
      err.end();
      await captured;
      await log.close();
    });
    const text = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
    const shows = (expected: string) => poll(() => text() === expected, { what: JSON.stringify(expected), deadlineMs: 5_000 });

    it('is shown after a moment, and is one line when its end comes', async () => {
      out.write('Scan this code: ');
      await shows('Scan this code: ');
      out.write('done\n');
      await shows('Scan this code: done\n');
    });

    it('shows the last state of a progress bar, in one line, while it moves and when it ends', async () => {
      out.write('10%\r20%');
      await shows('20%');
      out.write('\r30%\r40%');
      await shows('40%');
      out.write('\r100%\nready\n');
      await shows('100%\nready\n');
    });

    it('never gets the line of another stream or a mark attached', async () => {
      out.write('one, ');
      await shows('one, ');
      err.write('error\n');
      await shows('error\none, ');
      await log.mark('mark');
      expect(text()).toMatch(/^error\n--- \S+ mark\none, $/);
      out.write('two\n');
      await poll(() => text().endsWith(' mark\none, two\n'), { what: 'the whole line', deadlineMs: 5_000 });
    });

    it('gets an end when the other stream has such a line too', async () => {
      out.write('Password: ');
      await shows('Password: ');
      err.write('waiting');
      await shows('Password: \nwaiting');
      out.write('accepted\n');
      await shows('Password: \naccepted\nwaiting');
      err.write('.\n');
      await shows('Password: \naccepted\nwaiting.\n');
    });
  });

  describe('file that another program touches', () => {
    const CONTINUES = expect.stringMatching(/^--- \S+ log continues here, /);
    const moved = () => path.join(folder, 'kept.txt');

    it.each([
      ['removed', () => rmSync(file)],
      ['removed with its folder', () => rmSync(path.dirname(file), { recursive: true })],
      ['moved away', () => renameSync(file, moved())],
      ['replaced', () => writeFileSync(`${file}.new`, '') ?? renameSync(`${file}.new`, file)],
      ['emptied', () => truncateSync(file)],
    ])('continues in a new file when it was %s while in use, and loses no later line', async (_how, touch) => {
      const log = new OutputLog(file, { keep: 2 });
      await log.mark('gateway started, PID 5');
      await log.mark('before');
      touch();
      await log.mark('after');
      await log.mark('later');
      expect(linesOf()).toEqual([CONTINUES, expect.stringMatching(/ after$/), expect.stringMatching(/ later$/)]);
      expect(await log.lastLines(10)).toHaveLength(2);
      await log.close();
      if (existsSync(moved())) expect(linesOf(moved()).at(-1)).toMatch(/ before$/);
    });

    it('continues behind the lines that another program wrote, also while a line waits for its end', async () => {
      const log = new OutputLog(file);
      const stream = new PassThrough();
      const captured = log.capture(stream);
      stream.write('one\ntwo, ');
      await poll(() => existsSync(file) && readFileSync(file, 'utf8') === 'one\ntwo, ', { what: 'both', deadlineMs: 5_000 });
      appendFileSync(file, 'theirs');
      stream.end('three\n');
      await captured;
      await log.close();
      expect(linesOf()).toEqual(['one', 'two, theirs', 'two, three']);
    });

    it('does not count the lines of an earlier gateway as those of the last one after its log was removed', async () => {
      const log = new OutputLog(file, { maxBytes: 200 });
      await log.mark('gateway started, PID 5');
      await log.mark(`an earlier error ${'.'.repeat(150)}`);
      await log.mark('gateway started, PID 6');
      expect(existsSync(`${file}.1`)).toBe(true);
      rmSync(file);
      await log.mark('the last error');
      expect(await log.lastLines(10)).toEqual([expect.stringMatching(/the last error$/)]);
      await log.close();
    });

    it('does not make the state folder again that was removed', async () => {
      const log = new OutputLog(file);
      await log.mark('before');
      rmSync(folder, { recursive: true });
      await log.mark('after');
      expect(existsSync(folder)).toBe(false);
      await log.close();
    });

    it('grows on, and loses no line, where the rotated file cannot be replaced', async () => {
      let losses = 0;
      const log = new OutputLog(file, { maxBytes: 100, keep: 1, onLoss: () => (losses += 1) });
      await log.mark('first');
      mkdirSync(path.join(`${file}.1`, 'in the way'), { recursive: true });
      for (let n = 1; n <= 20; n += 1) await log.mark(`line ${n}`);
      await log.close();
      expect(linesOf()).toHaveLength(21);
      expect(losses).toBe(0);
    });
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
