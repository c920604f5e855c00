/**
 * The manager of all mechanisms: state folder, desired, runner and waiting are the same for each; how a host is registered, started and
 * stopped is behind `HostPort`.
 */

import path from 'node:path';
import { removeStaleSocket } from '../control/pipe-address.ts';
import type { Ask } from '../control/pipe-protocol.ts';
import { type GatewayIdentity, requireHome } from '../gateway/home.ts';
import { breakerWaitsUntil, readGatewayStarts } from '../gateway/start-breaker.ts';
import { livingUpdater } from '../gateway/update-marker.ts';
import type { HostPort } from '../mechanisms/host-port.ts';
import { type Definition, definitionOf } from '../model/definition.ts';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import { failureSince, type HistoryRecord, isSameRecord, lastEnded } from '../model/history.ts';
import type { ServiceName } from '../model/identity.ts';
import type { GatewayManager, HoldReason, InstallOptions, StopOptions } from '../model/manager.ts';
import { type Operation, progress, type Report } from '../model/operation-steps.ts';
import { poll } from '../model/poll.ts';
import { isSameProcess, type ParentOf, type ProcessRef, type ProcessTable } from '../model/process-ref.ts';
import { DEFAULT_PROFILE } from '../model/profile.ts';
import type { Receipt } from '../model/receipt.ts';
import { carriedOut, type FoundProblem, type Repair, repairReceipt } from '../model/repair.ts';
import type { Installable, Status } from '../model/status.ts';
import { endOrphan } from '../process/orphaned-gateway.ts';
import { holdInForce } from '../state/holds.ts';
import { lockHolder } from '../state/lock.ts';
import { StateFolder } from '../state/state-folder.ts';
import { type Around, Mechanisms } from './choose-mechanism.ts';
import { Doctor } from './doctor.ts';
import { DOWN_MS, holdDown } from './hold-down.ts';
import { installReceipt, uninstallReceipt } from './host-receipt.ts';
import { exclusively } from './operation-turn.ts';
import { connectRunner, readStatus, type StatusSource, watchStatus } from './status-source.ts';

export interface HostedManagerOptions extends Around {
  /** Folder of all state folders. */
  readonly stateRoot: string;
  readonly processes: ProcessTable;
  /** Resolves the command that will be started, so that a missing program is reported before anything is written. */
  readonly checkCommand: (identity: GatewayIdentity, override: readonly string[] | undefined) => readonly string[];
  /** The parent of a process; undefined where the system does not report it. */
  readonly parentOf?: ParentOf;
  /** Whether the plain name of the default profile's service is not ours. */
  readonly isNameTaken?: () => boolean;
}

/** How long an operation waits for the gateway to come up, beyond the wait of Hermes' own start breaker, in milliseconds. */
const UP_MS = 90_000;
/** Pause before the host is started again, because a host that was started is seen after a moment, in milliseconds. */
const START_AGAIN_MS = 3_000;
/** How long a host may take to end after its runner, in milliseconds. */
const HOST_ENDS_MS = 5_000;
/** How long a runner may take to see that a hold was released, in milliseconds. */
const HEARD_MS = 2_000;

export class HostedManager implements GatewayManager {
  readonly mechanisms: readonly Installable[];
  readonly #mechanisms: Mechanisms;
  readonly #options: HostedManagerOptions;
  readonly #doctor: Doctor;

  /** @param hosts best first. */
  constructor(hosts: readonly [HostPort, ...HostPort[]], options: HostedManagerOptions) {
    this.#mechanisms = new Mechanisms(hosts, options);
    this.mechanisms = this.#mechanisms.names;
    this.#options = options;
    this.#doctor = new Doctor({
      ...options,
      mechanisms: this.#mechanisms,
      handOver: (identity, to, report) => this.#handOver(identity, to, report),
      statusOf: identity => this.status(identity),
    });
  }

  async preview(verb: 'install' | 'uninstall', identity: GatewayIdentity, options: InstallOptions = {}): Promise<Receipt> {
    const folder = this.#folder(identity);
    const { former } = this.#options;
    const [status, registered] = await Promise.all([this.status(identity), this.#mechanisms.registered(identity, folder)]);
    const host =
      verb === 'install'
        ? await this.#mechanisms.toInstall(identity, folder, options.mechanism, await this.#command(folder, options))
        : (await this.#mechanisms.inCharge(identity, folder)).host;
    const facts = { identity, folder, status, host, others: registered.filter(each => each !== host), former };
    if (verb === 'uninstall') return uninstallReceipt(facts);
    const command = this.#options.checkCommand(identity, await this.#command(folder, options));
    return installReceipt(facts, command, options.recovery ?? status.recovery);
  }

  install(identity: GatewayIdentity, options: InstallOptions = {}, report: Report = () => undefined): Promise<Status> {
    return this.#install(identity, options, report);
  }

  /** @param replaced a service that is removed with the same consent, where one is needed */
  async #install(identity: GatewayIdentity, options: InstallOptions, report: Report, replaced?: ServiceName): Promise<Status> {
    const folder = this.#folder(identity);
    const before = await this.#exclusively('install', folder, report, async () => {
      report(progress('install', 'checking'));
      requireHome(identity);
      const gatewayCommand = await this.#command(folder, options);
      const host = await this.#mechanisms.toInstall(identity, folder, options.mechanism, gatewayCommand);
      const others = (await this.#mechanisms.registered(identity, folder)).filter(each => each !== host);
      const status = await this.status(identity);
      this.#options.checkCommand(identity, gatewayCommand);
      await host.checkRights(identity);
      await this.#options.former?.checkRights(identity, host.elevated);
      const known = await folder.definition().catch(() => undefined);
      // A runner that is starting the old command would otherwise answer for the new one.
      const another = JSON.stringify(known?.gatewayCommand) !== JSON.stringify(gatewayCommand);
      if (another && (status.phase === 'starting' || status.phase === 'restarting')) await this.#down('install', identity, report);
      const definition = definitionOf(identity, host.mechanism, { ...known, ...options, gatewayCommand });
      // The present mechanism stays registered until the new one is: a consent may be declined.
      if (others.length > 0) await this.#register(host, definition, identity, report, replaced);
      const before = await folder.history();
      report(progress('install', 'defining'));
      await folder.make();
      // For a new service desired is written first: a definition without it would look like a failed service.
      if (!known) await folder.writeDesired('running');
      await folder.writeDefinition(definition);
      // For an existing one it is written last: it ends a delay of the ladder, and then the new definition must be started.
      if (known) await folder.writeDesired('running');
      if (others.length > 0) await this.#standDown(others, identity, folder);
      else await this.#registerNew(host, definition, identity, report, { known: known !== undefined, replaced });
      await this.#options.former?.takeOver(identity, report);
      await host.start(identity, folder);
      await this.#mechanisms.sweep(identity, report, host);
      return before;
    });
    return this.#up('install', identity, report, before);
  }

  async uninstall(identity: GatewayIdentity, report: Report = () => undefined): Promise<Status> {
    const folder = this.#folder(identity);
    await this.#exclusively('uninstall', folder, report, async () => {
      const status = await this.status(identity);
      refuseForeign(status);
      if (status.phase === 'not-installed') return this.#clearHalf(identity, report);
      const registered = await this.#mechanisms.registered(identity, folder);
      await this.#down('uninstall', identity, report);
      const { former } = this.#options;
      let notRestored: readonly string[] = [];
      try {
        notRestored = (await former?.restore(identity, report)) ?? [];
        for (const host of registered) await host.unregister(identity, report);
      } catch (error) {
        // Nothing was removed, so the gateway runs again: a declined consent must not leave it stopped.
        await former?.takeOver(identity, report).catch(() => undefined);
        if (status.desired === 'running') await this.#requestRunning(identity).catch(() => undefined);
        throw error;
      }
      report(progress('uninstall', 'clearing'));
      await forget(folder, notRestored);
    });
    return this.status(identity);
  }

  async examine(identity: GatewayIdentity): Promise<readonly FoundProblem[]> {
    return this.#doctor.examine({ identity, folder: this.#folder(identity), status: await this.status(identity) });
  }

  async repair(identity: GatewayIdentity, report: Report = () => undefined): Promise<Repair> {
    const folder = this.#folder(identity);
    const { repaired: attempted, refused } = await this.#exclusively('repair', folder, report, async () => {
      await this.#requireInstalled(identity);
      report(progress('repair', 'repairing'));
      return this.#doctor.repair({ identity, folder, status: await this.status(identity) }, report);
    });
    const after = await this.status(identity);
    // A phase `starting` may have no process that starts it, for example after an installation that was killed.
    const isDown = after.phase === 'failed' || after.phase === 'starting' || (after.phase === 'stopped' && attempted.length > 0);
    const started = isDown && after.desired === 'running' ? await this.start(identity, report).catch(toGatewayServiceError) : after;
    const failed = refused ?? (started instanceof GatewayServiceError ? started : undefined);
    const status = started instanceof GatewayServiceError ? await this.status(identity) : started;
    const [left, { host }] = await Promise.all([this.examine(identity), this.#mechanisms.inCharge(identity, folder)]);
    const repaired = carriedOut(attempted, left);
    return {
      receipt: repairReceipt(identity, host.mechanism, repaired),
      repaired,
      left,
      status,
      ...(failed && { refused: failed.toValue() }),
    };
  }

  /** Turns on the service of the profile that serves this one, and removes the one of this profile. */
  async #handOver(identity: GatewayIdentity, to: GatewayIdentity, report: Report): Promise<void> {
    const folder = this.#folder(identity);
    const { mechanism, servicePid } = await this.status(identity);
    const gatewayCommand = await this.#command(folder, {});
    const wanted = { ...(mechanism !== 'none' && { mechanism }), ...(gatewayCommand && { gatewayCommand }) };
    if (servicePid !== undefined) await this.#down('repair', identity, report);
    if ((await this.status(to)).phase === 'not-installed') await this.#install(to, wanted, report, identity.service);
    for (const host of await this.#mechanisms.registered(identity, folder)) await host.unregister(identity, report);
    await forget(folder, []);
  }

  async start(identity: GatewayIdentity, report: Report = () => undefined): Promise<Status> {
    return this.#bringUp('start', identity, report, async () => {
      const { phase } = await this.status(identity);
      if (phase !== 'running' && phase !== 'degraded') await this.#requestRunning(identity);
    });
  }

  async stop(identity: GatewayIdentity, report: Report = () => undefined, { now = false }: StopOptions = {}): Promise<Status> {
    const folder = this.#folder(identity);
    // A stop that waits already has the turn.
    if (now) await this.stopNow(identity);
    await this.#exclusively('stop', folder, report, async () => {
      await this.#requireInstalled(identity);
      await this.#down('stop', identity, report, now ? 'stop-now' : 'stop');
    });
    return this.status(identity);
  }

  async restart(identity: GatewayIdentity, report: Report = () => undefined): Promise<Status> {
    return this.#bringUp('restart', identity, report, async () => {
      report(progress('restart', 'restarting'));
      if (!(await this.#askRunner('restart', 'restart', identity, report))) await this.#requestRunning(identity);
    });
  }

  async setWatchdog(identity: GatewayIdentity, on: boolean): Promise<void> {
    const folder = this.#folder(identity);
    const unreported = () => undefined;
    await this.#exclusively('install', folder, unreported, async () => {
      await this.#requireInstalled(identity);
      const definition = await folder.definition();
      // The runner reads it again before it ends a gateway.
      if (definition) await folder.writeDefinition({ ...definition, watchdog: on });
    });
  }

  async stopNow(identity: GatewayIdentity): Promise<void> {
    const connection = await connectRunner(this.#source(identity));
    const { phase, restartRequested } = connection?.state ?? {};
    if (phase === 'stopping' || restartRequested) await connection?.ask('stop-now');
    connection?.close();
  }

  async hold(identity: GatewayIdentity, reason: HoldReason, report: Report = () => undefined): Promise<() => Promise<void>> {
    await this.#requireInstalled(identity);
    return holdDown(this.#source(identity), reason, report);
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

  #folder({ service }: GatewayIdentity): StateFolder {
    return new StateFolder(path.join(this.#options.stateRoot, service));
  }

  #source(identity: GatewayIdentity): StatusSource {
    const { processes, installObstacles } = this.#options;
    const around = identity.profile === DEFAULT_PROFILE ? undefined : installObstacles?.folder;
    return { identity, folder: this.#folder(identity), facts: this.#mechanisms, processes, around };
  }

  /** `--gateway-command`: the given one, else the one that was given before. */
  async #command(folder: StateFolder, { gatewayCommand }: InstallOptions): Promise<readonly string[] | undefined> {
    return gatewayCommand ?? (await folder.definition().catch(() => undefined))?.gatewayCommand;
  }

  async #requireInstalled(identity: GatewayIdentity): Promise<void> {
    const status = await this.status(identity);
    refuseForeign(status);
    if (status.phase === 'not-installed') throw new GatewayServiceError('not-installed', `(${identity.service})`);
    // Throws the reason, which the status shows without its code.
    if (status.phase === 'unknown') await this.#mechanisms.inCharge(identity, this.#folder(identity));
    if (status.phase === 'unsupported') throw new GatewayServiceError('unsupported', `(${process.platform})`);
  }

  async #requestRunning(identity: GatewayIdentity): Promise<void> {
    const folder = this.#folder(identity);
    // Throws where it cannot be read, because then no host can start anything.
    await folder.definition();
    await folder.writeDesired('running');
    await this.#start(identity, folder);
  }

  async #start(identity: GatewayIdentity, folder: StateFolder): Promise<void> {
    const { host } = await this.#mechanisms.inCharge(identity, folder);
    await host.start(identity, folder);
  }

  async #register(
    host: HostPort,
    definition: Definition,
    identity: GatewayIdentity,
    report: Report,
    replaced: ServiceName | undefined,
  ): Promise<void> {
    await this.#options.former?.remember(identity);
    await host.register(identity, definition, report, replaced);
  }

  /** Registration and definition, or neither. */
  async #registerNew(
    host: HostPort,
    definition: Definition,
    identity: GatewayIdentity,
    report: Report,
    { known, replaced }: { readonly known: boolean; readonly replaced: ServiceName | undefined },
  ): Promise<void> {
    try {
      await this.#register(host, definition, identity, report, replaced);
    } catch (error) {
      // After a deadline an elevated step may still be registering; the registration needs this definition.
      const mayStillCome = error instanceof GatewayServiceError && error.code === 'timed-out';
      // An elevated step may have removed autostarts before it failed: they are restored before their record is removed.
      const kept = known || mayStillCome || (await this.#options.former?.restore(identity, report).catch(() => ['']))?.length;
      if (!kept) await this.#folder(identity).remove();
      throw error;
    }
  }

  /** Waits for the former hosts: they read the definition of the new one, stop their gateway and end. */
  async #standDown(hosts: readonly HostPort[], identity: GatewayIdentity, folder: StateFolder): Promise<void> {
    const gone = async () => (await Promise.all(hosts.map(host => host.isGone(identity, folder)))).every(Boolean);
    await poll(gone, { deadlineMs: DOWN_MS, what: 'the former host of the gateway to end' });
    // After an interrupted takeover the runner of the new host may be running already, and the gateway belongs to it.
    const { processes } = this.#options;
    if (!lockHolder(folder.runnerLock, processes)) await endOrphan(folder, processes);
  }

  /** Requests the start of an installed gateway with `request`, and waits until it runs. */
  async #bringUp(operation: Operation, identity: GatewayIdentity, report: Report, request: () => Promise<void>): Promise<Status> {
    const folder = this.#folder(identity);
    const before = await this.#exclusively(operation, folder, report, async () => {
      await this.#requireInstalled(identity);
      const history = await folder.history();
      await request();
      return history;
    });
    return this.#up(operation, identity, report, before);
  }

  /**
   * `before` is the history when the operation began. Resolves when the gateway runs or is held by an update; throws when it will not
   * start.
   */
  async #up(operation: Operation, identity: GatewayIdentity, report: Report, before: readonly HistoryRecord[]): Promise<Status> {
    report(progress(operation, 'starting'));
    const folder = this.#folder(identity);
    const { desired } = await folder.desired();
    const beganMs = performance.now();
    const beganAtMs = Date.now();
    const deadlineMs = () => UP_MS + Math.max(0, (breakerWaitsUntil(readGatewayStarts(identity.home)) ?? 0) - beganAtMs);
    let lastStartMs = beganMs;
    return poll(
      async () => {
        const status = await this.status(identity);
        if (status.phase === 'running' || status.phase === 'degraded') return status;
        // The runner may not have seen yet that a hold was released; one that was stopped from outside waits without a hold.
        const mayStart = performance.now() - beganMs < HEARD_MS && !(await this.#isHeld(identity, folder));
        if (status.phase === 'held-for-update' && !mayStart) return status;
        const history = await folder.history();
        const served = status.problems.find(({ code }) => code === 'service-superfluous');
        if (served && (status.phase === 'starting' || status.phase === 'needs-attention'))
          throw new GatewayServiceError('profile-served', `("${identity.profile}"${status.detail ? `: ${status.detail}` : ''})`);
        // An end from before this operation does not count, whatever its time.
        if (status.phase === 'needs-attention' && !isSameRecord(lastEnded(history), lastEnded(before))) {
          const launched = !status.problems.some(({ code }) => code === 'launch-failed');
          throw new GatewayServiceError(launched ? 'gateway-configuration' : 'gateway-not-up', status.detail);
        }
        if (status.phase === 'not-installed') throw new GatewayServiceError('gateway-not-up', '(the service was uninstalled meanwhile)');
        if (desired === 'running' && status.desired === 'stopped')
          throw new GatewayServiceError('gateway-not-up', '(a stop was requested meanwhile)');
        const failure = failureSince(history, before);
        if (failure) throw new GatewayServiceError('gateway-not-up', failure.reason);
        if (status.phase !== 'stopping' && performance.now() - lastStartMs > START_AGAIN_MS) {
          await folder.definition();
          await this.#start(identity, folder);
          lastStartMs = performance.now();
        }
        return undefined;
      },
      { deadlineMs, what: 'the gateway to start' },
    );
  }

  async #isHeld({ root }: GatewayIdentity, folder: StateFolder): Promise<boolean> {
    const { processes } = this.#options;
    return holdInForce(await folder.holds(), processes, Date.now()) !== undefined || livingUpdater(root, processes) !== undefined;
  }

  async #down(operation: Operation, identity: GatewayIdentity, report: Report, ask: 'stop' | 'stop-now' = 'stop'): Promise<void> {
    const { processes } = this.#options;
    const folder = this.#folder(identity);
    report(progress(operation, 'stopping'));
    // Our own processes too: one that still writes its log would create a removed folder again.
    const ours: ProcessRef[] = [];
    const lookForOurs = () => {
      const found = [folder.supervisorLock, folder.runnerLock].map(lock => lockHolder(lock, processes));
      ours.push(...found.filter(ref => ref !== undefined));
    };
    lookForOurs();
    const { host } = await this.#mechanisms.inCharge(identity, folder);
    await folder.writeDesired('stopped');
    const isDown = async () => {
      lookForOurs();
      return (await host.isGone(identity, folder)) && !ours.some(ref => isSameProcess(ref, processes));
    };
    // A stop by the host leaves the gateway less time than one by the user. The host ends after its runner, and Windows refuses to stop a
    // service that is ending.
    const ends = await this.#askRunner(ask, operation, identity, report);
    const ended = ends && (await poll(isDown, { deadlineMs: HOST_ENDS_MS, what: 'the host to end' }).catch(() => false));
    if (!ended) await host.stop(identity, folder);
    await poll(isDown, { deadlineMs: DOWN_MS, what: 'the gateway to stop' });
    await endOrphan(folder, processes);
    const killed = await folder.runner.read();
    if (killed) removeStaleSocket(killed.pipe);
  }

  /** Sends a request to the runner and waits until it is done; false where none answers. Reports when the agent has work to finish. */
  async #askRunner(ask: Ask, operation: Operation, identity: GatewayIdentity, report: Report): Promise<boolean> {
    const connection = await connectRunner(this.#source(identity), {
      onState: ({ finishingWork }) => finishingWork && report(progress(operation, 'finishing-work')),
      onEnd: () => undefined,
    });
    if (!connection) return false;
    let done = false;
    const asked = connection.ask(ask).finally(() => {
      done = true;
    });
    asked.catch(() => undefined);
    // The end of a connection may not be reported; the end of the runner is seen in any case.
    const runnerLock = this.#folder(identity).runnerLock;
    const settled = () => done || !lockHolder(runnerLock, this.#options.processes);
    await poll(settled, { deadlineMs: DOWN_MS, what: 'the runner' }).catch(() => undefined);
    connection.close();
    if (done) await asked;
    return true;
  }

  #exclusively<T>(operation: Operation, folder: StateFolder, report: Report, work: () => Promise<T>): Promise<T> {
    return exclusively({ operation, folder, processes: this.#options.processes, report }, work);
  }

  /** Removes the leftovers of an interrupted installation or removal, except a folder of another system. */
  async #clearHalf(identity: GatewayIdentity, report: Report): Promise<void> {
    const folder = this.#folder(identity);
    const definition = await folder.definition().catch(() => 'unreadable' as const);
    if (definition !== undefined && (definition === 'unreadable' || !this.mechanisms.includes(definition.mechanism))) return;
    const notRestored = (await this.#options.former?.restore(identity, report)) ?? [];
    await this.#mechanisms.sweep(identity, report);
    await forget(folder, notRestored);
  }
}

/** @param notRestored autostarts that could not be restored: the removal is done, but the user must know. */
async function forget(folder: StateFolder, notRestored: readonly string[]): Promise<void> {
  await folder.remove();
  if (notRestored.length > 0) throw new GatewayServiceError('autostart-not-restored', `(${notRestored.join(', ')})`);
}

function refuseForeign(status: Status): void {
  if (status.phase === 'foreign') throw new GatewayServiceError('foreign', `(${status.service}: ${status.detail})`);
}
