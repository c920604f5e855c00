/**
 * Watches one launched gateway: when it is running, whether it still answers, which process requested its stop. `running` needs evidence
 * (its own files or its pipe); the existence of a process proves nothing, and a fresh heartbeat file does not prove a running loop.
 */

import fs from 'node:fs';
import {
  type GatewayProcess,
  hasGatewayFiles,
  isEnding,
  livingGateway,
  readGatewayState,
  statedReason,
} from '../gateway/identity-files.ts';
import { readPlannedStop, readTakeoverMarker, type StopMarker } from '../gateway/planned-stop.ts';
import { reportedPlatforms } from '../gateway/platforms.ts';
import { breakerWaitsUntil, readGatewayStarts } from '../gateway/start-breaker.ts';
import type { ProblemCode } from '../model/problems.ts';
import { isBelow, type ParentOf, type ProcessRef, type ProcessTable, processRef } from '../model/process-ref.ts';
import { isSilent, STRIKES } from '../model/silence.ts';
import type { PlatformStatus } from '../model/status.ts';
import { GatewayProbes } from './gateway-probes.ts';

/** What is seen of a gateway. */
export interface Observation {
  readonly phase: 'starting' | 'running' | 'degraded';
  readonly detail?: string;
  readonly problem?: ProblemCode;
  /** The gateway as its own files prove it. */
  readonly gateway?: GatewayProcess;
  readonly platforms?: readonly PlatformStatus[];
  /** It was asked to end, and its agent finishes its work first. */
  readonly finishingWork?: true;
  /** It was silent for this long, in milliseconds, and is to be ended as a failure. */
  readonly hungMs?: number;
}

/** The writer of a marker, read while it was running: it may end as soon as the gateway has. */
export interface Stopper {
  readonly process: ProcessRef;
  readonly commandLine: readonly string[];
  /** It runs below the gateway that it stops. */
  readonly inside: boolean;
}

export interface GatewayWatchOptions {
  readonly home: string;
  /** The process that was launched; the gateway itself may be a child of it (a venv launcher). */
  readonly launchedPid: number;
  /** The program may not be Hermes: in a home without the files of a gateway, two seconds of running are enough evidence. */
  readonly mayKeepNoFiles: boolean;
  readonly probeMs: number;
  /** After how much silence the gateway is hung, in milliseconds; undefined where that is turned off. */
  readonly watchdogMs: () => Promise<number | undefined>;
  /** Whether a debugger is attached to a process. */
  readonly isDebugged: (pid: number) => boolean;
  readonly processes: ProcessTable;
  /** Command line of a running process, where it may be read. */
  readonly commandLine: (pid: number) => readonly string[] | undefined;
  readonly parentOf: ParentOf;
  readonly onObservation: (observation: Observation) => void;
  /** Called when the machine wakes up, with the length of its sleep in milliseconds. */
  readonly onSlept: (ms: number) => void;
}

const LIFE_IS_EVIDENCE_MS = 2_000;
/** Longer than a start takes from the PID file to the first state, in milliseconds: in a home without a state, and beside an older one. */
const NO_STATE_MS = { none: 10_000, older: 60_000 } as const;
/** Pauses between looks for evidence: short at first, then longer, in milliseconds. */
const FIRST_LOOK_MS = 25;
const SLOWEST_LOOK_MS = 1_000;
const WATCHED_FILES: ReadonlySet<string | null> = new Set([
  'gateway.pid',
  'gateway_state.json',
  '.gateway-planned-stop.json',
  '.gateway-takeover.json',
  'gateway-starts.log',
]);

export class GatewayWatch {
  readonly #options: GatewayWatchOptions;
  #launchedPid: number;
  #inBackground = false;
  readonly #launchedAt = performance.now();
  readonly #launchedAtMs = Date.now();
  readonly #watcher: fs.FSWatcher | undefined;
  #lookTimer: NodeJS.Timeout | undefined;
  #probes: GatewayProbes | undefined;
  #lookMs = FIRST_LOOK_MS;
  #observation: Observation = { phase: 'starting' };
  #marker: StopMarker | undefined;
  #stopper: Stopper | undefined;
  /** When its PID was first seen in its files, in milliseconds of `performance.now()`. */
  #foundAt: number | undefined;
  #ran = false;
  #closed = false;

  constructor(options: GatewayWatchOptions) {
    this.#options = options;
    this.#launchedPid = options.launchedPid;
    try {
      this.#watcher = fs.watch(options.home, (_event, name) => {
        if (WATCHED_FILES.has(name)) this.#look();
      });
      this.#watcher.on('error', () => undefined);
    } catch {
      // Without a watch the looks by time find the same, a little later.
    }
    // No observation is reported before the caller has this object.
    this.#lookTimer = setTimeout(() => this.#look(), 0);
  }

  get observation(): Observation {
    return this.#observation;
  }

  /** It was seen running. */
  get ran(): boolean {
    return this.#ran;
  }

  /** The last planned stop or takeover that was seen; the gateway removes the file when it obeys it. */
  get marker(): StopMarker | undefined {
    return this.#marker;
  }

  /** The writer of that marker, where the marker names it. */
  get stopper(): Stopper | undefined {
    return this.#stopper;
  }

  /** The program went into the background and continues as this process. */
  follow(pid: number): void {
    this.#launchedPid = pid;
    this.#inBackground = true;
    this.#look();
  }

  /** Reads the markers once more and stops watching. */
  close(): void {
    this.#readMarkers();
    this.#closed = true;
    this.#watcher?.close();
    clearTimeout(this.#lookTimer);
    this.#probes?.close();
  }

  #look(): void {
    if (this.#closed) return;
    this.#readMarkers();
    this.#show(this.#judge());
    clearTimeout(this.#lookTimer);
    if (this.#observation.gateway !== undefined && this.#observation.phase !== 'starting') return;
    this.#lookTimer = setTimeout(() => this.#look(), this.#lookMs);
    this.#lookMs = Math.min(this.#lookMs * 1.5, SLOWEST_LOOK_MS);
  }

  #judge(): Observation {
    const { home, processes, mayKeepNoFiles } = this.#options;
    const livedMs = performance.now() - this.#launchedAt;
    const living = livingGateway(home, processes);
    if (!living || !this.#isOurs(living.pid)) {
      // Where a gateway has kept files, a program that runs is only a wrapper that may never start one.
      const enoughMs = hasGatewayFiles(home) ? NO_STATE_MS.older : LIFE_IS_EVIDENCE_MS;
      if (mayKeepNoFiles && livedMs >= enoughMs) return { phase: 'running' };
      const detail = this.#breakerWait();
      return { phase: 'starting', ...(detail !== undefined && { detail }) };
    }
    const gateway = { pid: living.pid, startTime: living.startTime };
    this.#foundAt ??= performance.now();
    const written = readGatewayState(home);
    const state = written?.pid === living.pid ? written.state : undefined;
    // The process may run for some seconds after its start has failed.
    if (written && state === 'startup_failed') {
      const detail = statedReason(written);
      return { phase: 'starting', gateway, ...(detail !== undefined && { detail }) };
    }
    // Hermes writes its PID seconds before its state, and at first beside the state in which the gateway before it ended; an old gateway
    // without a state counts as running after a while.
    const noStateMs = written ? NO_STATE_MS.older : NO_STATE_MS.none;
    const isLate = performance.now() - this.#foundAt >= noStateMs;
    const isStarting = state === 'starting' || (state === 'stopped' && !this.#ran) || (state === undefined && !isLate);
    if (isStarting) return { phase: 'starting', gateway };
    if (this.#probes && isSilent(this.#probes.silence)) {
      const { hungMs } = this.#probes;
      const detail = `no answer to ${STRIKES} probes in a row`;
      return { phase: 'degraded', detail, problem: 'gateway-silent', gateway, ...(hungMs !== undefined && { hungMs }) };
    }
    const reported = written?.pid === living.pid ? reportedPlatforms(written, this.#launchedAtMs) : [];
    const platforms = reported.length > 0 && { platforms: reported };
    if (state === 'degraded') return { phase: 'degraded', problem: 'gateway-degraded', gateway, ...platforms };
    const finishing = state === 'draining' && (written?.activeAgents ?? 0) > 0;
    return { phase: 'running', gateway, ...platforms, ...(finishing && { finishingWork: true }) };
  }

  /** What Hermes' own start breaker does with the gateway that was launched. */
  #breakerWait(): string | undefined {
    const startsMs = readGatewayStarts(this.#options.home);
    const lastMs = Math.max(...startsMs);
    const untilMs = lastMs >= this.#launchedAtMs ? breakerWaitsUntil(startsMs) : undefined;
    if (untilMs === undefined || untilMs < Date.now()) return undefined;
    return `Hermes itself waits ${Math.round((untilMs - lastMs) / 1_000)} s before it starts`;
  }

  /** The process that was launched, or one that began after it: an older gateway in this home is not the runner's. */
  #isOurs(pid: number): boolean {
    const { processes } = this.#options;
    if (pid === this.#launchedPid) return true;
    const [launched, found] = [processes.startTime(this.#launchedPid), processes.startTime(pid)];
    return launched !== undefined && found !== undefined && found >= launched;
  }

  #show(judged: Observation): void {
    const observation: Observation = this.#inBackground ? { problem: 'gateway-in-background', ...judged } : judged;
    const changed = JSON.stringify(observation) !== JSON.stringify(this.#observation);
    this.#ran ||= observation.phase !== 'starting';
    this.#observation = observation;
    if (observation.gateway && observation.phase !== 'starting') this.#probes ??= this.#startProbing();
    if (changed) this.#options.onObservation(observation);
  }

  #startProbing(): GatewayProbes {
    const { home, probeMs, watchdogMs, isDebugged, onSlept } = this.#options;
    const gatewayPid = () => this.#observation.gateway?.pid;
    // A gateway that is ending closes its pipe first, and has a watchdog of its own for that.
    const isExcused = () => isEnding(readGatewayState(home)) || isDebugged(gatewayPid() ?? 0);
    const onResult = () => this.#show(this.#judge());
    return new GatewayProbes({ home, probeMs, watchdogMs, gatewayPid, isExcused, onResult, onSlept });
  }

  #readMarkers(): void {
    const { home, processes, commandLine, parentOf } = this.#options;
    const marker = readPlannedStop(home) ?? readTakeoverMarker(home);
    if (!marker) return;
    this.#marker = marker;
    const { writerPid } = marker;
    if (writerPid === undefined || writerPid === this.#stopper?.process.pid) return;
    this.#stopper = {
      process: processRef(writerPid, processes),
      commandLine: commandLine(writerPid) ?? [],
      inside: isBelow(writerPid, this.#launchedPid, parentOf),
    };
  }
}

/** `hermes gateway stop`, in whatever way Python was started. */
export const isGatewayStop = (commandLine: readonly string[]): boolean => gatewayVerb(commandLine) === 'stop';

/** `hermes gateway restart`: where Hermes knows no supervisor of the gateway, this process becomes the next gateway. */
export const isGatewayRestart = (commandLine: readonly string[]): boolean => gatewayVerb(commandLine) === 'restart';

function gatewayVerb(commandLine: readonly string[]): string | undefined {
  const at = commandLine.lastIndexOf('gateway');
  return at >= 0 ? commandLine[at + 1] : undefined;
}

/** `hermes gateway stop --all`: an older Hermes app runs this before it updates. */
export function isGatewayStopOfAll(commandLine: readonly string[]): boolean {
  return isGatewayStop(commandLine) && commandLine.includes('--all');
}
