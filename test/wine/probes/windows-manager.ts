// The manager with the mechanisms of Windows, as it is composed there, with the rig's program as that of its processes; for probes.
import { mkdirSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { directElevation } from '../../../src/elevation/direct-elevation.ts';
import { gatewayIdentity, resolveHermesRoot } from '../../../src/gateway/home.ts';
import { HostedManager } from '../../../src/manager/hosted-manager.ts';
import { installedCommand, protocolOf } from '../../../src/mechanisms/installed-host.ts';
import { scmHost, servedByRunner } from '../../../src/mechanisms/scm-host.ts';
import { isNameTakenHere } from '../../../src/mechanisms/service-name.ts';
import { startupHost } from '../../../src/mechanisms/startup-host.ts';
import { windowsStartupShell } from '../../../src/mechanisms/windows-startup.ts';
import { windowsMigration } from '../../../src/migration/windows-migration.ts';
import type { Elevation } from '../../../src/model/elevation.ts';
import type { GatewayIdentity } from '../../../src/model/identity.ts';
import { hostCommandIn } from '../../../src/process/host-command.ts';
import { windowsMachine } from '../../../src/process/windows-machine.ts';
import { stateRoot } from '../../../src/state/state-folder.ts';
import { packageFullName } from '../../../src/windows/app-package.ts';

/** The folder of all state folders. */
export const states = stateRoot('win32', process.env, os.homedir());
/** The executable where the rig has one, else the script. */
export const hostCommand = hostCommandIn(fileURLToPath(new URL('../../../../host', import.meta.url)));
const { processes, parentOf } = windowsMachine;

/**
 * Wine's Explorer shows no desktop without a screen; asked again and again, it stops answering the windows of others. Everybody is an
 * administrator there.
 */
const shell = { ...windowsStartupShell(hostCommand), start: async () => false, hasMoreRights: () => false };

export function windowsManager(elevation?: Elevation): HostedManager {
  // An executable registers a copy of itself; this process registers the script, with the ladder of the test.
  const how = elevation ?? (hostCommand.length === 1 ? directElevation(hostCommand) : undefined);
  return new HostedManager(
    [
      scmHost({ hostCommand: installedCommand(hostCommand), protocol: protocolOf(hostCommand), ...(how && { elevation: how }) }),
      startupHost({ hostCommand, stateRoot: states, processes, shell, trustsServer: servedByRunner }),
    ],
    {
      stateRoot: states,
      processes,
      parentOf,
      checkCommand: (_identity, override) => override ?? [],
      former: windowsMigration({ stateRoot: states, processes, shell }),
    },
  );
}

/** The gateway of a home, which is made. */
export function identityOf(home: string): GatewayIdentity {
  mkdirSync(home, { recursive: true });
  const isNameTaken = () => isNameTakenHere(states, packageFullName() !== undefined);
  return gatewayIdentity(resolveHermesRoot({ platform: 'win32', env: process.env, homedir: os.homedir(), home, isNameTaken }), 'win32');
}
