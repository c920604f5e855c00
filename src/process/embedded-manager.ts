/**
 * The manager for where there is no SCM: a definition in the state folder and a supervisor of our own, started detached. Linux, macOS
 * and development use it; it passes the same contract suite as the SCM manager.
 */

import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { type GatewayIdentity, requireHome } from '../gateway/home.ts';
import { type Definition, PROBE_MS } from '../service/definition.ts';
import { GatewayServiceError } from '../service/errors.ts';
import type { HostFacts, Registration } from '../service/facts.ts';
import { type HistoryRecord, lastEnded } from '../service/history.ts';
import { HOLD_CAP_MS } from '../service/holds.ts';
import { RECOVERY_LADDER } from '../service/ladder.ts';
import { isLock, type Lock, lockHolder, type ProcessTable, takeLock, thisProcess } from '../service/lock.ts';
import type { GatewayManager, HoldReason, InstallOptions, Operation, Report } from '../service/manager.ts';
import { poll } from '../service/poll.ts';
import type { Receipt, ReceiptEntry } from '../service/receipt.ts';
import { StateFolder } from '../service/state-folder.ts';
import type { Status } from '../service/status.ts';
import { startDetached } from './detach.ts';
import { endOrphan } from './orphan.ts';
import { connectRunner, livingRunner, type MechanismFacts, readStatus, type StatusSource, watchStatus } from './status-source.ts';

export interface EmbeddedManagerOptions {
  /** Folder of all state folders. */
  readonly stateRoot: string;
  /** How this module starts itself: `[node, entry script]`, or the host executable. */
  readonly hostCommand: readonly string[];
  readonly processes: ProcessTable;
  /** Resolves the command that will be started, so that a missing program is told before anything is written. */
  readonly checkCommand: (identity: GatewayIdentity, override: readonly string[] | undefined) => readonly string[];
}

/** How long an operation waits for another one on the same service, for the gateway to come up, and for it to be gone, in milliseconds. */
const TURN_MS = 60_000;
const UP_MS = 90_000;
const DOWN_MS = 30_000;

export class EmbeddedManager implements GatewayManager {
  readonly mechanism = 'embedded';
  readonly #options: EmbeddedManagerOptions;
  readonly #facts: MechanismFacts;

  constructor(options: EmbeddedManagerOptions) {
    this.#options = options;
    this.#facts = {
      mechanism: 'embedded',
      registration: (identity, folder) => this.#registration(identity, folder),
      hostFacts: (_identity, folder) => livingHostFacts(folder, options.processes),
    };
  }

  async preview(verb: 'install' | 'uninstall', identity: GatewayIdentity, options: InstallOptions = {}): Promise<Receipt> {
    const folder = this.#folder(identity);
    const status = await this.status(identity);
    const present = status.phase !== 'not-installed';
    const entries: ReceiptEntry[] = [];
    if (verb === 'install') {
      refuseForeign(status);
      const command = this.#options.checkCommand(identity, options.gatewayCommand ?? (await this.#override(folder)));
      const { delaysMs, resetMs } = options.recovery ?? status.recovery;
      entries.push(
        {
          action: present ? 'keep' : 'create',
          kind: 'folder',
          target: folder.path,
          detail: 'state, history and captured output, readable by you only',
        },
        {
          action: present ? 'change' : 'create',
          kind: 'file',
          target: path.join(folder.path, 'definition.json'),
          detail: command.join(' '),
        },
        {
          action: 'create',
          kind: 'ladder',
          target: identity.serviceName,
          detail: `restarts after ${delaysMs.map(ms => ms / 1000).join(', ')} s; starts again after ${resetMs / 1000} s`,
        },
        { action: status.servicePid ? 'keep' : 'start', kind: 'process', target: 'supervisor', detail: 'runs as you, without a window' },
        { action: status.gatewayPid ? 'keep' : 'start', kind: 'process', target: 'gateway', detail: `home ${identity.home}` },
      );
    } else if (present) {
      if (status.gatewayPid) entries.push({ action: 'stop', kind: 'process', target: `gateway (PID ${status.gatewayPid})` });
      if (status.servicePid) entries.push({ action: 'stop', kind: 'process', target: `supervisor (PID ${status.servicePid})` });
      entries.push({ action: 'remove', kind: 'folder', target: folder.path, detail: 'definition, history and captured output' });
    }
    return { schema: 1, verb, profile: identity.profile, service: identity.serviceName, mechanism: 'embedded', elevated: false, entries };
  }

  async install(identity: GatewayIdentity, options: InstallOptions = {}, report: Report = () => undefined): Promise<Status> {
    const folder = this.#folder(identity);
    await this.#exclusively('install', folder, report, async () => {
      report({ operation: 'install', message: 'Checking the home and the gateway program' });
      requireHome(identity);
      refuseForeign(await this.status(identity));
      const gatewayCommand = options.gatewayCommand ?? (await this.#override(folder));
      this.#options.checkCommand(identity, gatewayCommand);
      const known = await folder.definition().catch(() => undefined);
      const { delaysMs, resetMs } = options.recovery ?? known?.recovery ?? RECOVERY_LADDER;
      report({ operation: 'install', message: 'Writing the definition' });
      await folder.make();
      // The wish first: a definition without one would look like a service that failed.
      await folder.writeDesired('running');
      await folder.writeDefinition({
        schema: 1,
        mechanism: 'embedded',
        service: identity.serviceName,
        serviceId: identity.serviceId,
        profile: identity.profile,
        root: identity.root,
        home: identity.home,
        ...(gatewayCommand && { gatewayCommand: [...gatewayCommand] }),
        recovery: { delaysMs: [...delaysMs], resetMs },
        probeMs: options.probeMs ?? known?.probeMs ?? PROBE_MS,
        installedAt: known?.installedAt ?? new Date().toISOString(),
      } satisfies Definition);
      await this.#ensureSupervisor(folder);
    });
    return this.#up('install', identity, report);
  }

  async uninstall(identity: GatewayIdentity, report: Report = () => undefined): Promise<Status> {
    const folder = this.#folder(identity);
    await this.#exclusively('uninstall', folder, report, async () => {
      const status = await this.status(identity);
      refuseForeign(status);
      if (status.phase === 'not-installed') return;
      await this.#down('uninstall', folder, report);
      report({ operation: 'uninstall', message: 'Removing the state folder' });
      await folder.remove();
    });
    await fs.rmdir(this.#options.stateRoot).catch(() => undefined);
    return this.status(identity);
  }

  async start(identity: GatewayIdentity, report: Report = () => undefined): Promise<Status> {
    const folder = this.#folder(identity);
    await this.#exclusively('start', folder, report, async () => {
      await this.#requireInstalled(identity);
      const { phase } = await this.status(identity);
      if (phase !== 'running' && phase !== 'degraded') await this.#wishRunning(folder);
    });
    return this.#up('start', identity, report);
  }

  async stop(identity: GatewayIdentity, report: Report = () => undefined): Promise<Status> {
    const folder = this.#folder(identity);
    await this.#exclusively('stop', folder, report, async () => {
      await this.#requireInstalled(identity);
      await this.#down('stop', folder, report);
    });
    return this.status(identity);
  }

  async restart(identity: GatewayIdentity, report: Report = () => undefined): Promise<Status> {
    const folder = this.#folder(identity);
    await this.#exclusively('restart', folder, report, async () => {
      await this.#requireInstalled(identity);
      const connection = await connectRunner(this.#source(identity), { onState: () => undefined, onEnd: () => undefined });
      if (!connection) {
        await this.#wishRunning(folder);
        return;
      }
      report({ operation: 'restart', message: 'Stopping the gateway and starting it again' });
      try {
        await connection.ask('restart');
      } finally {
        connection.close();
      }
    });
    return this.#up('restart', identity, report);
  }

  async hold(identity: GatewayIdentity, { who, why }: HoldReason): Promise<() => Promise<void>> {
    const folder = this.#folder(identity);
    const { processes } = this.#options;
    await this.#requireInstalled(identity);
    const id = randomUUID();
    const now = Date.now();
    const until = new Date(now + HOLD_CAP_MS).toISOString();
    await folder.placeHold({ schema: 1, id, who, why, since: new Date(now).toISOString(), until, holder: thisProcess(processes) });
    const release = async () => folder.releaseHold(id);
    try {
      const isDown = async () => (await this.status(identity)).phase === 'held-for-update' || !(await livingRunner(folder, processes));
      await poll(isDown, { deadlineMs: DOWN_MS, everyMs: 20, what: 'the gateway to stop' });
      if (!(await livingRunner(folder, processes))) await endOrphan(folder, processes);
      return release;
    } catch (error) {
      await release();
      throw error;
    }
  }

  status(identity: GatewayIdentity): Promise<Status> {
    return readStatus(this.#source(identity));
  }

  history(identity: GatewayIdentity): Promise<readonly HistoryRecord[]> {
    return this.#folder(identity).history();
  }

  watch(identity: GatewayIdentity, listener: (status: Status) => void): () => void {
    return watchStatus(this.#source(identity), listener);
  }

  logPath(identity: GatewayIdentity): string {
    return this.#folder(identity).logPath;
  }

  #folder({ serviceName }: GatewayIdentity): StateFolder {
    return new StateFolder(path.join(this.#options.stateRoot, serviceName));
  }

  #source(identity: GatewayIdentity): StatusSource {
    return { identity, folder: this.#folder(identity), facts: this.#facts, processes: this.#options.processes };
  }

  async #registration(identity: GatewayIdentity, folder: StateFolder): Promise<Registration> {
    const holder = lockHolder(folder.supervisorLock, this.#options.processes);
    const registered: Registration = holder
      ? { state: 'registered', host: 'running', hostPid: holder.pid }
      : { state: 'registered', host: 'stopped' };
    try {
      const definition = await folder.definition();
      if (!definition) return { state: 'absent' };
      return definition.home === identity.home ? registered : { state: 'foreign', detail: `it belongs to the home ${definition.home}` };
    } catch {
      // A definition that cannot be read is a problem of its own; the service is there all the same.
      return registered;
    }
  }

  async #override(folder: StateFolder): Promise<readonly string[] | undefined> {
    return (await folder.definition().catch(() => undefined))?.gatewayCommand;
  }

  async #requireInstalled(identity: GatewayIdentity): Promise<void> {
    const status = await this.status(identity);
    refuseForeign(status);
    if (status.phase === 'not-installed') throw new GatewayServiceError('not-installed', `(${identity.serviceName})`);
  }

  async #wishRunning(folder: StateFolder): Promise<void> {
    await folder.writeDesired('running');
    await this.#ensureSupervisor(folder);
  }

  async #ensureSupervisor(folder: StateFolder): Promise<void> {
    if (lockHolder(folder.supervisorLock, this.#options.processes)) return;
    await startDetached([...this.#options.hostCommand, 'supervise', '--service', path.basename(folder.path)], this.#options.stateRoot);
  }

  /** Resolves when the gateway is up, or held by an update; throws as soon as it is clear that it will not come up by itself now. */
  async #up(operation: Operation, identity: GatewayIdentity, report: Report): Promise<Status> {
    report({ operation, message: 'Waiting for the gateway to come up' });
    const folder = this.#folder(identity);
    const { desired: wish, at } = await folder.desired();
    return poll(
      async () => {
        const status = await this.status(identity);
        if (status.phase === 'running' || status.phase === 'degraded' || status.phase === 'held-for-update') return status;
        if (status.phase === 'needs-attention') throw new GatewayServiceError('gateway-configuration', status.detail);
        if (wish === 'running' && status.desired === 'stopped')
          throw new GatewayServiceError('gateway-not-up', '(a stop was asked for meanwhile)');
        const ended = lastEnded(await folder.history());
        if (ended?.outcome === 'failure' && ended.at > at) throw new GatewayServiceError('gateway-not-up', ended.reason);
        if (status.phase !== 'stopping') await this.#ensureSupervisor(folder);
        return undefined;
      },
      { deadlineMs: UP_MS, what: 'the gateway to come up' },
    );
  }

  async #down(operation: Operation, folder: StateFolder, report: Report): Promise<void> {
    const { processes } = this.#options;
    report({ operation, message: 'Stopping the gateway' });
    // The supervisor hears of it by its watch of the folder and tells the runner.
    await folder.writeDesired('stopped');
    await poll(async () => !lockHolder(folder.supervisorLock, processes) && !(await livingRunner(folder, processes)), {
      deadlineMs: DOWN_MS,
      what: 'the gateway to stop',
    });
    await endOrphan(folder, processes);
  }

  async #exclusively(operation: Operation, folder: StateFolder, report: Report, work: () => Promise<void>): Promise<void> {
    const lock = await this.#turn(operation, folder, report);
    try {
      await work();
    } finally {
      lock.release();
    }
  }

  async #turn(operation: Operation, folder: StateFolder, report: Report): Promise<Lock> {
    let waiting = false;
    return poll(
      () => {
        const taken = takeLock(folder.operationLock, this.#options.processes);
        if (isLock(taken)) return taken;
        if (!waiting) report({ operation, message: `Waiting for another operation (PID ${taken.pid})` });
        waiting = true;
        return undefined;
      },
      { deadlineMs: TURN_MS, what: 'another operation on this service' },
    );
  }
}

function refuseForeign(status: Status): void {
  if (status.phase === 'foreign') throw new GatewayServiceError('foreign', `(${status.service}: ${status.detail})`);
}

/** What a supervisor wrote; one that was killed left facts that are no longer true, except for its runner's end. */
async function livingHostFacts(folder: StateFolder, processes: ProcessTable): Promise<HostFacts | undefined> {
  const facts = await folder.hostFacts();
  if (!facts || lockHolder(folder.supervisorLock, processes)) return facts;
  return { ...facts, phase: 'stopped' };
}
