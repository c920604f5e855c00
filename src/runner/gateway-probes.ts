/**
 * Asks a gateway again and again whether it still answers, and soon after the machine was asleep. An answer is one on its control pipe, or
 * a new stamp of its event loop in `state/gateway.heartbeat`: Hermes 0.19 and 0.20 have no pipe. `silence.ts` decides what follows.
 */

import os from 'node:os';
import { controlPath, identify } from '../gateway/control-socket.ts';
import { readHeartbeat } from '../gateway/identity-files.ts';
import { afterProbe, afterTime, isHung, isSilent, type PassedTime, type Silence, UNASKED, wasAway } from '../model/silence.ts';

export interface GatewayProbesOptions {
  readonly home: string;
  /** Pause between two probes, in milliseconds. */
  readonly probeMs: number;
  /** PID of the gateway. */
  readonly gatewayPid: () => number | undefined;
  /** After how much silence the gateway is hung, in milliseconds; undefined where that is turned off. Asked while it is silent. */
  readonly watchdogMs: () => Promise<number | undefined>;
  /** The gateway need not answer now. Asked while it is silent. */
  readonly isExcused: () => boolean;
  /** Called after every probe, and when the gateway is hung. */
  readonly onResult: () => void;
  /** Called when the machine wakes up, with the length of its sleep in milliseconds. */
  readonly onSlept: (ms: number) => void;
  /** A clock that also runs while the machine sleeps, in milliseconds; default: the time since the system started. */
  readonly clockMs?: () => number;
}

const PROBE_TIMEOUT_MS = 2_000;
const FIRST_PAUSE_MS = 125;
/** How often a gateway stamps its file, in milliseconds: without a pipe it cannot answer sooner. */
const HEARTBEAT_MS = 30_000;
/** How soon after it woke up the machine's sleep is noticed, in milliseconds. */
const WAKE_MS = 4_000;
/** A shorter absence may be extreme load as well, in milliseconds. */
const SLEEP_MS = 60_000;

export class GatewayProbes {
  readonly #options: GatewayProbesOptions;
  readonly #clockMs: () => number;
  #silence = UNASKED;
  #hungMs: number | undefined;
  #countedToMs: number;
  #pauseMs = FIRST_PAUSE_MS;
  #turnsToProbe = 0;
  #hasPipe = false;
  #heartbeat: string | undefined;
  #timer: NodeJS.Timeout;
  #closed = false;

  constructor(options: GatewayProbesOptions) {
    this.#options = options;
    this.#clockMs = options.clockMs ?? (() => os.uptime() * 1_000);
    this.#countedToMs = this.#clockMs();
    this.#timer = setTimeout(() => void this.#turn(0), 0);
  }

  get silence(): Silence {
    return this.#silence;
  }

  /** The silence after which the gateway is to be ended as a failure, in milliseconds. */
  get hungMs(): number | undefined {
    return this.#hungMs;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** @param plannedMs after how much time it should be called */
  async #turn(plannedMs: number): Promise<void> {
    const { onResult, watchdogMs } = this.#options;
    const passed = this.#count(plannedMs);
    this.#turnsToProbe -= 1;
    const due = this.#turnsToProbe <= 0 || wasAway(passed);
    if (due) await this.#probe();
    const limitMs = isSilent(this.#silence) ? await watchdogMs() : undefined;
    if (this.#closed) return;
    const hung = limitMs !== undefined && isHung(this.#silence, limitMs);
    const changed = hung !== (this.#hungMs !== undefined);
    this.#hungMs = hung ? limitMs : undefined;
    if (due || changed) onResult();
    // The turns divide the pause between two probes, so that each probe comes in time.
    const turns = Math.ceil(this.#pauseMs / WAKE_MS);
    if (due) this.#turnsToProbe = turns;
    const turnMs = this.#pauseMs / turns;
    this.#timer = setTimeout(() => void this.#turn(turnMs), turnMs);
  }

  async #probe(): Promise<void> {
    const { home, probeMs } = this.#options;
    const timeoutMs = Math.min(PROBE_TIMEOUT_MS, probeMs);
    const { ok } = await identify(controlPath(home), { timeoutMs });
    this.#hasPipe ||= ok;
    const beats = this.#heartBeats();
    this.#count(timeoutMs);
    this.#silence = afterProbe(this.#silence, ok || beats);
    // Until the first answer the gateway may still be opening its pipe, or have none; after it the pause is the agreed one.
    if (this.#silence.answered) this.#pauseMs = this.#hasPipe ? probeMs : Math.max(probeMs, HEARTBEAT_MS);
    else this.#pauseMs = Math.min(this.#pauseMs * 2, probeMs);
  }

  /** Its event loop has stamped the file since the last look. */
  #heartBeats(): boolean {
    const { home, gatewayPid } = this.#options;
    const before = this.#heartbeat;
    const heartbeat = readHeartbeat(home);
    this.#heartbeat = heartbeat?.pid === gatewayPid() ? heartbeat?.updatedAt : undefined;
    return before !== undefined && this.#heartbeat !== undefined && this.#heartbeat !== before;
  }

  #count(plannedMs: number): PassedTime {
    const nowMs = this.#clockMs();
    const excused = this.#silence.missed > 0 && this.#options.isExcused();
    const passed = { elapsedMs: nowMs - this.#countedToMs, plannedMs, excused };
    this.#countedToMs = nowMs;
    this.#silence = afterTime(this.#silence, passed);
    const sleptMs = passed.elapsedMs - plannedMs;
    if (sleptMs >= SLEEP_MS) this.#options.onSlept(sleptMs);
    return passed;
  }
}
