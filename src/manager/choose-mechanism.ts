/**
 * The mechanisms of a system, best first, and which of them keeps a gateway. The registrations decide: after an interrupted takeover there
 * are two; the better one counts, and the other is reported as left over.
 */

import type { TrustsServer } from '../control/control-client.ts';
import type { GatewayIdentity } from '../gateway/home.ts';
import type { HostPort } from '../mechanisms/host-port.ts';
import type { FormerAutostart } from '../migration/migration.ts';
import { attempt } from '../model/attempt.ts';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import type { Registration } from '../model/facts.ts';
import type { Report } from '../model/operation-steps.ts';
import { type Policy, requirePermitted } from '../model/policy.ts';
import { type Problem, problem } from '../model/problems.ts';
import type { Installable } from '../model/status.ts';
import type { StateFolder } from '../state/state-folder.ts';
import { type InstallObstacles, obstacleProblems, obstacleTo } from './install-obstacles.ts';
import type { HostReport, MechanismFacts } from './status-source.ts';

export interface Registered {
  readonly host: HostPort;
  readonly registration: Registration;
}

/** What else starts or serves a gateway, and who else decides about it. */
export interface Around {
  readonly former?: FormerAutostart;
  readonly installObstacles?: InstallObstacles;
  /** Reads the policy of this computer; absent where a system has none. */
  readonly policy?: () => Policy | undefined;
}

export class Mechanisms implements MechanismFacts {
  readonly #hosts: readonly [HostPort, ...HostPort[]];
  readonly #around: Around;

  constructor(hosts: readonly [HostPort, ...HostPort[]], around: Around = {}) {
    this.#hosts = hosts;
    this.#around = around;
  }

  get names(): readonly Installable[] {
    return this.#hosts.map(({ mechanism }) => mechanism);
  }

  /** The same for all mechanisms of a system: the system reports which process serves a pipe. */
  get trustsServer(): TrustsServer {
    return this.#hosts[0].trustsServer;
  }

  /** The best registered one, else one that cannot be registered (with its state), else the best one, unregistered. */
  async inCharge(identity: GatewayIdentity, folder: StateFolder): Promise<Registered> {
    return chosen(await this.#all(identity, folder));
  }

  /** Every one that is registered, best first. */
  async registered(identity: GatewayIdentity, folder: StateFolder): Promise<readonly HostPort[]> {
    return (await this.#all(identity, folder)).filter(isRegistered).map(({ host }) => host);
  }

  /** Unregisters every mechanism that needs no rights, registered or not, which also removes leftovers of an interrupted operation. */
  async sweep(identity: GatewayIdentity, report: Report, but?: HostPort): Promise<void> {
    for (const host of this.#hosts) if (!host.elevated && host !== but) await host.unregister(identity, report);
  }

  /** Ends the wait for an administrator's consent. */
  cancelConsent(identity: GatewayIdentity): void {
    for (const host of this.#hosts) host.cancelConsent?.(identity);
  }

  /**
   * The mechanism that an installation registers: the requested one, else that of the policy; else the best one that this process has the rights for, where one is
   * registered already; else the best one.
   * @throws GatewayServiceError `unsupported` where there is none of that name, `mechanism-in-charge` where a better one is registered,
   * `foreign` where the name belongs to another program or user, `profile-served`, `kept-by-hermes` and `managed`
   */
  async toInstall(
    identity: GatewayIdentity,
    folder: StateFolder,
    requested: Installable | undefined,
    command: readonly string[] | undefined,
  ): Promise<HostPort> {
    const policy = this.#around.policy?.();
    requirePermitted(policy, 'install', requested);
    const wanted = requested ?? policy?.mechanism;
    const look = this.#around.installObstacles?.lookBeforeInstall(identity, command);
    const [all, around] = await Promise.all([this.#all(identity, folder), look]);
    const obstacle = around && obstacleTo(identity, around);
    if (obstacle) throw obstacle;
    const present = all.find(isRegistered);
    const supported = all.filter(({ registration }) => registration.state !== 'unsupported').map(({ host }) => host);
    const host = wanted === undefined ? await best(supported, identity, present?.host) : supported.find(each => each.mechanism === wanted);
    if (!host) throw new GatewayServiceError('unsupported', `(${wanted ?? 'any'} on ${process.platform})`);
    const rank = this.#hosts.indexOf(host);
    if (present && this.#hosts.indexOf(present.host) < rank) {
      throw new GatewayServiceError('mechanism-in-charge', `(${identity.service}: ${present.host.mechanism})`);
    }
    // A service of another Windows user prevents a service, but no other mechanism.
    for (const { registration } of all.slice(rank)) {
      if (registration.state === 'foreign') throw new GatewayServiceError('foreign', `(${identity.service}: ${registration.detail})`);
    }
    return host;
  }

  async report(identity: GatewayIdentity, folder: StateFolder): Promise<HostReport> {
    const all = await Promise.all(this.#hosts.map(each => registrationOf(each, identity, folder).catch(error => unreadable(each, error))));
    const { host, registration } = chosen(all);
    const registered = registration.state === 'registered';
    const unread = all.flatMap(({ registration: each }) =>
      each.state === 'unknown' ? [problem('registration-unreadable', each.detail)] : [],
    );
    const [facts, problems, former, around] = await Promise.all([
      registration.state === 'unknown' || registration.state === 'unsupported' ? undefined : host.hostFacts(identity, folder),
      registered ? host.problems?.(identity, folder) : undefined,
      this.#formerProblems(identity, registration).catch(() => undefined),
      this.#around.installObstacles?.look(identity),
    ]);
    const left = all.filter(each => isRegistered(each) && each.host !== host);
    return {
      mechanism: host.mechanism,
      policy: attempt(() => this.#around.policy?.()),
      registration,
      host: facts,
      ...(around?.servedBy && { servedBy: around.servedBy }),
      problems: [
        ...(problems ?? []),
        ...unread,
        ...left.map(each => problem('mechanism-left-over', `(${each.host.mechanism})`)),
        ...(former ?? []),
        ...(around ? obstacleProblems(around, registered) : []),
      ],
    };
  }

  async #formerProblems(identity: GatewayIdentity, { state }: Registration): Promise<readonly Problem[] | undefined> {
    if (state === 'registered') return this.#around.former?.problems(identity);
    return state === 'absent' ? this.#around.former?.present(identity) : undefined;
  }

  #all(identity: GatewayIdentity, folder: StateFolder): Promise<Registered[]> {
    return Promise.all(this.#hosts.map(host => registrationOf(host, identity, folder)));
  }
}

async function registrationOf(host: HostPort, identity: GatewayIdentity, folder: StateFolder): Promise<Registered> {
  try {
    return { host, registration: await host.registration(identity, folder) };
  } catch (error) {
    if (error instanceof GatewayServiceError && error.code === 'unsupported') return { host, registration: { state: 'unsupported' } };
    throw error;
  }
}

function unreadable(host: HostPort, error: unknown): Registered {
  return { host, registration: { state: 'unknown', detail: toGatewayServiceError(error).message } };
}

/** The first one in the best state; `all` is never empty. */
function chosen(all: readonly Registered[]): Registered {
  const inState = (...states: readonly Registration['state'][]) => all.find(({ registration }) => states.includes(registration.state));
  const found = all.find(isRegistered) ?? inState('foreign', 'unknown') ?? inState('absent') ?? all[0];
  return found as Registered;
}

/** The one that is registered or a better one that this process has the rights for; without one that is registered, the best one. */
async function best(hosts: readonly HostPort[], identity: GatewayIdentity, present: HostPort | undefined): Promise<HostPort | undefined> {
  for (const host of hosts) {
    if (host === present || !present) return host;
    const allowed = await host.checkRights(identity).then(
      () => true,
      () => false,
    );
    if (allowed) return host;
  }
  return hosts[0];
}

function isRegistered({ registration }: Registered): boolean {
  return registration.state === 'registered' || registration.state === 'removal-pending';
}
