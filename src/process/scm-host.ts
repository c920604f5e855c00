/**
 * The host below the SCM: what is registered is what the SCM says, the broker is started and stopped as any service is, and the ladder is
 * the SCM's own. Registering needs an administrator; starting and stopping needs none, because the DACL grants it to the owner.
 */

import type { GatewayIdentity } from '../gateway/identity.ts';
import type { Definition } from '../service/definition.ts';
import { GatewayServiceError } from '../service/errors.ts';
import type { Registration } from '../service/facts.ts';
import type { Report } from '../service/manager.ts';
import type { StateFolder } from '../service/state-folder.ts';
import { commandLine } from '../windows/argv.ts';
import { registerEventSource } from '../windows/event-log.ts';
import { isRemovalPending, queryConfig, queryStatus, type ServiceConfig, type ServiceStatus } from '../windows/scm.ts';
import { deleteService, startService, stopService } from '../windows/scm-wait.ts';
import type { Sid } from '../windows/sddl.ts';
import { currentUser, isElevated } from '../windows/security.ts';
import { installService, serviceDisplayName } from '../windows/service-install.ts';
import type { HostPort } from './hosted-manager.ts';
import { readHostFacts, readOwner, removeParameters, writeOwner } from './service-registry.ts';

export interface ScmHostOptions {
  /** How the SCM is to start the broker: the program and the arguments before `service`. */
  readonly hostCommand: readonly string[];
}

/** The SCM answers a start when the broker has connected; it waits 30 s for that itself, in milliseconds. */
const START_MS = 40_000;
const STOP_MS = 30_000;
const DELETE_MS = 15_000;
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
    registration: async (identity, folder) => registration(identity, folder),
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
        { action: 'create', kind: 'registry', target: 'the source "Hermes Gateway" of the Windows event log' },
        { action: 'start', kind: 'service', target: serviceName },
      ];
    },
    checkRights: async ({ serviceName }) => {
      const owner = readOwner(serviceName);
      const ours = owner === undefined || owner === currentUser();
      if (!ours) throw new GatewayServiceError('foreign', `(${serviceName} belongs to another Windows user)`);
      if (!isElevated()) throw new GatewayServiceError('needs-administrator', `(${serviceName})`);
    },
    register: async (identity, definition, report) =>
      register(identity, definition, commandOf(identity.serviceName), currentUser(), report),
    unregister: async ({ serviceName }, report) => {
      if (!isElevated()) throw new GatewayServiceError('needs-administrator', `(${serviceName})`);
      report({ operation: 'uninstall', message: 'Removing the service' });
      removeParameters(serviceName);
      await deleteService(serviceName, { deadlineMs: DELETE_MS });
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

async function registration(identity: GatewayIdentity, folder: StateFolder): Promise<Registration> {
  const { serviceName, home } = identity;
  const status = queryStatus(serviceName);
  if (!status) return { state: 'absent' };
  if (isRemovalPending(serviceName)) return { state: 'removal-pending' };
  const config = queryConfig(serviceName);
  if (!config) return { state: 'absent' };
  if (!isBroker(config, serviceName)) return { state: 'foreign', detail: `it starts ${config.binaryPath}` };
  if (readOwner(serviceName) !== currentUser()) return { state: 'foreign', detail: 'it belongs to another Windows user' };
  const definition = await folder.definition().catch(() => undefined);
  if (definition && definition.home !== home) return { state: 'foreign', detail: `it belongs to the home ${definition.home}` };
  return {
    state: 'registered',
    host: HOST_STATES[status.state],
    ...(status.pid === undefined ? {} : { hostPid: status.pid }),
    ...(config.startType === 'automatic' || config.startType === 'manual' || config.startType === 'disabled'
      ? { startType: config.startType }
      : {}),
  };
}

/** A service whose command line ends as ours do; whose program it is, the elevated installer has made sure of. */
function isBroker({ binaryPath }: ServiceConfig, service: string): boolean {
  return binaryPath.endsWith(`service --service ${service}`);
}

async function register(
  { serviceName: name, serviceId }: GatewayIdentity,
  { recovery }: Definition,
  { program, args }: { program: string; args: string[] },
  owner: Sid,
  report: Report,
): Promise<void> {
  report({ operation: 'install', message: 'Registering the service' });
  registerEventSource();
  installService({
    name,
    displayName: serviceDisplayName(serviceId),
    description: 'Keeps the Hermes gateway of its owner running, and starts it again when it fails.',
    program,
    args,
    owner,
    recovery,
    preshutdownTimeoutMs: PRESHUTDOWN_MS,
  });
  writeOwner(name, owner);
}
