// The lock that dies with its holder, with real processes that race for it.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { isSameProcess, type ProcessTable, processRef } from '../../src/model/process-ref.ts';
import { isLock, lockHolder, takeLock } from '../../src/state/lock.ts';
import { NOBODY, REPOSITORY } from '../support/sandbox.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hg-lock-'));
  file = path.join(folder, 'a.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const take = (processes: ProcessTable = posixProcesses) => takeLock(file, processes);

describe('lock', () => {
  it('keeps the lock for one process until it is released', () => {
    const lock = take();
    expect(isLock(lock)).toBe(true);
    expect(take()).toMatchObject({ pid: process.pid });
    expect(lockHolder(file, posixProcesses)).toMatchObject({ pid: process.pid });
    if (isLock(lock)) lock.release();
    expect(lockHolder(file, posixProcesses)).toBeUndefined();
    expect(isLock(take())).toBe(true);
  });

  it('leaves only the lock file in the folder, and no file after the release', () => {
    writeFileSync(file, JSON.stringify({ pid: NOBODY }));
    const lock = take();
    expect(readdirSync(folder)).toEqual(['a.lock']);
    expect(isLock(take())).toBe(false);
    expect(readdirSync(folder)).toEqual(['a.lock']);
    if (isLock(lock)) lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['a process that is gone', JSON.stringify({ pid: NOBODY })],
    ['a PID that went to another process', JSON.stringify({ pid: process.pid, startTime: 1 })],
    ['no process, because it is empty', ''],
    ['no process, because it is half written', '{"pid":12'],
    ['no process, because it is not an object', '12'],
    ['PID 0', '{"pid":0}'],
    ['a group of processes', '{"pid":-1}'],
    ['a word', '{"pid":"12"}'],
    ['a megabyte of invalid data', 'x'.repeat(1024 * 1024)],
  ])('takes over a lock that names %s', (_who, text) => {
    writeFileSync(file, text);
    expect(lockHolder(file, posixProcesses)).toBeUndefined();
    expect(isLock(take())).toBe(true);
    expect(lockHolder(file, posixProcesses)).toMatchObject({ pid: process.pid });
  });

  it('respects a lock when no start time was recorded and the PID is running', () => {
    writeFileSync(file, JSON.stringify({ pid: process.pid }));
    expect(take()).toEqual({ pid: process.pid });
  });

  it('takes a lock despite the files of processes that were killed while they took it', async () => {
    for (let round = 0; round < 5; round += 1) {
      const racers = [race(200, true), race(200, true)];
      // Each has taken it at least once, and none can have finished.
      await Promise.all(racers.map(racer => once(racer.stdout, 'data')));
      for (const racer of racers) racer.kill('SIGKILL');
      await Promise.all(racers.map(racer => once(racer, 'close')));
      rmSync(`${file}-held`, { force: true });
      const lock = take();
      expect(isLock(lock)).toBe(true);
      if (isLock(lock)) lock.release();
    }
  });

  it('does not release a lock for a process that lost it', () => {
    const lock = take();
    writeFileSync(file, JSON.stringify({ pid: 1 }));
    if (isLock(lock)) lock.release();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ pid: 1 });
  });

  it('refuses a lock without its folder, so that a removed state folder never comes back', () => {
    expect(() => takeLock(path.join(folder, 'gone', 'a.lock'), posixProcesses)).toThrow('ENOENT');
  });

  it.each([
    { system: 'links', rounds: 200 },
    { system: 'no links, as exFAT', rounds: 50 },
  ])(
    'never gives the lock to two holders on a file system with $system, even when processes race for it and die while holding it',
    async ({ system, rounds }) => {
      const racers = [1, 2, 3, 4].map(() => race(rounds, system === 'links'));
      const outputs = await Promise.all(
        racers.map(async racer => {
          let text = '';
          racer.stdout.on('data', chunk => (text += chunk));
          await once(racer, 'close');
          return text.trim();
        }),
      );
      expect(outputs).toEqual(racers.map(() => `begun\n${rounds} times alone`));
    },
  );
});

function race(rounds: number, links: boolean): ChildProcessByStdio<null, Readable, null> {
  const argv = ['--input-type=module', '-e', RACER, REPOSITORY, file, String(rounds), links ? 'links' : ''];
  return spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Takes the lock so many times; while it holds it nobody else may. Every second time it leaves the lock as one who was killed does. */
const RACER = `
import fs from 'node:fs';
const [repository, file, rounds, links] = process.argv.slice(1);
if (!links) fs.linkSync = () => { throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' }); };
const { isLock, takeLock } = await import(repository + '/dist/src/state/lock.js');
const { posixProcesses } = await import(repository + '/dist/src/gateway/process-start-time.js');
const critical = file + '-held';
for (let round = 0; round < Number(rounds); round += 1) {
  let lock;
  do lock = takeLock(file, posixProcesses); while (!isLock(lock));
  try {
    fs.closeSync(fs.openSync(critical, 'wx'));
  } catch (error) {
    console.log('two holders in round ' + round);
    process.exit(1);
  }
  if (round === 0) console.log('begun');
  // Long enough for the others to look.
  for (const until = performance.now() + 1; performance.now() < until; );
  fs.rmSync(critical);
  if (round % 2) lock.release();
  else {
    fs.writeFileSync(file + '.' + process.pid, JSON.stringify({ pid: ${NOBODY}, round }));
    fs.renameSync(file + '.' + process.pid, file);
  }
}
console.log(rounds + ' times alone');
`;

describe('process', () => {
  it('identifies a process by its PID and its start time', () => {
    const ref = processRef(process.pid, posixProcesses);
    expect(isSameProcess(ref, posixProcesses)).toBe(true);
    expect(isSameProcess({ ...ref, startTime: (ref.startTime ?? 0) + 1 }, posixProcesses)).toBe(false);
    expect(isSameProcess({ pid: NOBODY }, posixProcesses)).toBe(false);
  });
});
