/**
 * Watches one gateway service beside its model, and remembers the first thing that must not be. Time is counted in looks: a machine that
 * keeps waiting in this process delays no other.
 */

import type { HistoryRecord } from '../../src/model/history.ts';
import type { Status } from '../../src/model/status.ts';
import { type Claims, contradiction, type Life, mayNotStart, mustCome, NOTHING, untrue } from './model.ts';
import type { ChaosStage } from './stage.ts';

export const LOOK_MS = 50;
/** One look counts for no more than this, in milliseconds. */
const LOOK_COUNTS_MS = 100;
/** A status may be wrong for as long, in milliseconds, and for what a machine that is busy takes to start anything. */
const WRONG_MS = 1_000;
/**
 * Between the end of a gateway and the first word of the next one a host, a runner, a question for its help and the gateway are started.
 */
const STARTS = 16;
/** A fault keeps what happens so long before and after it out of the history, in milliseconds. */
const EXCUSE_MS = 3_000;

interface SeenLife extends Life {
  readonly bornMs: number;
  excused: boolean;
  code?: number | null;
}

export class Observer {
  claims: Claims = NOTHING;
  /** The running command, and whether a fault was injected since it began. */
  busy = false;
  disturbed = false;
  /** A gateway ended with 78 since the command began: before its answer, or after that. */
  refusedMeanwhile = false;
  /** How often its state folder was removed. */
  removals = 0;
  /** PIDs of gateways that no process of the service could end when the state folder was removed. */
  orphans: readonly number[] = [];
  violation: string | undefined;
  #refusing: number | undefined;
  readonly #stage: ChaosStage;
  readonly #of: number;
  readonly #startMs: () => number;
  #clockMs = 0;
  #lookedAtMs = performance.now();
  #heard = 0;
  #lives: SeenLife[] = [];
  #tainted = false;
  #excusedUntilMs = 0;
  #gateways: readonly number[] = [];
  #ready = false;
  /** Its word that it runs was damaged. */
  #mute = false;
  /** When what is seen, or what is claimed, changed last. */
  #changedMs = 0;
  /** Since when every status has been wrong. */
  #wrongSinceMs: number | undefined;
  /** Since when there is no gateway, though one must come. */
  #missingSinceMs = 0;
  /** Failures since an update, which end the restarts of one that is bad. */
  #failures: number | undefined;

  /** @param startMs how long a plain process takes to start just now, in milliseconds */
  constructor(stage: ChaosStage, of: number, startMs: () => number = () => 0) {
    this.#stage = stage;
    this.#startMs = startMs;
    this.#of = of;
  }

  get clockMs(): number {
    return this.#clockMs;
  }

  get gateways(): readonly number[] {
    return this.#gateways;
  }

  get births(): number {
    return this.#heard;
  }

  /** For the report of a violation. */
  get seen(): string {
    return JSON.stringify({ ...this.claims, gateways: this.#gateways, ready: this.#ready, busy: this.busy });
  }

  /** Whether nothing changed for `ms`. */
  isQuiet(ms: number): boolean {
    return this.#clockMs - this.#changedMs >= ms;
  }

  /** Whether what must come has come. */
  get settled(): boolean {
    if (this.busy) return false;
    if (this.claims.removed) return this.#stage.processes(this.#of).length === 0;
    if (mustCome(this.claims) && this.claims.mood !== 'crashing') return this.#gateways.length === 1 && (this.#ready || this.#mute);
    if (mayNotStart(this.claims) !== undefined) return this.#gateways.every(pid => this.orphans.includes(pid));
    return this.isQuiet(300);
  }

  claim(claims: Claims): void {
    this.claims = claims;
    this.changed();
  }

  changed(): void {
    this.#changedMs = this.#clockMs;
    this.#missingSinceMs = this.#clockMs;
  }

  /** What is near in time may be missing in the history. */
  excuse(forMs = EXCUSE_MS): void {
    this.#excusedUntilMs = Math.max(this.#excusedUntilMs, this.#clockMs + forMs);
    for (const life of this.#lives) if (this.#gateways.includes(life.pid) || this.#clockMs - life.bornMs < EXCUSE_MS) life.excused = true;
  }

  /** Whether something was done to it just now, whose consequences may meet what comes next. */
  get shaken(): boolean {
    return this.#clockMs < this.#excusedUntilMs;
  }

  /** The history was damaged: nothing is said of it until there is another one. */
  taint(): void {
    this.#tainted = true;
  }

  /** Its word that it runs was damaged: whether it does cannot be judged before the next one. */
  muted(): void {
    this.#mute = true;
  }

  /** The requested exit code, or that of a kill. */
  told(pid: number, code: number | null): void {
    const life = this.#lives.findLast(each => each.pid === pid);
    if (life) life.code = code;
  }

  look(): void {
    const nowMs = performance.now();
    this.#clockMs += Math.min(nowMs - this.#lookedAtMs, LOOK_COUNTS_MS);
    this.#lookedAtMs = nowMs;
    const words = this.#stage.words(this.#of);
    for (const { what, pid } of words.slice(this.#heard)) {
      if (what === 'born') {
        this.#endHold();
        this.#born(pid);
      } else this.claim({ ...this.claims, held: what === 'update-begins' });
      if (what === 'update-begins') this.#failures = 0;
    }
    this.#heard = words.length;
    this.#endHold();
    this.#census();
    if (mustCome(this.claims) && this.#gateways.length === 0 && !this.#givenUp()) {
      const noneMs = this.#clockMs - this.#missingSinceMs;
      const allowedMs = this.#stage.longestDelayMs + Math.max(this.#stage.startMs, STARTS * this.#startMs());
      if (noneMs > allowedMs) this.#violate(`no gateway for ${Math.round(noneMs)} ms`);
    } else this.#missingSinceMs = this.#clockMs;
  }

  /** An update that a signal ended says no last word. */
  #endHold(): void {
    if (this.claims.held && !this.#stage.isUpdating(this.#of)) this.claim({ ...this.claims, held: false });
  }

  #born(pid: number): void {
    const why = mayNotStart(this.claims);
    if (why !== undefined) this.#violate(`gateway ${pid} was started though ${why}`);
    this.#lives.push({ pid, bornMs: this.#clockMs, excused: this.#clockMs < this.#excusedUntilMs });
    this.#gateways = [...this.#gateways, pid];
    this.#ready = false;
    this.#mute = false;
    this.changed();
  }

  #census(): void {
    const alive = this.#gateways.filter(pid => this.#stage.isAlive(this.#of, pid));
    if (alive.length !== this.#gateways.length) {
      const [gone = 0] = this.#gateways.filter(pid => !alive.includes(pid));
      this.#gateways = alive;
      this.#died(gone);
      this.changed();
    }
    // Two are two only if both live at the second look: one that leaves for the other is just going.
    if (alive.length > 1 && this.isQuiet(LOOK_COUNTS_MS)) this.#violate(`${alive.length} gateways at once: ${alive.join(', ')}`);
    const [pid] = alive;
    const ready = pid !== undefined && this.#stage.isReady(this.#of, pid);
    if (ready !== this.#ready) this.changed();
    this.#ready = ready;
  }

  #died(pid: number): void {
    const life = this.#lives.findLast(each => each.pid === pid);
    if (this.#failures !== undefined && life) {
      // One that lived for the ladder's reset period ran well.
      this.#failures = this.#clockMs - life.bornMs > 3_000 ? undefined : this.#failures + 1;
    }
    if (pid === this.#refusing) this.#refused();
  }

  /** A gateway that was requested to end with 78, and has not ended yet. */
  get refusing(): number | undefined {
    return this.#refusing;
  }

  /** This gateway was requested to end with 78, and may have ended already. */
  refuses(pid: number): void {
    this.#refusing = pid;
    if (!this.#gateways.includes(pid)) this.#refused();
  }

  #refused(): void {
    this.#refusing = undefined;
    if (this.busy) {
      this.disturbed = true;
      this.refusedMeanwhile = true;
    }
    this.claims = this.busy || !mustCome(this.claims) ? { ...this.claims, wished: 'unknown' } : { ...this.claims, attention: true };
  }

  /** What was asked for is not known any more. */
  forgetWish(claims: Claims): void {
    this.#refusing = undefined;
    this.excuse();
    this.claim(claims);
  }

  /** A bad update ends the restarts; the unit tests check when exactly. */
  #givenUp(): boolean {
    return this.#failures !== undefined && this.#failures >= 4;
  }

  /** A status that was asked for at `askedMs` of our clock. One that is wrong alone passes: what must not be is that it stays so. */
  judge(status: Status, askedMs: number): void {
    if (this.#givenUp()) return;
    // One that lives and has not said its first word yet is known to its runner alone.
    if (status.gatewayPid !== undefined && !this.#lives.some(({ pid }) => pid === status.gatewayPid)) return;
    const wrong = contradiction(this.claims, { gateways: this.#gateways, busy: this.busy }, this.#ready, status);
    this.#wrongSinceMs = wrong === undefined ? undefined : Math.max(this.#wrongSinceMs ?? askedMs, this.#changedMs);
    const passingMs = WRONG_MS + this.#startMs();
    if (this.#wrongSinceMs !== undefined && askedMs - this.#wrongSinceMs >= passingMs)
      this.#violate(`${wrong}, for more than ${Math.round(passingMs)} ms`);
  }

  /** Who was born since the installation, until now. */
  get lives(): readonly Life[] {
    return [...this.#lives];
  }

  /** Compares the history with what was seen until it was read; between events, while no command is running. */
  compare(history: readonly HistoryRecord[], lives: readonly Life[]): void {
    if (this.#tainted || this.claims.installed !== true) return;
    const wrong = untrue(history, lives);
    if (wrong) this.#violate(wrong);
  }

  /** Uninstalled: the next history is another one. */
  forget(): void {
    this.#lives = this.#lives.filter(({ pid }) => this.#gateways.includes(pid));
    this.#tainted = false;
    this.#failures = undefined;
  }

  /** Started by a command: what failed before does not count. */
  absolve(): void {
    if (this.#failures !== undefined) this.#failures = 0;
  }

  #violate(what: string): void {
    this.violation ??= what;
  }

  violate(what: string): void {
    this.#violate(what);
  }
}
