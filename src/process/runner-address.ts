/**
 * Where clients find a runner's control pipe: a record in the state folder. Without it nobody could see or ask anything until the runner ends,
 * so one that was damaged is written again.
 */

import { existsSync } from 'node:fs';
import type { RunnerRecord, StateFolder } from '../service/state-folder.ts';

export class RunnerAddress {
  readonly #folder: StateFolder;
  #record: RunnerRecord | undefined;
  /** One look or write at a time, so that none comes after the removal. */
  #work: Promise<unknown> = Promise.resolve();

  constructor(folder: StateFolder) {
    this.#folder = folder;
  }

  /** Rejects where it could not be written. */
  publish(record: RunnerRecord): Promise<void> {
    this.#record = record;
    return this.#inTurn(() => this.#folder.writeRunner(record));
  }

  /** Something in the state folder has changed; where that is gone, so is the service. Rejects where it could not be written. */
  mend(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#record || !existsSync(this.#folder.path)) return;
      if (JSON.stringify(await this.#folder.runner()) === JSON.stringify(this.#record)) return;
      await this.#folder.writeRunner(this.#record);
    });
  }

  remove(): Promise<void> {
    this.#record = undefined;
    return this.#inTurn(() => this.#folder.removeRunner());
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }
}
