/**
 * What the runner writes about the lives of its gateway: which process it launched, how each life began, what was noticed, how it ended and
 * what that means. A full or read-only disk must not stop the gateway: what cannot be written is logged.
 */

import path from 'node:path';
import { classifyExit, type ExitVerdict } from '../gateway/classify-exit.ts';
import { recogniseEnd } from '../gateway/recognised-end.ts';
import type { LivingUpdater } from '../gateway/update-marker.ts';
import { attempt } from '../model/attempt.ts';
import type { ErrorCode } from '../model/error-table.ts';
import { toGatewayServiceError } from '../model/errors.ts';
import { type EndedRecord, type ExitKind, type HistoryRecord, lostEnd, notLaunched, type StartCause } from '../model/history.ts';
import { portIn } from '../model/known-end.ts';
import { type ProcessTable, processRef } from '../model/process-ref.ts';
import type { LaunchRecord } from '../model/records.ts';
import type { GatewayExit, GatewayProcessTree } from '../process/gateway-process.ts';
import { type DurableRecord, durableRecord } from '../state/durable-record.ts';
import { systemUptimeMs } from '../state/holds.ts';
import type { OutputLog } from '../state/output-log.ts';
import type { StateFolder } from '../state/state-folder.ts';
import type { GatewayLife } from './gateway-life.ts';
import type { Observation } from './gateway-watch.ts';

/** Why no gateway can be started until a user changes something. */
const LASTING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['home-missing', 'profile-missing', 'home-in-use']);

/** Ends that are not requested, so that the user wants to know why. */
const EXPLAINED: ReadonlySet<ExitKind> = new Set<ExitKind>(['failure', 'needs-attention']);

export interface LifeHistoryOptions {
  readonly folder: StateFolder;
  readonly processes: ProcessTable;
  readonly output: OutputLog;
  readonly commandLine: (pid: number) => readonly string[] | undefined;
  readonly portHolder: (port: number) => number | undefined;
  readonly log: (line: string) => void;
}

/** What only the runner knows about the end of a life. */
export interface EndOfLife {
  /** The runner's own reason for it, if any. */
  readonly ownReason: (killed: boolean) => ExitVerdict | undefined;
  readonly updater: LivingUpdater | undefined;
}

export class LifeHistory {
  readonly #options: LifeHistoryOptions;
  readonly #launch: DurableRecord<LaunchRecord>;
  #restartsInPlaceAtMs: number[] = [];

  constructor(options: LifeHistoryOptions) {
    this.#options = options;
    this.#launch = durableRecord(options.folder, options.folder.launch);
  }

  /** The history so far. A killed runner could not record how its gateway ended; this one does. */
  async closed(): Promise<readonly HistoryRecord[]> {
    const history = await this.#options.folder.history();
    const lost = lostEnd(history, Date.now(), Date.now() - systemUptimeMs());
    if (lost) await this.record(lost);
    return lost ? [...history, lost] : history;
  }

  /** The gateway's process exists from now on: the next runner ends it if this one is killed. */
  launched(pid: number, group = pid): Promise<void> {
    const launch = { ...processRef(pid, this.#options.processes), at: now(), ...(group !== pid && { group }) };
    return this.tolerate(this.#launch.keep(launch));
  }

  /** The program went into the background: the next runner ends the group in which it continues. */
  async inBackground({ pid, group }: GatewayProcessTree): Promise<void> {
    await this.launched(pid, group);
    await this.record({ at: now(), kind: 'noted', what: 'in-background', reason: `the program continues as process ${pid}` });
  }

  /** The state folder has changed. */
  repair(): Promise<void> {
    return this.tolerate(this.#launch.repair());
  }

  /** What it means that no process could be started. */
  async notLaunched(error: unknown): Promise<ExitVerdict> {
    const failure = toGatewayServiceError(error);
    const kind = LASTING.has(failure.code) ? 'needs-attention' : 'failure';
    const record = notLaunched(failure, kind, Date.now());
    await this.record(record);
    return { kind, reason: record.reason };
  }

  /** Another runner holds the lock. Noted once for each: the host tries again and again. */
  async notInCharge(holderPid: number): Promise<void> {
    const reason = `another runner is in charge already, process ${holderPid}`;
    const history = await this.#options.folder.history();
    const isNoted = history.some(record => record.kind === 'noted' && record.reason === reason);
    if (!isNoted) await this.record({ at: now(), kind: 'noted', what: 'not-started', reason });
  }

  async started({ startedAt, launched }: GatewayLife, cause: StartCause): Promise<void> {
    await this.record({ at: startedAt, kind: 'started', ...launched, cause });
  }

  /** Notes that the gateway stopped or resumed answering. */
  observed(was: string, { phase, detail }: Observation): void {
    if (phase === 'degraded' && was !== 'degraded')
      void this.record({ at: now(), kind: 'noted', what: 'degraded', reason: detail ?? 'the gateway reports it' });
    if (phase === 'running' && was === 'degraded')
      void this.record({ at: now(), kind: 'noted', what: 'recovered', reason: 'the gateway is responding again' });
  }

  /** Notes that the machine woke up: the gateway did not run meanwhile. */
  slept(ms: number): void {
    void this.record({ at: now(), kind: 'noted', what: 'slept', reason: 'the computer slept', sleptMs: ms });
  }

  /** Records the end of a life and returns what it means. */
  async ended(life: GatewayLife, { code, signal }: GatewayExit, { ownReason, updater }: EndOfLife): Promise<ExitVerdict> {
    const endedAtMs = Date.now();
    const { gateway, watch } = life;
    await life.clear();
    const { cause, ...lastWords } = await life.lastWords();
    const killed = (await life.ending) === 'killed';
    const own = ownReason(killed);
    const verdict =
      own ??
      classifyExit(code, {
        signal,
        gateway,
        ...(watch.marker && { marker: watch.marker }),
        ...(updater && { updateMarker: updater }),
        restartsInPlaceAtMs: this.#restartsInPlaceAtMs,
        nowMs: endedAtMs,
        ...lastWords,
      });
    const isServed = 'served' in verdict && verdict.served;
    const isUnexplained = !EXPLAINED.has(verdict.kind) || own !== undefined || lastWords.hungMs !== undefined || isServed;
    const known = isUnexplained ? undefined : recogniseEnd({ code, signal, cause, output: lastWords.output });
    const holder = known === 'port-in-use' && cause !== undefined ? this.#holderOfPort(cause) : undefined;
    if (verdict.kind === 'restart-in-place') this.#restartsInPlaceAtMs.push(endedAtMs);
    await Promise.all([
      this.#options.output.mark(`gateway ended: ${verdict.reason}`, new Date(endedAtMs)),
      this.record({
        at: new Date(endedAtMs).toISOString(),
        kind: 'ended',
        pid: gateway.pid,
        code,
        outcome: verdict.kind,
        reason: verdict.reason,
        // What a signal ended had no time to say why.
        ...(cause !== undefined && signal === null && EXPLAINED.has(verdict.kind) && { cause }),
        ...(known && { known }),
        ...(holder && { holder }),
        uptimeMs: endedAtMs - life.startedAtMs,
        ...(killed && { killed }),
        ...(isServed && { served: true }),
      }),
      this.tolerate(this.#launch.remove()),
    ]);
    return verdict;
  }

  /** The process that listens on the port that the cause names. */
  #holderOfPort(cause: string): EndedRecord['holder'] {
    const port = portIn(cause);
    const pid = port === undefined ? undefined : attempt(() => this.#options.portHolder(port));
    if (pid === undefined) return undefined;
    const program = path.basename(attempt(() => this.#options.commandLine(pid))?.[0] ?? '');
    return { pid, ...(program !== '' && { program }) };
  }

  record(record: HistoryRecord): Promise<void> {
    return this.tolerate(this.#options.folder.appendHistory(record));
  }

  async tolerate(work: Promise<unknown>): Promise<void> {
    await work.catch(error => this.#options.log(`state not written: ${error}`));
  }
}

const now = (): string => new Date().toISOString();
