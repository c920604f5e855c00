// The manager of the SCM mechanism as it is composed on Windows, with the rig's program as the service's; for probes.
import { mkdirSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { gatewayIdentity, resolveHermesRoot } from '../../../src/gateway/home.ts';
import type { GatewayIdentity } from '../../../src/gateway/identity.ts';
import type { Elevation } from '../../../src/process/elevation.ts';
import { HostedManager } from '../../../src/process/hosted-manager.ts';
import { scmHost } from '../../../src/process/scm-host.ts';
import { windowsMachine } from '../../../src/process/windows-machine.ts';
import { stateRoot } from '../../../src/service/state-folder.ts';

/** The folder of all state folders. */
export const states = stateRoot('win32', process.env, os.homedir());
export const hostCommand = [process.execPath, fileURLToPath(new URL('../../../../host/hermes-gateway.cjs', import.meta.url))];

export const scmManager = (elevation?: Elevation): HostedManager =>
  new HostedManager([scmHost({ hostCommand, ...(elevation && { elevation }) })], {
    stateRoot: states,
    processes: windowsMachine.processes,
    checkCommand: (_identity, override) => override ?? [],
  });

/** The gateway of a home, which is made. */
export function identityOf(home: string): GatewayIdentity {
  mkdirSync(home, { recursive: true });
  return gatewayIdentity(resolveHermesRoot({ platform: 'win32', env: process.env, homedir: os.homedir(), home }), 'win32');
}
