/** What SCM and registry contain for a service: an elevated process writes and removes it; a process of the user only compares. */

import { existsSync } from 'node:fs';
import { readBeforeSignIn, readInstalledStartType, readOwner, writeEnvironment, writeOwner } from '../host/service-registry.ts';
import { attempt } from '../model/attempt.ts';
import { type BeforeSignIn, mayRunBeforeSignIn } from '../model/before-sign-in.ts';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import { isServiceName, SERVICE_NAME, type ServiceName } from '../model/identity.ts';
import type { RecoveryLadder } from '../model/ladder.ts';
import { type FoundProblem, isRepairable } from '../model/repair.ts';
import { HOST_GRACE_MS, KILL_MS } from '../model/stop-times.ts';
import { commandLine, splitCommandLine } from '../windows/argv.ts';
import { EVENT_SOURCE_KEY, isEventSourceRegistered, noteEvent, registerEventSource, unregisterEventSource } from '../windows/event-log.ts';
import { enumerateServices, isRemovalPending, queryConfig, queryStatus, type ServiceConfig } from '../windows/scm.ts';
import { deleteService } from '../windows/scm-wait.ts';
import type { Sid } from '../windows/sddl.ts';
import { currentSession, currentUser, userOfSession } from '../windows/security.ts';
import {
  type InstalledService,
  installService,
  mismatches,
  readInstalled,
  type ServiceSpec,
  serviceDisplayName,
} from '../windows/service-install.ts';
import { serviceProblems } from './service-problems.ts';

export interface ServiceRegistration {
  readonly service: ServiceName;
  /** The command with which the SCM starts the broker: the program and the arguments before `service`. */
  readonly hostCommand: readonly string[];
  readonly recovery: RecoveryLadder;
  /** Default: `no`. */
  readonly beforeSignIn?: BeforeSignIn | undefined;
}

/** How long Windows waits for the graceful stop of a gateway when it shuts down, in milliseconds. */
const PRESHUTDOWN_MS = HOST_GRACE_MS + KILL_MS;
/** A deleted service keeps its name while its restart is queued or another program has it open; it starts nothing any more. */
const DELETE_MS = 5_000;

/** The program that the SCM starts for a service, and its arguments. */
export function brokerCommand(hostCommand: readonly string[], service: ServiceName): { program: string; args: string[] } {
  const [program = '', ...script] = hostCommand;
  return { program, args: [...script, 'service', '--service', service] };
}

/** A service whose command line ends as ours do. The elevated installer has checked the program. */
export function isBroker({ binaryPath }: Pick<ServiceConfig, 'binaryPath'>, service: ServiceName): boolean {
  return binaryPath.endsWith(`service --service ${service}`);
}

/** Every service of ours on this machine, of every user; another program may have one of our names. */
export function ourServices(): { readonly service: ServiceName; readonly config: ServiceConfig }[] {
  return enumerateServices(SERVICE_NAME).flatMap(service => {
    const config = isServiceName(service) ? queryConfig(service) : undefined;
    return isServiceName(service) && config && isBroker(config, service) ? [{ service, config }] : [];
  });
}

/** Whether the program of a command line exists, and in development its script. */
export function hasProgram(binaryPath: string): boolean {
  const argv = splitCommandLine(binaryPath);
  return argv.slice(0, Math.max(1, argv.indexOf('service'))).every(file => existsSync(file));
}

/** SYSTEM, Local Service and Network Service: accounts that cannot own a gateway. */
const SERVICE_ACCOUNTS: ReadonlySet<string> = new Set(['S-1-5-18', 'S-1-5-19', 'S-1-5-20']);

/**
 * The owner of a new service: the user of the session in which the elevated process was started, even if another administrator's account
 * gave the consent. A session without a user (a remote shell, Wine) has only the user of the process. Pure.
 * @throws GatewayServiceError `not-signed-in` where that is not a person
 */
export function ownerOf(sessionUser: Sid | undefined, processUser: Sid): Sid {
  const owner = sessionUser ?? processUser;
  if (SERVICE_ACCOUNTS.has(owner)) throw new GatewayServiceError('not-signed-in', `(${owner})`);
  return owner;
}

/** The user that a registered service belongs to. */
export const sessionOwner = (): Sid => userSignedIn() ?? currentUser();

function userSignedIn(): Sid | undefined {
  try {
    return userOfSession(currentSession()).sid;
  } catch (error) {
    if (error instanceof GatewayServiceError && error.code === 'not-signed-in') return undefined;
    throw error;
  }
}

function specOf({ service, hostCommand, recovery, beforeSignIn = 'no' }: ServiceRegistration, owner: Sid): ServiceSpec {
  return {
    name: service,
    displayName: serviceDisplayName(service.slice(SERVICE_NAME.length + 1)),
    description: 'Keeps the Hermes gateway of its owner running, and starts it again when it fails.',
    ...brokerCommand(hostCommand, service),
    owner,
    recovery,
    preshutdownTimeoutMs: PRESHUTDOWN_MS,
    loadsProfiles: beforeSignIn !== 'no',
  };
}

/**
 * Writes service, event source and owner, or leaves none of the three new. The service comes first, because it can be taken back. Needs an
 * administrator.
 * @param enable an installation sets a start type "disabled" back to automatic; a repair keeps what the user chose
 */
export function registerService(registration: ServiceRegistration, { enable }: { enable: boolean }): void {
  const { service, beforeSignIn = 'no' } = registration;
  try {
    const owner = ownerOf(userSignedIn(), currentUser());
    if (beforeSignIn !== 'no' && !mayRunBeforeSignIn(owner)) throw new GatewayServiceError('before-sign-in-unavailable', `(${owner})`);
    const enabled = enable && queryConfig(service)?.startType === 'disabled';
    const spec: ServiceSpec = { ...specOf(registration, owner), ...(enabled && { startType: 'automatic' }) };
    installService(spec, () => {
      registerEventSource();
      writeEnvironment(service);
      // An installation keeps the start type that was chosen before; a repair does not change the remembered one.
      const startType = enable ? (startTypeOf(readInstalled(service)) ?? 'automatic') : undefined;
      writeOwner(service, { owner, startType, beforeSignIn });
      if (readOwner(service) !== owner) throw new GatewayServiceError('service-readback', `(${service}: owner.)`);
    });
    noteEvent('installed', `(${service})`);
  } catch (error) {
    noteEvent('install-failed', `(${service}: ${toGatewayServiceError(error).message})`);
    dropUnusedEventSource();
    throw error;
  }
}

/** The source of the event log exists as long as one of our services does. One that could not be removed is removed the next time. */
function dropUnusedEventSource(): void {
  attempt(() => ourServices().length === 0 && unregisterEventSource());
}

/** Needs an administrator. Resolves also where the service is absent already, and where it is removed as soon as no program has it open. */
export async function unregisterService(service: ServiceName): Promise<void> {
  await deleteService(service, { deadlineMs: DELETE_MS }).catch(error => {
    if (!(error instanceof GatewayServiceError) || error.code !== 'removal-pending') throw error;
  });
  noteEvent('removed', `(${service})`);
  dropUnusedEventSource();
}

/** Every setting that differs from what `registerService` writes; empty where there is no service. Every user may call it. */
export function examineService(registration: ServiceRegistration): FoundProblem[] {
  const { service, hostCommand, recovery, beforeSignIn = 'no' } = registration;
  const found = readInstalled(service);
  if (!found) return [];
  const { config, settings } = found;
  const owner = sessionOwner();
  const startType = startTypeOf(found) ?? config.startType;
  const { program, args } = brokerCommand(hostCommand, service);
  const chosen = { ...specOf(registration, owner), delayedStart: settings.answered.delayedStart ?? false };
  const { delaysMs } = settings.kept.recovery ?? settings.answered.recovery ?? {};
  return serviceProblems(
    {
      wrong: mismatches(chosen, config.startType, found),
      binaryPath: config.binaryPath,
      hasProgram: hasProgram(config.binaryPath),
      account: config.account,
      delays: delaysMs && secondsOf(delaysMs),
      startType,
      rememberedStartType: readInstalledStartType(service) ?? 'automatic',
      beforeSignIn: readBeforeSignIn(service),
      hasOwner: readOwner(service) === owner,
      hasEventSource: isEventSourceRegistered(),
    },
    { service, binaryPath: commandLine(program, args), delays: secondsOf(recovery.delaysMs), beforeSignIn, eventSource: EVENT_SOURCE_KEY },
  );
}

function startTypeOf(found: InstalledService | undefined): string | undefined {
  if (!found) return undefined;
  const { startType } = found.config;
  return startType === 'automatic' && found.settings.answered.delayedStart ? 'automatic-delayed' : startType;
}

const secondsOf = (delaysMs: readonly number[]): string => `${delaysMs.map(ms => ms / 1_000).join(', ')} s`;

/** Whether every setting is as `registerService` writes it with the same `enable`. Every user may call it. */
export function isRegistered(registration: ServiceRegistration, { enable }: { enable: boolean }): boolean {
  const { service } = registration;
  const config = queryConfig(service);
  if (!config || isRemovalPending(service) || (enable && config.startType === 'disabled')) return false;
  return !examineService(registration).some(isRepairable);
}

/** Whether nothing of this name is left that could start. Every user may call it. */
export function isUnregistered(service: ServiceName): boolean {
  return queryStatus(service) === undefined || isRemovalPending(service);
}
