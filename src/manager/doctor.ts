/**
 * The doctor of one gateway service: compares what is found with what should be, and repairs it: first what needs no administrator, then,
 * with one consent, the rest. What a user chose, and what a user must decide, is reported and kept.
 */

import { type GatewayIdentity, siblingOf } from '../gateway/home.ts';
import { otherService } from '../gateway/home-record.ts';
import { livingGateway } from '../gateway/identity-files.ts';
import type { HostPort } from '../mechanisms/host-port.ts';
import type { FormerAutostart } from '../migration/migration.ts';
import { definitionOf } from '../model/definition.ts';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import type { Report } from '../model/operation-steps.ts';
import { problem } from '../model/problems.ts';
import { isBelow, isSameProcess, type ParentOf, type ProcessTable } from '../model/process-ref.ts';
import { DEFAULT_PROFILE } from '../model/profile.ts';
import type { FoundProblem, RepairableProblem } from '../model/repair.ts';
import type { Status } from '../model/status.ts';
import { takeOver } from '../process/orphaned-gateway.ts';
import type { StateFolder } from '../state/state-folder.ts';
import type { Mechanisms } from './choose-mechanism.ts';
import { staleState } from './stale-state.ts';

export interface DoctorPorts {
  readonly mechanisms: Mechanisms;
  readonly processes: ProcessTable;
  /** The parent of a process; undefined where the system does not report it. */
  readonly parentOf?: ParentOf | undefined;
  readonly former?: FormerAutostart | undefined;
  readonly isNameTaken?: (() => boolean) | undefined;
  /** Removes a service that is not needed, and turns on that of the profile that serves it. */
  readonly handOver: (identity: GatewayIdentity, to: GatewayIdentity, report: Report) => Promise<unknown>;
  /** Continues a runner that does not answer, or ends it; its host starts another one. */
  readonly reachRunner: (identity: GatewayIdentity) => Promise<void>;
  readonly statusOf: (identity: GatewayIdentity) => Promise<Status>;
}

interface CheckedService {
  readonly identity: GatewayIdentity;
  readonly folder: StateFolder;
  readonly status: Status;
}

export interface RepairAttempt {
  readonly repaired: readonly FoundProblem[];
  /** Why something repairable was not repaired. */
  readonly refused?: GatewayServiceError;
}

export class Doctor {
  readonly #ports: DoctorPorts;

  constructor(ports: DoctorPorts) {
    this.#ports = ports;
  }

  async examine(checked: CheckedService): Promise<readonly FoundProblem[]> {
    return (await this.#problems(checked)).map(({ repair: _, ...foundProblem }) => foundProblem);
  }

  async repair(checked: CheckedService, report: Report): Promise<RepairAttempt> {
    const { identity, folder } = checked;
    const { mechanisms, former } = this.#ports;
    const repaired: FoundProblem[] = [];
    let refused: GatewayServiceError | undefined;
    const attempt = async (foundProblems: readonly RepairableProblem[], repair: () => Promise<unknown>) => {
      try {
        await repair();
        repaired.push(...foundProblems.map(({ repair: _, ...foundProblem }) => foundProblem));
      } catch (thrown) {
        refused ??= toGatewayServiceError(thrown);
      }
    };
    const repairable = (await this.#problems(checked)).filter(({ kept }) => !kept);
    for (const each of repairable) {
      const { repair } = each;
      if (typeof repair === 'function') await attempt([each], () => repair(report));
    }
    const ofRegistration = repairable.filter(({ repair }) => repair === 'registration');
    if (ofRegistration.length > 0) {
      const { host } = await mechanisms.inCharge(identity, folder);
      const definition = await folder.definition().catch(() => undefined);
      await attempt(ofRegistration, async () => {
        // The elevated step that repairs the registration may also remove autostarts that need rights.
        await former?.remember(identity);
        await host.repair?.(identity, definition, report);
        await former?.takeOver(identity, report);
      });
    }
    return { repaired, ...(refused && { refused }) };
  }

  async #problems({ identity, folder, status }: CheckedService): Promise<readonly RepairableProblem[]> {
    const { mechanisms, processes } = this.#ports;
    const [{ host, registration }, all] = await Promise.all([
      mechanisms.inCharge(identity, folder),
      mechanisms.registered(identity, folder),
    ]);
    // The status reports a service of another user, and it is not repaired here.
    if (registration.state !== 'registered') return withProblems([], status);
    const definition = await folder.definition().catch(() => undefined);
    const found = await Promise.all([
      host
        .examine?.(identity, definition)
        .then(foundProblems => foundProblems.map((foundProblem): RepairableProblem => ({ ...foundProblem, repair: 'registration' }))),
      definitionProblems(identity, folder, host),
      Promise.all(all.filter(other => other !== host).map(other => leftOver(other, identity, status))),
      this.#formerProblems(identity, host),
      this.#superfluous(identity, host, status),
      this.#silent(identity, status),
      suspended(identity, folder, host, status),
      this.#unmanaged(identity, folder),
      staleState(folder, processes),
    ]);
    return withProblems(
      found.flatMap(each => each ?? []),
      status,
    );
  }

  /** Other autostarts of this gateway; those that need rights are repaired together with the registration. */
  async #formerProblems(identity: GatewayIdentity, host: HostPort): Promise<RepairableProblem[]> {
    const { former } = this.#ports;
    if (!former) return [];
    return (await former.examine(identity)).map((foundProblem): RepairableProblem => {
      if (foundProblem.changes.length === 0) return foundProblem;
      const withRights = foundProblem.problem.elevated && host.elevated;
      return { ...foundProblem, repair: withRights ? 'registration' : report => former.takeOver(identity, report) };
    });
  }

  async #silent(identity: GatewayIdentity, { problems }: Status): Promise<RepairableProblem[]> {
    const found = problems.find(({ code }) => code === 'runner-silent');
    if (!found) return [];
    const changes = [{ action: 'start', kind: 'process', target: 'runner' } as const];
    return [{ problem: found, changes, repair: () => this.#ports.reachRunner(identity) }];
  }

  /** The service of a profile that the gateway of another profile serves. */
  async #superfluous(identity: GatewayIdentity, host: HostPort, status: Status): Promise<RepairableProblem[]> {
    const found = status.problems.find(({ code }) => code === 'service-superfluous');
    if (!found) return [];
    const to = siblingOf(identity, status.servedBy?.profile ?? DEFAULT_PROFILE, this.#ports.isNameTaken);
    const toStatus = await this.#ports.statusOf(to);
    const added = toStatus.phase === 'not-installed' ? await host.receipt('install', to, toStatus) : [];
    const removed = await host.receipt('uninstall', identity, status);
    return [{ problem: found, changes: [...added, ...removed], repair: report => this.#ports.handOver(identity, to, report) }];
  }

  /** A gateway of this home that our runner did not launch, directly or indirectly. */
  async #unmanaged({ home }: GatewayIdentity, folder: StateFolder): Promise<RepairableProblem[]> {
    const { processes, parentOf } = this.#ports;
    const living = livingGateway(home, processes);
    if (!living?.certain || (await otherService(home, folder))) return [];
    const launched = await folder.launch.read();
    const ours = launched && isSameProcess(launched, processes) ? launched.pid : undefined;
    // Where parents are unknown, a gateway beside ours counts as its child.
    if (ours !== undefined && (!parentOf || isBelow(living.pid, ours, parentOf))) return [];
    const changes = [{ action: 'stop', kind: 'process', target: `gateway (PID ${living.pid})` } as const];
    return [{ problem: problem('gateway-unmanaged', `(PID ${living.pid})`), changes, repair: () => takeOver(home, processes) }];
  }
}

/** Adds the problems of the status, except those that a check has found itself. */
function withProblems(found: readonly RepairableProblem[], { problems }: Status): readonly RepairableProblem[] {
  const known = new Set(found.map(({ problem: { code } }) => code));
  return [...found, ...problems.filter(({ code }) => !known.has(code)).map(each => ({ problem: each, changes: [] }))];
}

async function definitionProblems(identity: GatewayIdentity, folder: StateFolder, { mechanism }: HostPort): Promise<RepairableProblem[]> {
  const unreadable = (error: unknown) => (error instanceof GatewayServiceError ? error.code : undefined);
  const state = await folder.definition().then(found => (found ? 'readable' : 'missing'), unreadable);
  if (state !== 'missing' && state !== 'state-corrupt') return [];
  const code = state === 'missing' ? 'definition-missing' : 'definition-unreadable';
  const changes = [{ action: 'create', kind: 'file', target: folder.definitionPath } as const];
  return [{ problem: problem(code), changes, repair: () => folder.writeDefinition(definitionOf(identity, mechanism)) }];
}

/** A supervisor that a signal has stopped; it is continued as by a start. */
async function suspended(
  identity: GatewayIdentity,
  folder: StateFolder,
  host: HostPort,
  { problems }: Status,
): Promise<RepairableProblem[]> {
  const found = problems.find(({ code }) => code === 'host-suspended');
  if (!found) return [];
  const changes = [{ action: 'start', kind: 'process', target: 'supervisor' } as const];
  return [{ problem: found, changes, repair: () => host.start(identity, folder) }];
}

async function leftOver(other: HostPort, identity: GatewayIdentity, status: Status): Promise<RepairableProblem> {
  const changes = await other.receipt('uninstall', identity, status);
  return { problem: problem('mechanism-left-over', `(${other.mechanism})`), changes, repair: report => other.unregister(identity, report) };
}
