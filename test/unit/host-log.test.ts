// The log of our own processes, whose files another program may take away: a line that cannot be written costs no later one.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostLog } from '../../src/host/host-log.ts';

let state: string;
let file: string;
beforeEach(() => {
  state = fs.mkdtempSync(path.join(os.tmpdir(), 'host-log-'));
  file = path.join(state, 'logs', 'host.log');
});
afterEach(() => fs.rmSync(state, { recursive: true, force: true }));

/** What the log contains after one line more. */
async function linesAfter(log: ReturnType<typeof hostLog>, line: string): Promise<string[]> {
  log.write(line);
  await log.flush();
  if (!fs.existsSync(file)) return [];
  return fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map(each => each.replace(/.*: /, ''));
}

describe('log of the host', () => {
  it.each([
    ['removed', () => fs.rmSync(file)],
    ['moved away', () => fs.renameSync(file, path.join(state, 'kept.txt'))],
    ['removed with its folder', () => fs.rmSync(path.dirname(file), { recursive: true })],
  ])('continues in a new file when it was %s', async (_how, touch) => {
    const log = hostLog(state, 'runner');
    expect(await linesAfter(log, 'one')).toEqual(['one']);
    expect(fs.statSync(file).mode & 0o077).toBe(0);
    touch();
    expect(await linesAfter(log, 'two')).toEqual(['two']);
  });

  it('continues when its first line could not be written', async () => {
    fs.writeFileSync(path.dirname(file), 'a file in the place of the folder');
    const log = hostLog(state, 'runner');
    await linesAfter(log, 'one');
    fs.rmSync(path.dirname(file));
    expect(await linesAfter(log, 'two')).toEqual(['two']);
  });

  it('does not make the state folder again that was removed', async () => {
    const log = hostLog(state, 'runner');
    fs.rmSync(state, { recursive: true });
    expect(await linesAfter(log, 'one')).toEqual([]);
    expect(fs.existsSync(state)).toBe(false);
  });
});
