/**
 * What a step of the story stands on: the trial, the hands that act, and two ways of looking that must agree: what is shown, and the facts
 * (status document, PIDs, process list).
 */

/** What a step found, beside that it holds. */
export interface Finding {
  /** For people: one phrase. */
  readonly figure: string;
  /** For programs: milliseconds by name. */
  readonly measured?: Readonly<Record<string, number>>;
}

import { en } from '../../src/desktop/messages-en.ts';
import { viewOf } from '../../src/desktop/views.ts';
import { poll } from '../../src/model/poll.ts';
import type { Phase, Status } from '../../src/model/status.ts';
import type { Hands, Shown } from './hands.ts';
import type { Trial } from './trial.ts';

/** A step that went otherwise than expected. */
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

/** A status, and when it was told (`performance.now()`). */
export interface Sighting {
  readonly status: Status;
  readonly atMs: number;
}

/** Host, runner and gateway; the real Hermes may have children beside them. */
const PROCESSES_OF_A_LIFE = 3;
const LOOK_MS = 10;
const DEADLINE_MS = 30_000;

export class Stage {
  readonly trial: Trial;
  readonly hands: Hands;
  readonly #signal: AbortSignal;
  readonly #unwatch: () => void;
  #last: Sighting | undefined;

  constructor(trial: Trial, hands: Hands, signal: AbortSignal) {
    this.trial = trial;
    this.hands = hands;
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

  /** The first status that is told and fits. @throws StoryFailure, at once where a failure is shown */
  until(what: string, fits: (status: Status) => boolean): Promise<Sighting> {
    return this.wait(what, async () => {
      if (this.#last && fits(this.#last.status)) return this.#last;
      const { error } = await this.hands.shown();
      if (error !== undefined) throw new Error(error);
      return undefined;
    });
  }

  /** Waits until this phase is a fact, nothing else is shown, and the process list fits; resolves with the status. @throws StoryFailure */
  async settle(phase: Phase): Promise<Status> {
    await this.until(`the phase ${phase}`, status => status.phase === phase);
    const status = await this.status();
    this.expect(`the phase ${phase} in the status document`, status.phase === phase, status.phase);
    await this.wait(`the words "${en.announcement(status)}" and the switch ${viewOf(status).switchOn ? 'on' : 'off'}`, async () => {
      const shown = await this.hands.shown();
      return shown.announcement === en.announcement(status) && shown.switchOn === viewOf(status).switchOn && shown.error === undefined;
    });
    await this.wait(this.#livesOf(status), () => this.#processesFit(status));
    return status;
  }

  /** @throws StoryFailure where `is` is false */
  expect(expected: string, is: boolean, seen: unknown): void {
    if (!is) throw new StoryFailure(expected, typeof seen === 'string' ? seen : JSON.stringify(seen));
  }

  async expectGone(pid: number | undefined): Promise<void> {
    const living = await this.#pids();
    this.expect(`the old gateway (PID ${pid}) gone`, pid !== undefined && !living.includes(pid), 'it lives');
  }

  #livesOf({ gatewayPid, servicePid }: Status): string {
    return gatewayPid === undefined
      ? 'no process of this trial'
      : `the gateway (PID ${gatewayPid}), its host (PID ${servicePid}) and its runner in the process list, and no other`;
  }

  async #pids(): Promise<number[]> {
    return (await this.trial.processes()).map(({ pid }) => pid);
  }

  async #processesFit({ gatewayPid, servicePid }: Status): Promise<boolean> {
    const pids = await this.#pids();
    if (gatewayPid === undefined) return pids.length === 0;
    const counted = this.trial.gateway === 'sample' ? pids.length === PROCESSES_OF_A_LIFE : pids.length >= PROCESSES_OF_A_LIFE;
    return counted && pids.includes(gatewayPid) && servicePid !== undefined && pids.includes(servicePid);
  }

  /** Waits for a fact. @throws StoryFailure at the deadline */
  async wait<T>(what: string, until: () => T | Promise<T>) {
    try {
      return await poll(until, { what, deadlineMs: DEADLINE_MS, everyMs: LOOK_MS, signal: this.#signal });
    } catch (error) {
      if (this.#signal.aborted) throw error;
      throw new StoryFailure(what, await this.#whatIsSeen());
    }
  }

  async #whatIsSeen(): Promise<string> {
    const { phase, detail, gatewayPid, lastExit } = await this.status();
    const shown: Shown = await this.hands.shown();
    const processes = (await this.trial.processes()).map(({ pid, command }) => `${pid} ${command}`);
    return [
      `phase ${phase}${detail ? ` (${detail})` : ''}${gatewayPid === undefined ? '' : `, gateway ${gatewayPid}`}`,
      `last exit: ${lastExit ? `${lastExit.code} ${lastExit.reason}` : 'none'}`,
      `shown: "${shown.announcement}", switch ${shown.switchOn ? 'on' : 'off'}${shown.error ? `, failure "${shown.error}"` : ''}${shown.update ? `, "${shown.update}"` : ''}`,
      `processes: ${processes.length === 0 ? 'none' : processes.join('; ')}`,
    ].join('\n');
  }
}
