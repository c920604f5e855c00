/**
 * Whether a process still owns its service: its lock names it, and the service has a definition. Where the state folder was deleted while
 * the process runs ("delete the folder to reset"), no verb can reach it any more, so it must end. A folder that was made in its place
 * belongs to another installation, which waits for processes of its own.
 */

import { existsSync, statSync } from 'node:fs';
import { attempt } from '../model/attempt.ts';
import type { ProcessTable } from '../model/process-ref.ts';
import { isLock, type Lock, lockHolder, takeLock } from './lock.ts';
import type { StateFolder } from './state-folder.ts';

/** A loss is confirmed after this, because an installation may be writing the folder at this moment, in milliseconds. */
const CONFIRM_MS = 1_000;

export interface OwnershipOptions {
  readonly folder: StateFolder;
  readonly processes: ProcessTable;
  readonly file: string;
  readonly lock: Lock;
}

export class Ownership {
  readonly #options: OwnershipOptions;
  readonly #folder: string | undefined;
  #lock: Lock;
  #timer: NodeJS.Timeout | undefined;
  #confirmed: Promise<void> | undefined;
  #isLost = false;
  #lose: (reason: string) => void = () => undefined;
  /** Resolves with the reason when this process does not own the service any more. */
  readonly lost = new Promise<string>(resolve => {
    this.#lose = resolve;
  });

  constructor(options: OwnershipOptions) {
    this.#options = options;
    this.#folder = identityOf(options.folder);
    this.#lock = options.lock;
  }

  /** The state folder has changed. Returns whether this process owns the service as far as it can be seen now. */
  look(): boolean {
    // A file that cannot be read proves nothing.
    const owned = attempt(() => this.#loss()) === undefined;
    if (!owned) this.#confirmed ??= this.#confirm();
    return owned;
  }

  /** Resolves when it is certain whether this process owns the service; then `isLost` says it. */
  async settled(): Promise<void> {
    if (!this.look()) await this.#confirmed;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#lock.release();
  }

  async #confirm(): Promise<void> {
    await new Promise<void>(resolve => {
      this.#timer = setTimeout(resolve, CONFIRM_MS);
    });
    const reason = attempt(() => this.#loss() && this.#takeAgain());
    if (reason === undefined) this.#confirmed = undefined;
    else {
      this.#isLost = true;
      this.#lose(reason);
    }
  }

  #loss(): string | undefined {
    const { folder, file, processes } = this.#options;
    if (!existsSync(folder.definitionPath)) return 'The definition of this service was deleted.';
    const holder = lockHolder(file, processes);
    if (holder?.pid === process.pid) return undefined;
    return holder ? inCharge(holder.pid) : 'The lock of this service was deleted.';
  }

  /** Where only the lock was deleted, this process takes it again. Returns why it cannot. */
  #takeAgain(): string | undefined {
    const { folder, file, processes } = this.#options;
    if (!existsSync(folder.definitionPath)) return this.#loss();
    if (identityOf(folder) !== this.#folder) return 'The state folder of this service was replaced.';
    const taken = takeLock(file, processes);
    if (!isLock(taken)) return inCharge(taken.pid);
    this.#lock = taken;
    return undefined;
  }
}

/**
 * Names one folder only: Linux uses an inode number again soon after its folder was deleted. Windows does not, and there the time of creation
 * may be that of the former folder. Undefined where it cannot be read.
 */
function identityOf(folder: StateFolder): string | undefined {
  const stats = attempt(() => statSync(folder.path, { bigint: true }));
  return stats && [stats.dev, stats.ino, process.platform === 'win32' ? '' : stats.birthtimeNs].join(':');
}

const inCharge = (pid: number): string => `The process ${pid} is in charge of this service now.`;
