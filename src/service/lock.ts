/**
 * A lock that dies with its holder: a file that names a process by PID and start time. There is one supervisor, one runner and one
 * operation at a time per service; a lock left behind by a kill or a power cut never keeps anybody out.
 */

import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** Who may hold a lock or a hold. Start times are fingerprints as Hermes records them (see `gateway/process-start-time.ts`). */
export interface ProcessTable {
  isAlive(pid: number): boolean;
  /** Undefined where the process is gone or may not be asked. */
  startTime(pid: number): number | undefined;
}

export interface ProcessRef {
  readonly pid: number;
  readonly startTime?: number;
}

export function thisProcess(processes: ProcessTable): ProcessRef {
  return processRef(process.pid, processes);
}

export function processRef(pid: number, processes: ProcessTable): ProcessRef {
  const startTime = processes.startTime(pid);
  return startTime === undefined ? { pid } : { pid, startTime };
}

/** Whether the very process that `ref` names still lives; a recycled PID does not count. */
export function isSameProcess(ref: ProcessRef, processes: ProcessTable): boolean {
  if (!processes.isAlive(ref.pid)) return false;
  return ref.startTime === undefined || processes.startTime(ref.pid) === ref.startTime;
}

export interface Lock {
  release(): void;
}

/** The living holder of the lock, if any. */
export function lockHolder(file: string, processes: ProcessTable): ProcessRef | undefined {
  const ref = readRef(file);
  return ref && isSameProcess(ref, processes) ? ref : undefined;
}

/**
 * Takes the lock, or returns the process that holds it. The file is written before it gets its name (link or rename never overwrites),
 * so no reader meets an empty lock; a stale lock is moved aside under a name of our own, so that of two takers one wins.
 */
export function takeLock(file: string, processes: ProcessTable): Lock | ProcessRef {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const mark = `${process.pid}.${randomBytes(4).toString('hex')}`;
  const mine = `${file}.${mark}`;
  fs.writeFileSync(mine, JSON.stringify(thisProcess(processes)), { mode: 0o600 });
  try {
    for (;;) {
      try {
        fs.linkSync(mine, file);
        return {
          release: () => {
            if (readRef(file)?.pid === process.pid) fs.rmSync(file, { force: true });
          },
        };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readRef(file);
      if (holder && isSameProcess(holder, processes)) return holder;
      moveAside(file, `${mine}.stale`, processes);
    }
  } finally {
    fs.rmSync(mine, { force: true });
  }
}

export function isLock(taken: Lock | ProcessRef): taken is Lock {
  return 'release' in taken;
}

/** Moves a stale lock away. Where somebody else took it anew in the meantime, their lock is put back. */
function moveAside(file: string, aside: string, processes: ProcessTable): void {
  try {
    fs.renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readRef(aside);
  if (moved && isSameProcess(moved, processes)) {
    try {
      fs.linkSync(aside, file);
    } catch {
      // A third taker was quicker: it holds the lock now, and the one that was moved finds out when it releases.
    }
  }
  fs.rmSync(aside, { force: true });
}

function readRef(file: string): ProcessRef | undefined {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const { pid, startTime } = value as { pid?: unknown; startTime?: unknown };
    if (!Number.isSafeInteger(pid) || (pid as number) <= 0) return undefined;
    return typeof startTime === 'number' ? { pid: pid as number, startTime } : { pid: pid as number };
  } catch {
    return undefined;
  }
}
