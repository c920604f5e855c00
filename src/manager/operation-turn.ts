/** One operation at a time on a service: the second one waits for the lock, and reports that it waits. */

import path from 'node:path';
import { type Operation, progress, type Report } from '../model/operation-steps.ts';
import { poll } from '../model/poll.ts';
import type { ProcessTable } from '../model/process-ref.ts';
import { disk } from '../state/disk.ts';
import { stateWrite } from '../state/files.ts';
import { isLock, takeLock } from '../state/lock.ts';
import type { StateFolder } from '../state/state-folder.ts';

export interface TurnOptions {
  readonly operation: Operation;
  readonly folder: StateFolder;
  readonly processes: ProcessTable;
  readonly report: Report;
}

/** How long an operation waits for another one on the same service, in milliseconds. */
const TURN_MS = 60_000;

export async function exclusively<T>({ operation, folder, processes, report }: TurnOptions, work: () => Promise<T>): Promise<T> {
  const stateRoot = path.dirname(folder.path);
  let waiting = false;
  /** Undefined where the folder was removed meanwhile. */
  const take = () => {
    try {
      // At every try: an uninstall that we waited for may have removed it. Synchronous, so that the first request gets the lock first.
      disk.mkdirSync(stateRoot, { recursive: true, mode: 0o700 });
      return takeLock(folder.operationLock, processes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return undefined;
    }
  };
  const turn = () => {
    const taken = take();
    if (taken === undefined) return undefined;
    if (isLock(taken)) return taken;
    if (!waiting) report(progress(operation, 'queueing', `PID ${taken.pid}`));
    waiting = true;
    return undefined;
  };
  const lock = await poll(() => stateWrite(turn), { deadlineMs: TURN_MS, what: 'another operation on this service' });
  try {
    return await work();
  } finally {
    lock.release();
    // Removes an empty one: it has no service any more.
    await disk.rmdir(stateRoot).catch(() => undefined);
  }
}
