/** One gateway service with what every operation on it needs: its state folder, its mechanisms, its status, and the turn of an operation. */

import path from 'node:path';
import { differingVariables } from '../gateway/environment.ts';
import type { GatewayIdentity } from '../gateway/home.ts';
import { profileVariables } from '../gateway/profile-variables.ts';
import type { HostProgram } from '../mechanisms/host-port.ts';
import { GatewayServiceError } from '../model/errors.ts';
import type { HistoryRecord } from '../model/history.ts';
import type { InstallOptions } from '../model/manager.ts';
import type { Operation, Report } from '../model/operation-steps.ts';
import type { ParentOf, ProcessTable } from '../model/process-ref.ts';
import { DEFAULT_PROFILE } from '../model/profile.ts';
import type { Status } from '../model/status.ts';
import { StateFolder } from '../state/state-folder.ts';
import type { Around, Mechanisms } from './choose-mechanism.ts';
import { exclusively } from './operation-turn.ts';
import { readStatus, type StatusSource } from './status-source.ts';

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

export class GatewayService {
  readonly identity: GatewayIdentity;
  readonly folder: StateFolder;
  readonly mechanisms: Mechanisms;
  readonly options: HostedManagerOptions;

  constructor(identity: GatewayIdentity, mechanisms: Mechanisms, options: HostedManagerOptions) {
    this.identity = identity;
    this.folder = new StateFolder(path.join(options.stateRoot, identity.service));
    this.mechanisms = mechanisms;
    this.options = options;
  }

  get processes(): ProcessTable {
    return this.options.processes;
  }

  get source(): StatusSource {
    const { identity, folder, mechanisms, processes } = this;
    const around = identity.profile === DEFAULT_PROFILE ? undefined : this.options.installObstacles?.folder;
    return { identity, folder, facts: mechanisms, processes, around };
  }

  status(): Promise<Status> {
    return readStatus(this.source);
  }

  history(): Promise<readonly HistoryRecord[]> {
    return this.folder.history();
  }

  /** `--gateway-command`: the given one, else the one that was given before. */
  async command({ gatewayCommand }: InstallOptions): Promise<readonly string[] | undefined> {
    return gatewayCommand ?? (await this.folder.knownDefinition())?.gatewayCommand;
  }

  async requireInstalled(): Promise<void> {
    const status = await this.status();
    refuseForeign(status);
    if (status.phase === 'not-installed') throw new GatewayServiceError('not-installed', `(${this.identity.service})`);
    // Throws the reason, which the status shows without its code.
    if (status.phase === 'unknown') await this.mechanisms.inCharge(this.identity, this.folder);
    if (status.phase === 'unsupported') throw new GatewayServiceError('unsupported', `(${process.platform})`);
  }

  /** @throws GatewayServiceError where it cannot be read, or is missing from a registered service: then no host can start anything */
  async requireDefinition(): Promise<void> {
    const { definitionPath } = this.folder;
    if (!(await this.folder.definition())) throw new GatewayServiceError('state-corrupt', `(${definitionPath} is missing)`);
  }

  /** The program of the running host, beside the one that this process would start. */
  async hostProgram(): Promise<HostProgram> {
    const { host } = await this.mechanisms.inCharge(this.identity, this.folder);
    return (await host.programOfHost?.(this.identity, this.folder)) ?? 'same';
  }

  /** The variables in which the environment of the running host differs from that of this process, as far as a gateway inherits them. */
  async differingVariables(): Promise<readonly string[]> {
    const { host } = await this.mechanisms.inCharge(this.identity, this.folder);
    const kept = host.environment?.(this.folder);
    if (!kept) return [];
    const ofProfiles = [kept, process.env].map(env => profileVariables(env));
    return differingVariables(kept, process.env).filter(name => !ofProfiles.some(isOfProfile => isOfProfile(name)));
  }

  async startHost(): Promise<void> {
    const { host } = await this.mechanisms.inCharge(this.identity, this.folder);
    await host.start(this.identity, this.folder);
  }

  /** Does `work` when no other operation on this service runs. */
  exclusively<T>(operation: Operation, report: Report, work: () => Promise<T>): Promise<T> {
    return exclusively({ operation, folder: this.folder, processes: this.processes, report }, work);
  }
}

export function refuseForeign(status: Status): void {
  if (status.phase === 'foreign') throw new GatewayServiceError('foreign', `(${status.service}: ${status.detail})`);
}
