/**
 * Which managers this system has, and which of them keeps a gateway: the one answer for command line and app, so that both speak of the
 * same service. Windows' own is loaded on Windows only, because it brings koffi.
 */

import { existsSync } from 'node:fs';
import { type GatewayCommand, resolveGatewayCommand } from '../gateway/command.ts';
import type { GatewayIdentity } from '../gateway/home.ts';
import { GatewayServiceError } from '../service/errors.ts';
import type { GatewayManager } from '../service/manager.ts';
import type { UpdatePorts } from '../update/ports.ts';
import type { Elevation } from './elevation.ts';
import { EmbeddedManager } from './embedded-manager.ts';
import { HostedManager, type HostedManagerOptions } from './hosted-manager.ts';
import { installFiles } from './install-files.ts';
import { thisMachine } from './machine.ts';

export interface SystemManagersOptions {
  /** Folder of all state folders. */
  readonly stateRoot: string;
  /** How our own processes are started: `[node, entry script]`, or the host executable. */
  readonly hostCommand: readonly string[];
  /** Asks for an administrator on Windows; left out, an unelevated process is refused what needs one. */
  readonly elevation?: Elevation;
}

export interface SystemManagers {
  /** Best first; never empty. */
  readonly managers: readonly GatewayManager[];
  /** A variable of the user's environment in the registry; on Windows only. */
  readonly readUserEnvironment?: (name: string) => string | undefined;
  /** What this system lacks for a service, in plain sentences; absent where nothing can be. */
  readonly lacking?: (service: string) => readonly string[];
  /** For updates of whatever these managers keep alive. */
  readonly updates: UpdatePorts;
}

export async function systemManagers({ stateRoot, hostCommand, elevation }: SystemManagersOptions): Promise<SystemManagers> {
  const { processes, isInUse } = await thisMachine();
  const checkCommand: HostedManagerOptions['checkCommand'] = (identity, override) => gatewayCommand(identity, override).argv;
  const options = { stateRoot, processes, checkCommand };
  const files = installFiles({ stateRoot, command: checkCommand, isInUse });
  const withUpdates = (managers: readonly GatewayManager[]) => {
    const manager: UpdatePorts['manager'] = identity => chooseManager(managers, identity);
    return { managers, updates: { stateRoot, processes, files, manager } };
  };
  if (process.platform !== 'win32') return withUpdates([new EmbeddedManager({ ...options, hostCommand })]);
  const [{ scmHost }, { readUserEnvironment }, { lacking }] = await Promise.all([
    import('./scm-host.ts'),
    import('../windows/user-environment.ts'),
    import('../windows/capabilities.ts'),
  ]);
  const host = scmHost({ hostCommand, ...(elevation && { elevation }) });
  return { readUserEnvironment, lacking, ...withUpdates([new HostedManager(host, options)]) };
}

/** The manager that has this gateway, else the best one. @throws GatewayServiceError `unsupported` */
export async function chooseManager(managers: readonly GatewayManager[], identity: GatewayIdentity): Promise<GatewayManager> {
  const [best] = managers;
  if (!best) throw new GatewayServiceError('unsupported', `(${process.platform})`);
  if (managers.length === 1) return best;
  const statuses = await Promise.all(managers.map(manager => manager.status(identity)));
  return managers.find((_, index) => statuses[index]?.mechanism !== 'none') ?? best;
}

/** What would be started for this gateway now. @throws GatewayServiceError `gateway-command-missing` */
export function gatewayCommand(
  identity: GatewayIdentity,
  override: readonly string[] | undefined,
  { platform, env }: Pick<NodeJS.Process, 'platform' | 'env'> = process,
): GatewayCommand {
  return resolveGatewayCommand(identity, { platform, env, exists: existsSync, ...(override && { override }) });
}
