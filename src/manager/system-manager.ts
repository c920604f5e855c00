/**
 * Makes the manager with the mechanisms of this system, for command line and app. Windows' mechanisms are loaded on Windows only (koffi).
 */

import { existsSync } from 'node:fs';
import { type GatewayCommand, resolveGatewayCommand, servesAllProfiles } from '../gateway/command.ts';
import type { GatewayIdentity } from '../gateway/home.ts';
import { lockFolder } from '../gateway/host-gateway.ts';
import { embeddedHost } from '../mechanisms/embedded-host.ts';
import { startupHost } from '../mechanisms/startup-host.ts';
import type { SupervisedHostOptions } from '../mechanisms/supervised-host.ts';
import type { Elevation } from '../model/elevation.ts';
import type { ServiceName } from '../model/identity.ts';
import type { GatewayManager } from '../model/manager.ts';
import { keepStateOutsidePackage } from '../process/package-state.ts';
import { thisMachine } from '../process/this-machine.ts';
import { helpIn } from '../runner/gateway-help.ts';
import { requireOwnFolder } from '../state/folder-owner.ts';
import { userFolder } from '../state/user-folder.ts';
import type { UpdatePorts } from '../update/ports.ts';
import type { HostedManagerOptions } from './gateway-service.ts';
import { hermesUnits } from './hermes-units.ts';
import { HostedManager } from './hosted-manager.ts';
import { type IsInsideGateway, insideGateway } from './inside-gateway.ts';
import { installFiles } from './install-files.ts';
import { installObstacles } from './install-obstacles.ts';

export interface SystemManagerOptions {
  /** Folder of all state folders. */
  readonly stateRoot: string;
  /** How our own processes are started: `[node, entry script]`, or the host executable. */
  readonly hostCommand: readonly string[];
  /** The only mechanism on Windows; default: all that it has. */
  readonly only?: 'service' | 'startup';
  /** Asks for an administrator on Windows; without it an unelevated process cannot do what needs one. */
  readonly elevation?: Elevation;
}

export interface SystemManager {
  readonly manager: GatewayManager;
  /** A variable of the user's environment in the registry; on Windows only. */
  readonly readUserEnvironment?: (name: string) => string | undefined;
  /** Whether the plain name of the default profile's service is not ours; on Windows only. */
  readonly isNameTaken?: () => boolean;
  /** Sentences about what this system lacks for a service; absent where it lacks nothing. */
  readonly lacking?: (service: ServiceName) => readonly string[];
  /** Whether this process runs below the gateway of this profile. */
  readonly isInside: IsInsideGateway;
  /** For updates of the gateways of this manager. */
  readonly updates: UpdatePorts;
}

/** @throws GatewayServiceError `folder-of-another-user` */
export async function systemManager({ stateRoot, hostCommand, elevation, only }: SystemManagerOptions): Promise<SystemManager> {
  requireOwnFolder(stateRoot);
  const { processes, isInUse, parentOf } = await thisMachine();
  const checkCommand: HostedManagerOptions['checkCommand'] = (identity, override) => gatewayCommand(identity, override).argv;
  const { platform } = process;
  const homedir = userFolder();
  const locks = lockFolder(platform, process.env, homedir);
  const around = installObstacles({
    processes,
    findUnit: hermesUnits({ platform, homedir }),
    locks,
    servesAllProfiles: async (identity, override) => servesAllProfiles(checkCommand(identity, override), helpIn(identity.home)),
  });
  const options = { stateRoot, processes, checkCommand, installObstacles: around, parentOf };
  const files = installFiles({ stateRoot, command: checkCommand, isInUse });
  const isInside = insideGateway({ stateRoot, locks, processes, parentOf });
  const withUpdates = (manager: GatewayManager) => ({ manager, isInside, updates: { stateRoot, processes, files, manager } });
  if (platform !== 'win32') return withUpdates(embeddedManager({ ...options, hostCommand }));
  const [
    { installedCommand, protocolOf },
    { scmHost, servedByRunner: trustsServer },
    { windowsStartupShell },
    { windowsMigration },
    { isNameTakenHere },
    { windowsPackage },
    { computerPolicy },
    { readUserEnvironment },
    { lacking },
  ] = await Promise.all([
    import('../mechanisms/installed-host.ts'),
    import('../mechanisms/scm-host.ts'),
    import('../mechanisms/windows-startup.ts'),
    import('../migration/windows-migration.ts'),
    import('../mechanisms/service-name.ts'),
    import('../process/windows-package.ts'),
    import('../windows/group-policy.ts'),
    import('../windows/user-environment.ts'),
    import('../windows/capabilities.ts'),
  ]);
  const service = scmHost({ hostCommand: installedCommand(hostCommand), protocol: protocolOf(hostCommand), elevation });
  const shell = windowsStartupShell(hostCommand);
  const startup = startupHost({ hostCommand, stateRoot, processes, shell, trustsServer });
  // A Startup entry that only a package sees starts nothing.
  const isRedirected = keepStateOutsidePackage({ stateRoot, hostCommand, appPackage: windowsPackage });

  const former = windowsMigration({ stateRoot, processes, shell });
  const isNameTaken = () => isNameTakenHere(stateRoot, windowsPackage.fullName !== undefined);
  const offersBoth = only === undefined && !isRedirected;
  const manager = new HostedManager(offersBoth ? [service, startup] : [only === 'startup' ? startup : service], {
    ...options,
    former,
    isNameTaken,
    policy: computerPolicy,
  });
  return { readUserEnvironment, isNameTaken, lacking, ...withUpdates(manager) };
}

/** The manager of a system without an SCM. */
export function embeddedManager(options: HostedManagerOptions & Pick<SupervisedHostOptions, 'hostCommand'>): HostedManager {
  return new HostedManager([embeddedHost(options)], options);
}

/** What would be started for this gateway now. @throws GatewayServiceError `gateway-command-missing` */
export function gatewayCommand(
  identity: GatewayIdentity,
  override: readonly string[] | undefined,
  { platform, env }: Pick<NodeJS.Process, 'platform' | 'env'> = process,
): GatewayCommand {
  return resolveGatewayCommand(identity, { platform, env, exists: existsSync, ...(override && { override }) });
}
