/**
 * Where clients find a runner's control pipe: a record in the state folder. Without it nobody could see or ask anything until the runner ends,
 * so one that was damaged is written again, and one for which the disk had no room is tried again.
 */

import { existsSync } from 'node:fs';
import type { RunnerRecord, StateFolder } from '../service/state-folder.ts';

/** Pause between two tries, in milliseconds. */
const AGAIN_MS = 1_000;

export class RunnerAddress {
  readonly #folder: StateFolder;
  #record: RunnerRecord | undefined;
  #again: NodeJS.Timeout | undefined;
  /** One look or write at a time, so that none comes after the removal. */
  #work: Promise<unknown> = Promise.resolve();

  constructor(folder: StateFolder) {
    this.#folder = folder;
  }

  /** Rejects where it could not be written yet. */
  publish(record: RunnerRecord): Promise<void> {
    this.#record = record;
    return this.mend();
  }

  /** Something in the state folder has changed; where that is gone, so is the service. Rejects where it could not be written yet. */
  mend(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#record || !existsSync(this.#folder.path)) return;
      if (JSON.stringify(await this.#folder.runner()) === JSON.stringify(this.#record)) return;
      clearTimeout(this.#again);
      try {
        await this.#folder.writeRunner(this.#record);
      } catch (error) {
        this.#again = setTimeout(() => void this.mend().catch(() => undefined), AGAIN_MS);
        throw error;
      }
    });
  }

  remove(): Promise<void> {
    this.#record = undefined;
    return this.#inTurn(() => {
      clearTimeout(this.#again);
      return this.#folder.removeRunner();
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }
}
