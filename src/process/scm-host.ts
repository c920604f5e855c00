/**
 * The host below the SCM: what is registered is what the SCM says, the broker is started and stopped as any service is, and the ladder is
 * the SCM's own. Registering needs an administrator; starting and stopping needs none, because the DACL grants it to the owner.
 */

import { type GatewayIdentity, SERVICE_NAME } from '../gateway/identity.ts';
import type { Definition } from '../service/definition.ts';
import { GatewayServiceError, toGatewayServiceError } from '../service/errors.ts';
import { EVENT_SOURCE } from '../service/events.ts';
import type { Registration } from '../service/facts.ts';
import type { StateFolder } from '../service/state-folder.ts';
import { commandLine } from '../windows/argv.ts';
import { noteEvent, registerEventSource, unregisterEventSource } from '../windows/event-log.ts';
import {
  enumerateServices,
  isRemovalPending,
  queryConfig,
  queryStatus,
  requestDelete,
  type ServiceConfig,
  type ServiceStatus,
} from '../windows/scm.ts';
import { deleteService, startService, stopService } from '../windows/scm-wait.ts';
import type { Sid } from '../windows/sddl.ts';
import { currentSession, currentUser, isElevated, userOfSession } from '../windows/security.ts';
import { installService, serviceDisplayName } from '../windows/service-install.ts';
import type { HostPort } from './hosted-manager.ts';
import { readHostFacts, readOwner, writeOwner } from './service-registry.ts';

export interface ScmHostOptions {
  /** How the SCM is to start the broker: the program and the arguments before `service`. */
  readonly hostCommand: readonly string[];
}

/** The SCM answers a start when the broker has connected; it waits 30 s for that itself, in milliseconds. */
const START_MS = 40_000;
const STOP_MS = 30_000;
/** A deleted service whose restart is queued, or that somebody has open, keeps its name for longer; it starts nothing any more. */
const DELETE_MS = 5_000;
/** The graceful stop of a gateway, when Windows shuts down, in milliseconds. */
const PRESHUTDOWN_MS = 20_000;

const HOST_STATES = {
  stopped: 'stopped',
  'start-pending': 'starting',
  'stop-pending': 'stopping',
  running: 'running',
  'continue-pending': 'running',
  'pause-pending': 'running',
  paused: 'running',
} as const satisfies Record<ServiceStatus['state'], string>;

export function scmHost({ hostCommand }: ScmHostOptions): HostPort {
  const commandOf = (service: string): { program: string; args: string[] } => {
    const [program = '', ...script] = hostCommand;
    return { program, args: [...script, 'service', '--service', service] };
  };
  return {
    mechanism: 'service',
    elevated: true,
    registration: (identity, folder) =>
      registration(identity, folder).catch((error: unknown) => {
        if (isRemovalPendingError(error)) return { state: 'removal-pending' };
        throw error;
      }),
    hostFacts: async ({ serviceName }) => readHostFacts(serviceName),
    receipt: async (verb, { serviceName, serviceId }, { startType }) => {
      const key = `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${serviceName}`;
      if (verb === 'uninstall') {
        return [
          { action: 'stop', kind: 'service', target: serviceName },
          { action: 'remove', kind: 'service', target: serviceName },
          { action: 'remove', kind: 'registry', target: key },
        ];
      }
      const { program, args } = commandOf(serviceName);
      const action = startType === undefined ? 'create' : 'change';
      return [
        {
          action,
          kind: 'service',
          target: serviceName,
          detail: `"${serviceDisplayName(serviceId)}", starts automatically: ${commandLine(program, args)}`,
        },
        { action, kind: 'registry', target: `${key}\\Parameters`, detail: 'the user whom the service belongs to' },
        { action, kind: 'right', target: serviceName, detail: 'you may query, start and stop it; changing it stays with administrators' },
        { action: 'create', kind: 'registry', target: `the source "${EVENT_SOURCE}" of the Windows event log` },
        { action: 'start', kind: 'service', target: serviceName },
      ];
    },
    checkRights: async ({ serviceName }) => {
      if (!mayUse(readOwner(serviceName))) throw new GatewayServiceError('foreign', `(${serviceName} belongs to another Windows user)`);
      requireElevated(serviceName);
    },
    register: async (identity, definition, report) => {
      report({ operation: 'install', message: 'Registering the service' });
      registerEventSource();
      try {
        register(identity, definition, commandOf(identity.serviceName));
      } catch (error) {
        noteEvent('install-failed', `(${identity.serviceName}: ${toGatewayServiceError(error).message})`);
        throw error;
      }
      noteEvent('installed', `(${identity.serviceName})`);
    },
    unregister: async ({ serviceName }, report) => {
      requireElevated(serviceName);
      report({ operation: 'uninstall', message: 'Removing the service' });
      await deleteService(serviceName, { deadlineMs: DELETE_MS }).catch(error => {
        if (!isRemovalPendingError(error)) throw error;
      });
      noteEvent('removed', `(${serviceName})`);
      if (enumerateServices(SERVICE_NAME).length === 0) unregisterEventSource();
    },
    start: async ({ serviceName }) => {
      await startService(serviceName, { deadlineMs: START_MS });
    },
    stop: async ({ serviceName }) => {
      if (queryStatus(serviceName)) await stopService(serviceName, { deadlineMs: STOP_MS });
    },
    isGone: async ({ serviceName }) => (queryStatus(serviceName)?.state ?? 'stopped') === 'stopped',
  };
}

/**
 * The user of this session: whoever's consent elevated this process, the service is for the one who sits there. A session without a user
 * (a remote shell) has nobody but the user of the process.
 */
function sessionOwner(): Sid {
  try {
    return userOfSession(currentSession()).sid;
  } catch (error) {
    if (error instanceof GatewayServiceError && error.code === 'not-signed-in') return currentUser();
    throw error;
  }
}

/** Whether a service with this owner is one of ours; one without an owner is the half of an installation that was interrupted. */
function mayUse(owner: Sid | undefined): boolean {
  return owner === undefined || owner === currentUser() || owner === sessionOwner();
}

function requireElevated(serviceName: string): void {
  if (!isElevated()) throw new GatewayServiceError('needs-administrator', `(${serviceName})`);
}

function isRemovalPendingError(error: unknown): boolean {
  return error instanceof GatewayServiceError && error.code === 'removal-pending';
}

async function registration(identity: GatewayIdentity, folder: StateFolder): Promise<Registration> {
  const { serviceName, home } = identity;
  const status = queryStatus(serviceName);
  if (!status) return { state: 'absent' };
  if (isRemovalPending(serviceName)) return { state: 'removal-pending' };
  const config = queryConfig(serviceName);
  if (!config) return { state: 'absent' };
  if (!isBroker(config, serviceName)) return { state: 'foreign', detail: `it starts ${config.binaryPath}` };
  if (!mayUse(readOwner(serviceName))) return { state: 'foreign', detail: 'it belongs to another Windows user' };
  const definition = await folder.definition().catch(() => undefined);
  if (definition && definition.home !== home) return { state: 'foreign', detail: `it belongs to the home ${definition.home}` };
  const { startType } = config;
  return {
    state: 'registered',
    host: HOST_STATES[status.state],
    ...(status.pid !== undefined && { hostPid: status.pid }),
    ...((startType === 'automatic' || startType === 'manual' || startType === 'disabled') && { startType }),
  };
}

/** A service whose command line ends as ours do; whose program it is, the elevated installer has made sure of. */
function isBroker({ binaryPath }: ServiceConfig, service: string): boolean {
  return binaryPath.endsWith(`service --service ${service}`);
}

/** Service and owner, or neither. */
function register(
  { serviceName: name, serviceId }: GatewayIdentity,
  { recovery }: Definition,
  { program, args }: { program: string; args: string[] },
): void {
  const owner = sessionOwner();
  const { created } = installService({
    name,
    displayName: serviceDisplayName(serviceId),
    description: 'Keeps the Hermes gateway of its owner running, and starts it again when it fails.',
    program,
    args,
    owner,
    recovery,
    preshutdownTimeoutMs: PRESHUTDOWN_MS,
    // Who installs wants it to run: "disabled" ends here, any other choice of the user stays.
    ...(queryConfig(name)?.startType === 'disabled' && { startType: 'automatic' }),
  });
  try {
    writeOwner(name, owner);
  } catch (error) {
    if (created) requestDelete(name);
    throw error;
  }
}
