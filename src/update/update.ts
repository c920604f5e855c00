/**
 * stop → update → start, without losing a gateway. Every step is in a journal before it begins:
 *
 *   planned ──▶ stopping ──▶ updating ──────────▶ starting ──▶ done
 *      │            │    └──▶ handed-off ─────────▲  ▲
 *      │            │          (the owner ends; `resume.ts` continues afterwards)
 *      │            └── one that does not stop, or a file in use: nothing is updated ──┘
 *      └── a journal that cannot be written: nothing was touched
 *
 * Planned is every profile whose gateway should run, whatever keeps it running. Stopped means: no process of the gateway is left, and no
 * program has the files of the install open. Every outcome includes the start, separately for each gateway. A hold ends with the process
 * that placed it, so that the gateways start again whichever process is killed.
 */

import { randomUUID } from 'node:crypto';
import { livingUpdater } from '../gateway/update-marker.ts';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import type { HandOff } from '../model/hold.ts';
import { type GatewayIdentity, identityOf } from '../model/identity.ts';
import { progress, type Report } from '../model/operation-steps.ts';
import { poll } from '../model/poll.ts';
import { type ProcessRef, processRef, thisProcess } from '../model/process-ref.ts';
import { HOLD_CAP_MS, systemUptimeMs } from '../state/holds.ts';
import type { Lock } from '../state/lock.ts';
import { type EndedUpdate, handHoldsOff, notUpdated, restartGateways } from './ending.ts';
import {
  type PlannedGateway,
  PROGRESS_LENGTH,
  type UpdateJournal,
  type UpdateResult,
  type UpdateVersions,
  writeJournal,
} from './journal.ts';
import type { UpdatePorts } from './ports.ts';
import { finishAbandoned, lockUpdates, refuseRunning } from './resume.ts';

export interface UpdateRequest {
  /** The program that updates, as text. */
  readonly who: string;
  /** What is updated, as text. */
  readonly what: string;
  readonly versions?: UpdateVersions;
  /** Profiles whose gateways use what is updated; those that are not installed, or stopped by the user, are left as they are. */
  readonly identities: readonly GatewayIdentity[];
  readonly report?: Report | undefined;
  /** Called for every step and for progress, throttled; the last call has the step `done`. */
  readonly onChange?: (journal: UpdateJournal) => void;
}

export interface HandOffOptions {
  /** The process that continues, where known: the gateways stay stopped while it runs. */
  readonly successor?: ProcessRef;
  /** How long the gateways stay stopped at most, in milliseconds. Default: minutes without a successor, the cap of a hold with one. */
  readonly capMs?: number;
}

/** How long to wait for Hermes' own updater, and for files in use, in milliseconds. */
const HERMES_UPDATER_MS = 60_000;
const FILES_MS = 20_000;
/** Length of a hand-off without a successor, in milliseconds: an installation takes less. */
const HAND_OFF_MS = 10 * 60_000;
/** How often progress is written and reported, in milliseconds. */
const PROGRESS_EVERY_MS = 500;

/** An update whose gateways are stopped. Exactly one of `end` and `handOff` ends it. */
export class Update {
  readonly #ports: UpdatePorts;
  readonly #request: UpdateRequest;
  readonly #lock: Lock;
  readonly #releases: (() => Promise<void>)[] = [];
  #journal: UpdateJournal;
  /** The last write of the journal; one at a time, so that the last one stays. */
  #written: Promise<unknown> = Promise.resolve();
  #progressTimer: NodeJS.Timeout | undefined;

  private constructor(ports: UpdatePorts, request: UpdateRequest, lock: Lock, journal: UpdateJournal) {
    this.#ports = ports;
    this.#request = request;
    this.#lock = lock;
    this.#journal = journal;
  }

  /**
   * Plans, and stops every planned gateway. Where that fails, all of them run again before it throws.
   * @throws GatewayServiceError `update-running`, `journal-unreadable`, `disk-full`, `state-unwritable` before anything was touched;
   * `files-in-use`, `timed-out` and what a manager throws where something did not stop
   */
  static async begin(ports: UpdatePorts, request: UpdateRequest): Promise<Update> {
    const lock = await lockUpdates(ports, request.report).catch((error: unknown) => {
      throw toGatewayServiceError(error);
    });
    try {
      await finishAbandoned(ports, { report: request.report });
      await refuseRunning(ports);
      const profiles = await plan(ports, request.identities);
      await untilHermesIsIdle(ports, profiles, request.report);
      const { what, who, versions } = request;
      const update = new Update(ports, request, lock, {
        schema: 1,
        id: randomUUID(),
        what,
        who,
        since: new Date().toISOString(),
        owner: thisProcess(ports.processes),
        step: 'planned',
        ...(versions && { versions }),
        profiles,
      });
      request.onChange?.(update.#journal);
      await writeJournal(ports.stateRoot, update.#journal);
      await update.#stop();
      return update;
    } catch (error) {
      lock.release();
      throw toGatewayServiceError(error);
    }
  }

  /** The last line that the work reported. */
  readonly reportProgress = (progress: string): void => {
    this.#journal = { ...this.#journal, progress: progress.slice(0, PROGRESS_LENGTH) };
    this.#progressTimer ??= setTimeout(() => {
      this.#progressTimer = undefined;
      void this.#change({});
    }, PROGRESS_EVERY_MS).unref();
  };

  /**
   * Another process does the work: the gateways stay stopped while it runs, also where this process ends before it. Never throws: where
   * that cannot be written, they stay stopped while this process runs.
   */
  readonly doneBy = async (pid: number | undefined): Promise<void> => {
    if (pid === undefined) return;
    const handOff = { uptimeMs: systemUptimeMs(), capMs: HOLD_CAP_MS, successor: processRef(pid, this.#ports.processes) };
    await this.#change({ handOff });
    await handHoldsOff(this.#ports, this.#journal).catch(() => undefined);
  };

  /** Starts every gateway, whatever the result is. Never throws: failures are in the journal that it returns. */
  async end(result: UpdateResult): Promise<EndedUpdate> {
    this.#settleProgress();
    try {
      const { report, onChange } = this.#request;
      const { handOff: _, ...journal } = this.#journal;
      this.#journal = journal;
      void this.#change({ step: 'starting', result });
      const release = async () => {
        await Promise.all(this.#releases.map(each => each()));
        // Else a late write would bring back the journal that is removed next.
        await this.#written;
      };
      return await restartGateways(this.#ports, this.#journal, { release, report, onChange });
    } finally {
      // A runner that found the lock taken left its part to this process.
      await finishAbandoned(this.#ports).catch(() => undefined);
      this.#lock.release();
    }
  }

  /**
   * The gateways stay stopped when this process ends: another program continues. The relaunched app ends it with `resumeUpdates` and its
   * `judge`; without one, each gateway starts by itself when the hand-off is over.
   * @throws the file system's error; then the hold still ends with this process
   */
  async handOff({ successor, capMs = successor ? HOLD_CAP_MS : HAND_OFF_MS }: HandOffOptions = {}): Promise<void> {
    this.#settleProgress();
    const handOff: HandOff = { uptimeMs: systemUptimeMs(), capMs, ...(successor && { successor }) };
    this.#journal = { ...this.#journal, step: 'handed-off', handOff };
    await this.#written;
    await writeJournal(this.#ports.stateRoot, this.#journal);
    await handHoldsOff(this.#ports, this.#journal);
    this.#request.onChange?.(this.#journal);
  }

  async #stop(): Promise<void> {
    const { files, manager } = this.#ports;
    const { report, who, what } = this.#request;
    void this.#change({ step: 'stopping' });
    for (const { service } of this.#journal.profiles) report?.(progress('update', 'stopping', service));
    const stops = await Promise.all(
      this.#journal.profiles.map(async (planned): Promise<PlannedGateway> => {
        try {
          this.#releases.push(await manager.hold(identityOf(planned), { id: this.#journal.id, who, why: what }, report));
          return { ...planned, state: 'stopped' };
        } catch (error) {
          return { ...planned, state: 'failed', error: toGatewayServiceError(error).toValue() };
        }
      }),
    );
    void this.#change({ profiles: stops });
    try {
      const [refused] = stops.flatMap(({ error }) => (error ? [error] : []));
      if (refused) throw GatewayServiceError.fromValue(refused);
      for (const planned of this.#journal.profiles) await untilFilesAreFree(files, identityOf(planned), report);
    } catch (thrown) {
      const error = toGatewayServiceError(thrown);
      await this.end(notUpdated(error));
      throw error;
    }
    void this.#change({ step: 'updating' });
  }

  /** Reported at once and written afterwards: a failed write must not keep a gateway stopped. */
  #change(change: Partial<UpdateJournal>): Promise<unknown> {
    this.#journal = { ...this.#journal, ...change };
    const journal = this.#journal;
    this.#request.onChange?.(journal);
    this.#written = this.#written.then(() => writeJournal(this.#ports.stateRoot, journal)).catch(() => undefined);
    return this.#written;
  }

  #settleProgress(): void {
    clearTimeout(this.#progressTimer);
    this.#progressTimer = undefined;
  }
}

async function plan({ manager }: UpdatePorts, identities: readonly GatewayIdentity[]): Promise<PlannedGateway[]> {
  const found = await Promise.all(identities.map(async identity => ({ identity, status: await manager.status(identity) })));
  return found
    .filter(({ status }) => status.mechanism !== 'none' && status.desired === 'running')
    .map(({ identity, status: { mechanism } }) => ({ ...identityOf(identity), mechanism, state: 'waiting' }));
}

/** @throws GatewayServiceError `update-running` where it is still running after a minute */
async function untilHermesIsIdle({ processes }: UpdatePorts, profiles: readonly PlannedGateway[], report?: Report): Promise<void> {
  for (const root of new Set(profiles.map(planned => planned.root))) {
    let pid: number | undefined;
    const idle = () => {
      const updater = livingUpdater(root, processes);
      if (updater?.pid !== undefined && pid !== updater.pid) report?.(progress('update', 'hermes-updater', `PID ${updater.pid}`));
      pid = updater?.pid;
      return !updater;
    };
    await poll(idle, { what: "Hermes' own updater", deadlineMs: HERMES_UPDATER_MS, everyMs: 250 }).catch(() => {
      throw new GatewayServiceError('update-running', `(Hermes' own updater${pid === undefined ? '' : `, PID ${pid}`})`);
    });
  }
}

/** A program that is just ending may have them open a moment longer. */
async function untilFilesAreFree(files: UpdatePorts['files'], identity: GatewayIdentity, report?: Report): Promise<void> {
  let file: string | undefined;
  const free = async () => {
    const found = await files.inUse(identity);
    if (found !== undefined && found !== file) report?.(progress('update', 'files-in-use', found));
    file = found;
    return file === undefined;
  };
  await poll(free, { what: 'the files of the install', deadlineMs: FILES_MS, everyMs: 100 }).catch(error => {
    throw file === undefined ? error : new GatewayServiceError('files-in-use', `(${file})`);
  });
}
