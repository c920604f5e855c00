/**
 * What prevents a start of the gateway: the hold of an update, Hermes' own updater, or the program that stopped it from outside. The runner
 * calls this before every start and waits here; leftovers of dead updates are removed on the way.
 */

import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { ExitVerdict } from '../gateway/classify-exit.ts';
import type { ServingGateway } from '../gateway/host-gateway.ts';
import { livingGateway, readUpdateResult } from '../gateway/identity-files.ts';
import { type LivingUpdater, livingUpdater } from '../gateway/update-marker.ts';
import type { HistoryRecord } from '../model/history.ts';
import type { Hold } from '../model/hold.ts';
import type { ProblemCode } from '../model/problems.ts';
import { isSameProcess, type ProcessRef, type ProcessTable, processRef } from '../model/process-ref.ts';
import { type DesiredRecord, isSameRequest } from '../model/records.ts';
import { startDelayMs, startsWithSession } from '../model/stagger.ts';
import { holdInForce, systemUptimeMs } from '../state/holds.ts';
import { definedServices, type StateFolder } from '../state/state-folder.ts';
import { endAdoptedUpdates } from '../update/foreign-update.ts';
import { settleUpdates } from '../update/resume.ts';
import { isGatewayRestart, isGatewayStop, isGatewayStopOfAll, type Stopper } from './gateway-watch.ts';

/** The runner that waits to start its gateway. */
export interface Restrained {
  readonly folder: StateFolder;
  readonly processes: ProcessTable;
  /** The Hermes root as it is defined now. */
  root(): string;
  /** It is to end. */
  isEnding(): boolean;
  /** Shows that it waits, and for what. */
  wait(detail: string, problem?: ProblemCode): void;
  /** The other gateway that serves this profile now, if any. */
  servedBy(): ServingGateway | undefined;
  /** Shows that it waits for the end of that gateway. */
  waitForServing(serving: ServingGateway | undefined): void;
  record(record: HistoryRecord): Promise<void>;
  /** Resolves at the next change in the state folder, a request, or after `ms`. */
  changeOr(ms: number): Promise<void>;
}

/** How long a stop from outside keeps the gateway stopped when the process that requested it is unknown, in milliseconds. */
const OUTSIDE_STOP_MS = 60_000;
/** Pause between looks at the holder of a hold: a hold ends this long after its holder at most, in milliseconds. */
const HOLD_LOOK_MS = 1_000;
/** An older Hermes app stops all gateways and begins its update this much later at most, in milliseconds. */
const UPDATER_COMES_MS = 30_000;

/** Pause after the n-th gateway in a row that ended because another one serves its profile, in milliseconds. Hermes' own unit waits 5 s. */
export const servedPauseMs = (times: number): number => Math.min(60_000, 5_000 * 2 ** (times - 1));

export class StartGate {
  readonly #runner: Restrained;
  /** The updater that has started the service again itself; its marker may stay a while. */
  #doneUpdater: number | undefined;

  constructor(runner: Restrained) {
    this.#runner = runner;
  }

  async hold(): Promise<Hold | undefined> {
    const { folder, processes } = this.#runner;
    return holdInForce(await folder.holds(), processes, Date.now());
  }

  updater(): LivingUpdater | undefined {
    const found = livingUpdater(this.#runner.root(), this.#runner.processes);
    return found?.pid !== undefined && found.pid === this.#doneUpdater ? undefined : found;
  }

  /** The service was started from outside. An updater that had stopped it is done with it, even while its marker remains. */
  async startedFromOutside(): Promise<void> {
    const done = await endAdoptedUpdates(this.#runner.folder);
    this.#doneUpdater = done.find(pid => pid === this.updater()?.pid);
  }

  /** At a sign-in all gateways of the user start: this one in its turn, or at once where the user requests it. */
  async awaitTurn(history: readonly HistoryRecord[], asked: DesiredRecord): Promise<void> {
    const { folder } = this.#runner;
    const times = { askedMs: Date.parse(asked.at), bootedMs: Date.now() - systemUptimeMs() };
    if (!startsWithSession(history, times)) return;
    const services = await definedServices(path.dirname(folder.path));
    const delayMs = startDelayMs(Math.max(0, services.indexOf(folder.service)), services.length);
    const deadline = performance.now() + delayMs;
    for (let leftMs = delayMs; leftMs > 0; leftMs = deadline - performance.now()) {
      if (this.#runner.isEnding() || !isSameRequest(await folder.desired(), asked)) return;
      await this.#runner.changeOr(leftMs);
    }
  }

  /** Waits while a start is not allowed. True when it had to wait. */
  async heldBack(): Promise<boolean> {
    const { folder, processes } = this.#runner;
    const beganMs = Date.now();
    let held = false;
    let hermes = false;
    while (!this.#runner.isEnding()) {
      const hold = await this.hold();
      const updater = hold ? undefined : this.updater();
      if (!hold && !updater) break;
      const reason = hold ? `${hold.who}: ${hold.why}` : 'Hermes is being updated';
      hermes ||= updater !== undefined;
      if (!held) await this.#runner.record({ at: new Date().toISOString(), kind: 'noted', what: 'held', reason });
      held = true;
      this.#runner.wait(reason);
      if ((await folder.desired()).desired === 'stopped') return held;
      await this.#runner.changeOr(HOLD_LOOK_MS);
    }
    if (this.#runner.isEnding()) return held;
    await settleUpdates(folder, processes);
    if (hermes) await this.#noteHermes(beganMs);
    return held;
  }

  /**
   * Keeps the gateway stopped while the process that stopped it is running. A `gateway stop` of the user makes it stay stopped; one of an
   * agent, which could not be asked to start it again, does not.
   */
  async waitForOutside(verdict: Extract<ExitVerdict, { kind: 'stopped-from-outside' }>, seen?: Stopper): Promise<void> {
    const { reason, holderPid } = verdict;
    const { folder, processes } = this.#runner;
    const beganMs = Date.now();
    const wait = () => this.#runner.wait(reason, verdict.takeover && 'taken-over');
    wait();
    const stopper = seen?.process.pid === holderPid ? seen : undefined;
    if (stopper && !stopper.inside && isGatewayStop(stopper.commandLine)) {
      const ofUpdate = isGatewayStopOfAll(stopper.commandLine) && (await this.#updaterComes());
      if (!ofUpdate) {
        await folder.writeDesired('stopped');
        return;
      }
    }
    const restarts = stopper !== undefined && isGatewayRestart(stopper.commandLine);
    // An updater is running while its marker says so; its process may continue with other work.
    const byUpdater = verdict.updater ?? (holderPid !== undefined && this.updater()?.pid === holderPid);
    const holder = stopper?.process ?? (holderPid === undefined || byUpdater ? undefined : processRef(holderPid, processes));
    const deadline = performance.now() + OUTSIDE_STOP_MS;
    while (!this.#runner.isEnding()) {
      const holderLives = holder && isSameProcess(holder, processes) && !(restarts && (await this.#isGateway(holder)));
      if (!holderLives && !this.updater() && (byUpdater || holder || performance.now() > deadline)) {
        if (byUpdater) await this.#noteHermes(beganMs);
        return;
      }
      if ((await folder.desired()).desired === 'stopped') return;
      wait();
      await this.#runner.changeOr(HOLD_LOOK_MS);
    }
  }

  /**
   * Waits at least `pauseMs` while another gateway serves this profile: Hermes ends a second one at once. A request of the user ends the
   * wait.
   */
  async waitWhileServed(pauseMs: number): Promise<void> {
    const { folder } = this.#runner;
    const before = await folder.desired();
    const deadline = performance.now() + pauseMs;
    while (!this.#runner.isEnding() && isSameRequest(await folder.desired(), before)) {
      const serving = this.#runner.servedBy();
      const leftMs = deadline - performance.now();
      if (!serving && leftMs <= 0) return;
      this.#runner.waitForServing(serving);
      await this.#runner.changeOr(serving ? HOLD_LOOK_MS : Math.min(HOLD_LOOK_MS, leftMs));
    }
  }

  /** Whether this process is the gateway of this home now; the runner takes over from it. */
  async #isGateway({ pid }: ProcessRef): Promise<boolean> {
    const { folder, processes } = this.#runner;
    const definition = await folder.definition().catch(() => undefined);
    return definition !== undefined && livingGateway(definition.home, processes)?.pid === pid;
  }

  /** Whether the stop of all gateways was the beginning of an update; a request of the user meanwhile ends the wait. */
  async #updaterComes(): Promise<boolean> {
    const { folder } = this.#runner;
    const before = await folder.desired();
    const deadline = performance.now() + UPDATER_COMES_MS;
    while (performance.now() < deadline) {
      if (this.updater() || this.#runner.isEnding() || !isSameRequest(await folder.desired(), before)) return true;
      await this.#runner.changeOr(HOLD_LOOK_MS);
    }
    return false;
  }

  async #noteHermes(sinceMs: number): Promise<void> {
    const result = readUpdateResult(this.#runner.root());
    const updaterResult = result?.finishedAtMs !== undefined && result.finishedAtMs >= sinceMs ? result : undefined;
    await this.#runner.record({
      at: new Date().toISOString(),
      kind: 'noted',
      what: updaterResult?.ok === false ? 'update-failed' : 'updated',
      reason: updaterResult?.message ?? "Hermes' own updater was running.",
      update: { id: randomUUID(), what: 'Hermes' },
    });
  }
}
