/**
 * A lock that ends with its holder: a file that names a process by PID and start time. There is one supervisor, one runner and one
 * operation at a time per service; a lock that remains after a kill or a power cut never blocks another process.
 */

import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { isSameProcess, PROCESS_REF, type ProcessRef, type ProcessTable, thisProcess } from '../model/process-ref.ts';
import { jsonLine, matching } from '../model/schemas.ts';
import { disk } from './disk.ts';

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
 * sees an empty lock. Only one process at a time may remove a stale lock: the holder of a second lock on exactly that one, which checks
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
      if (link(mine, file)) return { release: () => removeIf(file, text) };
      const found = readText(file);
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

/** False where the name is taken. */
function link(existing: string, name: string): boolean {
  try {
    disk.linkSync(existing, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
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
