/**
 * A record in the state folder that must exist while its writer runs: where clients find a runner, and which gateway it launched. A damaged
 * one is written again, and a failed write is retried: without it no client could find the runner or an orphaned gateway.
 */

import type { LaunchRecord, RunnerRecord } from '../model/records.ts';
import type { StateFolder } from './state-folder.ts';

/** The file of the record. */
interface RecordPlace<T> {
  /** False where the folder around it, and so the service, was removed. */
  isThere(): boolean;
  /** Undefined where there is none, or none that can be read. */
  read(): Promise<T | undefined>;
  write(record: T): Promise<void>;
  remove(): Promise<void>;
}

/** Pause between two tries, in milliseconds. */
const AGAIN_MS = 250;

export class DurableRecord<T> {
  readonly #place: RecordPlace<T>;
  #record: T | undefined;
  #again: NodeJS.Timeout | undefined;
  /** One look or write at a time, so that none follows the removal. */
  #work: Promise<unknown> = Promise.resolve();

  constructor(place: RecordPlace<T>) {
    this.#place = place;
  }

  /** Rejects where it could not be written yet. */
  keep(record: T): Promise<void> {
    this.#record = record;
    return this.repair();
  }

  /** The folder has changed. Rejects where it could not be written yet. */
  repair(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#record === undefined || !this.#place.isThere()) return;
      if (JSON.stringify(await this.#place.read()) === JSON.stringify(this.#record)) return;
      clearTimeout(this.#again);
      try {
        await this.#place.write(this.#record);
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
      return this.#place.remove();
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }
}

/** Where clients find a runner. */
export function runnerAddressRecord(folder: StateFolder): DurableRecord<RunnerRecord> {
  return new DurableRecord({
    isThere: () => folder.isThere(),
    read: () => folder.runner(),
    write: record => folder.writeRunner(record),
    remove: () => folder.removeRunner(),
  });
}

/** The gateway that the next runner ends if this one is killed. */
export function launchRecord(folder: StateFolder): DurableRecord<LaunchRecord> {
  return new DurableRecord({
    isThere: () => folder.isThere(),
    read: () => folder.launch(),
    write: record => folder.writeLaunch(record),
    remove: () => folder.removeLaunch(),
  });
}
