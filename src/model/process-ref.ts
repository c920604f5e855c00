/** A process in our records: PID and start time, because Windows and Linux use a PID again. */

import * as v from 'valibot';
import { pid, startTime } from './schemas.ts';

/** Which processes live. Start times are fingerprints as Hermes records them (see `gateway/process-start-time.ts`). */
export interface ProcessTable {
  isAlive(pid: number): boolean;
  /** Undefined where the process is gone or may not be asked. */
  startTime(pid: number): number | undefined;
}

export const PROCESS_REF = v.object({ pid, startTime: v.exactOptional(startTime) });

export type ProcessRef = Readonly<v.InferOutput<typeof PROCESS_REF>>;

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

/** The process that started this one; undefined where that is unknown. It may have ended, and its PID may belong to another one now. */
export type ParentOf = (pid: number) => number | undefined;

/** Whether the first process is the second one or was started by it, directly or not. */
export function isBelow(pid: number, ancestor: number, parentOf: ParentOf): boolean {
  return lineage(pid, parentOf).includes(ancestor);
}

/** A process, its parent, and so on, as far as the system knows them. */
export function lineage(pid: number, parentOf: ParentOf): number[] {
  const found: number[] = [];
  for (let at: number | undefined = pid; at !== undefined && at > 0 && !found.includes(at); at = parentOf(at)) found.push(at);
  return found;
}
