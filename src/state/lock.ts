/**
 * A lock that ends with its holder: a file that names a process by PID and start time. There is one supervisor, one runner and one
 * operation at a time per service; a lock that remains after a kill or a power cut never blocks another process.
 */

import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { isSameProcess, PROCESS_REF, type ProcessRef, type ProcessTable, thisProcess } from '../model/process-ref.ts';
import { jsonLine, matching } from '../model/schemas.ts';
import { disk } from './disk.ts';

/** How a file system without links refuses one: exFAT and FAT, FUSE, network shares, and FAT on Windows (EISDIR). */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL', 'EISDIR']);
/** How long an empty lock may take to be written, in milliseconds. */
const WRITTEN_MS = 250;

export interface Lock {
  release(): void;
}

/** The running holder of the lock, if any. */
export function lockHolder(file: string, processes: ProcessTable): ProcessRef | undefined {
  const ref = parseRef(readText(file) ?? '');
  return ref && isSameProcess(ref, processes) ? ref : undefined;
}

/**
 * Takes the lock, or returns the process that holds it. The file is written before it gets its name (a link never overwrites), so no reader
 * sees an empty lock, except on a file system without links. Only one process at a time may remove a stale lock: the holder of a second lock on exactly that one, which checks
 * that it is still there. The folder must exist.
 */
export function takeLock(file: string, processes: ProcessTable): Lock | ProcessRef {
  const mark = randomBytes(4).toString('hex');
  const mine = `${file}.${process.pid}.${mark}`;
  // The mark distinguishes this lock from every other one of the same process.
  const text = JSON.stringify({ ...thisProcess(processes), mark });
  disk.writeFileSync(mine, text, { mode: 0o600 });
  try {
    for (;;) {
      if (claim(file, mine, text)) return { release: () => removeIf(file, text) };
      const found = readWritten(file);
      if (found === undefined) continue;
      const holder = parseRef(found);
      if (holder && isSameProcess(holder, processes)) return holder;
      const removal = takeLock(`${file}.${fingerprint(found)}`, processes);
      if (!isLock(removal)) return removal;
      try {
        removeIf(file, found);
      } finally {
        removal.release();
      }
    }
  } finally {
    disk.rmSync(mine, { force: true });
  }
}

export function isLock(taken: Lock | ProcessRef): taken is Lock {
  return 'release' in taken;
}

/** Gives the written lock its name; false where the name is taken. */
function claim(name: string, written: string, text: string): boolean {
  try {
    disk.linkSync(written, name);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!NO_LINKS.has(code)) throw error;
    return create(name, text);
  }
}

/** Creates the lock under its name and writes it then; false where the name is taken. */
function create(name: string, text: string): boolean {
  try {
    disk.writeFileSync(name, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
  // A process that waited too long for the text has removed it as a stale lock.
  return readText(name) === text;
}

/** The text of a lock. One that is empty is being written; after a moment it counts as it is. Undefined where there is no such file. */
function readWritten(file: string): string | undefined {
  const deadline = performance.now() + WRITTEN_MS;
  for (;;) {
    const text = readText(file);
    if (text !== '' || performance.now() > deadline) return text;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
}

/** Only for a process that has exclusive access: the holder, or the holder of the lock on a stale lock. */
function removeIf(file: string, text: string): void {
  if (readText(file) === text) disk.rmSync(file, { force: true });
}

function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** Undefined where there is no such file. */
function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}

const parseRef = (text: string): ProcessRef | undefined => matching(jsonLine(PROCESS_REF), text);
