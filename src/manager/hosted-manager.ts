/**
 * The manager of all mechanisms: state folder, desired, runner and waiting are the same for each; how a host is registered, started and
 * stopped is behind `HostPort`. Each operation has a file beside this one.
 */

import type { GatewayIdentity } from '../gateway/home.ts';
import type { HostPort } from '../mechanisms/host-port.ts';
import type { AgentWork } from '../model/agent-work.ts';
import type { HistoryRecord } from '../model/history.ts';
import type {
  GatewayManager,
  HoldReason,
  InstallOptions,
  RecoveryTest,
  RestartOptions,
  StartOptions,
  StopOptions,
  UninstallOptions,
} from '../model/manager.ts';
import type { Report } from '../model/operation-steps.ts';
import type { Receipt } from '../model/receipt.ts';
import type { FoundProblem, Repair } from '../model/repair.ts';
import type { Installable, Status } from '../model/status.ts';
import { agentWork, cancelRestart, restartWhenIdle } from './agent-work.ts';
import { restart, start } from './bring-up.ts';
import { Mechanisms } from './choose-mechanism.ts';
import { Doctor } from './doctor.ts';
import { GatewayService, type HostedManagerOptions } from './gateway-service.ts';
import { holdDown } from './hold-down.ts';
import { install, preview } from './installation.ts';
import { testRecovery } from './recovery-test.ts';
import { uninstall } from './removal.ts';
import { handOver, repairService } from './repair-service.ts';
import { reachRunner } from './runner-connection.ts';
import { watchStatus } from './status-source.ts';
import { stopNow, takeDown } from './take-down.ts';

const nothing: Report = () => undefined;

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
      handOver: (identity, to, report) => handOver(this.#service(identity), this.#service(to), report),
      reachRunner: async identity => (await reachRunner(this.#service(identity).source))?.close(),
      statusOf: identity => this.status(identity),
    });
  }

  preview(verb: 'install' | 'uninstall', identity: GatewayIdentity, options: InstallOptions & UninstallOptions = {}): Promise<Receipt> {
    return preview(this.#service(identity), verb, options);
  }

  install(identity: GatewayIdentity, options: InstallOptions = {}, report = nothing): Promise<Status> {
    return install(this.#service(identity), options, report);
  }

  uninstall(identity: GatewayIdentity, report = nothing, options: UninstallOptions = {}): Promise<Status> {
    return uninstall(this.#service(identity), report, options);
  }

  async examine(identity: GatewayIdentity): Promise<readonly FoundProblem[]> {
    const { folder } = this.#service(identity);
    return this.#doctor.examine({ identity, folder, status: await this.status(identity) });
  }

  repair(identity: GatewayIdentity, report = nothing): Promise<Repair> {
    return repairService(this.#service(identity), this.#doctor, report);
  }

  start(identity: GatewayIdentity, report = nothing, options: StartOptions = {}): Promise<Status> {
    return start(this.#service(identity), report, options);
  }

  async stop(identity: GatewayIdentity, report = nothing, { now = false }: StopOptions = {}): Promise<Status> {
    const service = this.#service(identity);
    // A stop that waits already has the turn.
    if (now) await stopNow(service);
    await service.exclusively('stop', report, async () => {
      await service.requireInstalled();
      await takeDown(service, 'stop', report, now ? 'stop-now' : 'stop');
    });
    return service.status();
  }

  restart(identity: GatewayIdentity, report = nothing, { whenIdle = false }: RestartOptions = {}): Promise<Status> {
    return (whenIdle ? restartWhenIdle : restart)(this.#service(identity), report);
  }

  cancelRestart(identity: GatewayIdentity): Promise<void> {
    return cancelRestart(this.#service(identity));
  }

  agentWork(identity: GatewayIdentity): Promise<AgentWork | undefined> {
    return agentWork(this.#service(identity));
  }

  testRecovery(identity: GatewayIdentity, report = nothing): Promise<RecoveryTest> {
    return testRecovery(this.#service(identity), report);
  }

  async setWatchdog(identity: GatewayIdentity, on: boolean): Promise<void> {
    const service = this.#service(identity);
    await service.exclusively('install', nothing, async () => {
      await service.requireInstalled();
      const definition = await service.folder.definition();
      // The runner reads it again before it ends a gateway.
      if (definition) await service.folder.writeDefinition({ ...definition, watchdog: on });
    });
  }

  async cancelConsent(identity: GatewayIdentity): Promise<void> {
    this.#mechanisms.cancelConsent(identity);
  }

  stopNow(identity: GatewayIdentity): Promise<void> {
    return stopNow(this.#service(identity));
  }

  async hold(identity: GatewayIdentity, reason: HoldReason, report = nothing): Promise<() => Promise<void>> {
    const service = this.#service(identity);
    await service.requireInstalled();
    return holdDown(service.source, reason, report);
  }

  status(identity: GatewayIdentity): Promise<Status> {
    return this.#service(identity).status();
  }

  history(identity: GatewayIdentity): Promise<readonly HistoryRecord[]> {
    return this.#service(identity).history();
  }

  watch(identity: GatewayIdentity, listener: (status: Status) => void): () => void {
    return watchStatus(this.#service(identity).source, listener);
  }

  logPath(identity: GatewayIdentity): string {
    return this.#service(identity).folder.logPath;
  }

  #service(identity: GatewayIdentity): GatewayService {
    return new GatewayService(identity, this.#mechanisms, this.#options);
  }
}
