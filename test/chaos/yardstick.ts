/**
 * How slow this machine is just now: what a plain Node takes from its start to its end, again and again. A machine with more to do than it
 * can delays every process, which is no violation.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 2_000;
/** Measurements that count. */
const KEPT = 10;

export class Yardstick {
  readonly #startsMs: number[] = [];
  readonly #measuring: Promise<void>;
  #over = false;
  #slowestMs = 0;

  constructor() {
    this.#measuring = this.#measure();
  }

  /** The slowest of the last starts, in milliseconds. */
  get startMs(): number {
    return Math.max(0, ...this.#startsMs);
  }

  /** The slowest of all. */
  get slowestMs(): number {
    return this.#slowestMs;
  }

  async end(): Promise<void> {
    this.#over = true;
    await this.#measuring;
  }

  async #measure(): Promise<void> {
    while (!this.#over) {
      const beganMs = performance.now();
      const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore', env: {} });
      await once(child, 'exit');
      const tookMs = performance.now() - beganMs;
      this.#startsMs.push(tookMs);
      if (this.#startsMs.length > KEPT) this.#startsMs.shift();
      this.#slowestMs = Math.max(this.#slowestMs, tookMs);
      await delay(PAUSE_MS);
    }
  }
}
