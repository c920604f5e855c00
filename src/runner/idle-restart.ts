/** A requested restart that waits until the agent has no work in progress: without limit, but no longer than its gateway lives. */

import { controlPath, readStatus } from '../gateway/control-socket.ts';
import { isIdle } from '../model/agent-work.ts';

export interface IdleRestartOptions {
  readonly home: () => string;
  readonly gatewayPid: () => number | undefined;
  /** Called when the gateway is idle; the wait has ended then. */
  readonly restart: () => void;
}

/** Pause between two looks, in milliseconds. */
const LOOK_MS = 2_000;

export class IdleRestart {
  readonly #options: IdleRestartOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: IdleRestartOptions) {
    this.#options = options;
  }

  get isWaiting(): boolean {
    return this.#timer !== undefined;
  }

  wait(): void {
    this.#timer ??= setTimeout(() => void this.#look(), 0);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    const { home, gatewayPid, restart } = this.#options;
    const timer = this.#timer;
    const answer = await readStatus(controlPath(home()));
    // It was cancelled meanwhile.
    if (timer !== this.#timer) return;
    if (answer.ok && answer.result.pid === gatewayPid() && isIdle(answer.result)) {
      this.cancel();
      restart();
    } else this.#timer = setTimeout(() => void this.#look(), LOOK_MS);
  }
}
