/**
 * The tools of a story step: the trial, the driver, and checks that what is shown agrees with the facts (status document, PIDs, process
 * list).
 */

import { en } from '../../src/desktop/messages-en.ts';
import { viewOf } from '../../src/desktop/views.ts';
import { poll } from '../../src/model/poll.ts';
import type { Phase, Status } from '../../src/model/status.ts';
import type { Driver, Shown } from './driver.ts';
import type { Trial } from './trial.ts';
import type { GatewayKind } from './trial-system.ts';

/** The result of a step that passed. */
export interface StepResult {
  /** One phrase for people. */
  readonly figure: string;
  /** Milliseconds by name, for programs. */
  readonly measured?: Readonly<Record<string, number>>;
}

/** A difference between what was expected and what was seen. */
export class StoryFailure extends Error {
  override readonly name = 'StoryFailure';
  readonly expected: string;
  readonly seen: string;

  constructor(expected: string, seen: string) {
    super(`expected ${expected}, saw ${seen}`);
    this.expected = expected;
    this.seen = seen;
  }
}

/** A status, and when it was received (`performance.now()`). */
export interface Observed {
  readonly status: Status;
  readonly atMs: number;
}

/** Host, runner and gateway; the real Hermes may have child processes, too. */
const SERVICE_PROCESSES = 3;
const POLL_MS = 10;
/**
 * Hermes waits before it starts for the sixth time within 2 min, and longer each time after that; a hang of a version without a control
 * pipe is noticed after 2 min.
 */
const DEADLINES_MS: Readonly<Record<GatewayKind, number>> = { sample: 30_000, hermes: 180_000 };

export class Stage {
  readonly trial: Trial;
  readonly driver: Driver;
  readonly #signal: AbortSignal;
  readonly #unwatch: () => void;
  #last: Observed | undefined;

  constructor(trial: Trial, driver: Driver, signal: AbortSignal) {
    this.trial = trial;
    this.driver = driver;
    this.#signal = signal;
    this.#unwatch = trial.manager.watch(trial.identity, status => {
      this.#last = { status, atMs: performance.now() };
    });
  }

  close(): void {
    this.#unwatch();
  }

  status(): Promise<Status> {
    return this.trial.manager.status(this.trial.identity);
  }

  /** Resolves with the first status that fits. @throws StoryFailure at the deadline, or as soon as an error is shown */
  until(what: string, fits: (status: Status) => boolean): Promise<Observed> {
    return this.wait(what, async () => {
      if (this.#last && fits(this.#last.status)) return this.#last;
      const { error } = await this.driver.shown();
      if (error !== undefined) throw new Error(error);
      return undefined;
    });
  }

  /** Waits until status, page and process list all agree with this phase; resolves with the status. @throws StoryFailure */
  async settle(phase: Phase): Promise<Status> {
    await this.until(`the phase ${phase}`, status => status.phase === phase);
    const status = await this.status();
    this.expect(`the phase ${phase} in the status document`, status.phase === phase, status.phase);
    await this.wait(`the words "${en.announcement(status)}" and the switch ${viewOf(status).switchOn ? 'on' : 'off'}`, async () => {
      const shown = await this.driver.shown();
      return shown.announcement === en.announcement(status) && shown.switchOn === viewOf(status).switchOn && shown.error === undefined;
    });
    await this.wait(this.#expectedProcesses(status), () => this.#processesMatch(status));
    return status;
  }

  /** @throws StoryFailure where `is` is false */
  expect(expected: string, is: boolean, seen: unknown): void {
    if (!is) throw new StoryFailure(expected, typeof seen === 'string' ? seen : JSON.stringify(seen));
  }

  async expectGone(pid: number | undefined): Promise<void> {
    const living = await this.#pids();
    this.expect(`the old gateway (PID ${pid}) gone`, pid !== undefined && !living.includes(pid), 'it still runs');
  }

  #expectedProcesses({ gatewayPid, servicePid }: Status): string {
    return gatewayPid === undefined
      ? 'no process of this trial'
      : `the gateway (PID ${gatewayPid}), its host (PID ${servicePid}) and its runner in the process list, and no other`;
  }

  async #pids(): Promise<number[]> {
    return (await this.trial.processes()).map(({ pid }) => pid);
  }

  async #processesMatch({ gatewayPid, servicePid }: Status): Promise<boolean> {
    const pids = await this.#pids();
    if (gatewayPid === undefined) return pids.length === 0;
    const counted = this.trial.gateway === 'sample' ? pids.length === SERVICE_PROCESSES : pids.length >= SERVICE_PROCESSES;
    return counted && pids.includes(gatewayPid) && servicePid !== undefined && pids.includes(servicePid);
  }

  /** Polls until `until` is truthy. @throws StoryFailure at the deadline */
  async wait<T>(what: string, until: () => T | Promise<T>) {
    try {
      return await poll(until, { what, deadlineMs: DEADLINES_MS[this.trial.gateway], everyMs: POLL_MS, signal: this.#signal });
    } catch (error) {
      if (this.#signal.aborted) throw error;
      throw new StoryFailure(what, await this.#describeState());
    }
  }

  async #describeState(): Promise<string> {
    const { phase, detail, gatewayPid, lastExit } = await this.status();
    const shown: Shown = await this.driver.shown();
    const processes = (await this.trial.processes()).map(({ pid, command }) => `${pid} ${command}`);
    return [
      `phase ${phase}${detail ? ` (${detail})` : ''}${gatewayPid === undefined ? '' : `, gateway ${gatewayPid}`}`,
      `last exit: ${lastExit ? `${lastExit.code} ${lastExit.reason}` : 'none'}`,
      `shown: "${shown.announcement}", switch ${shown.switchOn ? 'on' : 'off'}${shown.error ? `, failure "${shown.error}"` : ''}${shown.update ? `, "${shown.update}"` : ''}`,
      `processes: ${processes.length === 0 ? 'none' : processes.join('; ')}`,
    ].join('\n');
  }
}
