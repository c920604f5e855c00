/**
 * A record in the state folder that must exist while its writer runs: where clients find a runner, and which gateway it launched. A damaged
 * one is written again, and a failed write is retried: without it no client could find the runner or an orphaned gateway.
 */

import type { RecordFile } from './record-file.ts';
import type { StateFolder } from './state-folder.ts';

/** Pause between two tries, in milliseconds. */
const AGAIN_MS = 250;

export type DurableRecord<T> = ReturnType<typeof durableRecord<T>>;

export function durableRecord<T>(folder: StateFolder, file: RecordFile<T>) {
  let record: T | undefined;
  let again: NodeJS.Timeout | undefined;
  /** One look or write at a time, so that none follows the removal. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
  const repair = (): Promise<void> =>
    inTurn(async () => {
      // Without the folder the service was removed.
      if (record === undefined || !folder.isThere()) return;
      if (JSON.stringify(await file.read()) === JSON.stringify(record)) return;
      clearTimeout(again);
      try {
        await file.write(record);
      } catch (error) {
        again = setTimeout(() => void repair().catch(() => undefined), AGAIN_MS);
        throw error;
      }
    });
  return {
    /** Rejects where it could not be written yet. */
    keep: (kept: T): Promise<void> => {
      record = kept;
      return repair();
    },
    /** The folder has changed. Rejects where it could not be written yet. */
    repair,
    remove: (): Promise<void> => {
      record = undefined;
      return inTurn(() => {
        clearTimeout(again);
        return file.remove();
      });
    },
  };
}
