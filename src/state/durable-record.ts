/**
 * A record in the state folder that must exist while its writer runs: where clients find a runner, and which gateway it launched. A damaged
 * one is written again, and a failed write is retried: without it no client could find the runner or an orphaned gateway.
 */

import type { RecordFile } from './record-file.ts';
import type { StateFolder } from './state-folder.ts';

/** Pause between two tries, in milliseconds. */
const AGAIN_MS = 250;

export class DurableRecord<T> {
  readonly #folder: StateFolder;
  readonly #file: RecordFile<T>;
  #record: T | undefined;
  #again: NodeJS.Timeout | undefined;
  /** One look or write at a time, so that none follows the removal. */
  #work: Promise<unknown> = Promise.resolve();

  constructor(folder: StateFolder, file: RecordFile<T>) {
    this.#folder = folder;
    this.#file = file;
  }

  /** Rejects where it could not be written yet. */
  keep(record: T): Promise<void> {
    this.#record = record;
    return this.repair();
  }

  /** The folder has changed. Rejects where it could not be written yet. */
  repair(): Promise<void> {
    return this.#inTurn(async () => {
      // Without the folder the service was removed.
      if (this.#record === undefined || !this.#folder.isThere()) return;
      if (JSON.stringify(await this.#file.read()) === JSON.stringify(this.#record)) return;
      clearTimeout(this.#again);
      try {
        await this.#file.write(this.#record);
      } catch (error) {
        this.#again = setTimeout(() => void this.repair().catch(() => undefined), AGAIN_MS);
        throw error;
      }
    });
  }

  remove(): Promise<void> {
    this.#record = undefined;
    return this.#inTurn(() => {
      clearTimeout(this.#again);
      return this.#file.remove();
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }
}
