// The app as a process of its own that hands an update off: with electron-updater's order of events, or by the host's own
// `startUpdaterAndQuit`.

import { type ChildProcess, spawn } from 'node:child_process';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import { HOST_COMMAND, REPOSITORY, type Sandbox } from './sandbox.ts';

export const APP = 'Hermes Desktop';

export interface LeavingApp {
  readonly process: ChildProcess & { readonly pid: number };
  /** What it said, one line each. */
  readonly lines: readonly string[];
}

/**
 * @param startUpdaterAndQuit the body of `startUpdaterAndQuit`, after it has printed the phases of all gateways @param request more of the
 * request
 */
export function startLeavingApp(
  sandbox: Sandbox,
  identities: readonly GatewayIdentity[],
  { startUpdaterAndQuit, request = '' }: { startUpdaterAndQuit: string; request?: string },
): LeavingApp {
  const module = (file: string) => JSON.stringify(`${REPOSITORY}dist/${file}.js`);
  const program = `
    const { embeddedManager } = await import(${module('src/manager/system-manager')});
    const { posixProcesses: processes } = await import(${module('src/gateway/process-start-time')});
    const { GatewayServiceController } = await import(${module('src/desktop/controller')});
    const { handOff } = await import(${module('main/updater/hand-off')});
    const stateRoot = ${JSON.stringify(sandbox.stateRoot)};
    const identities = ${JSON.stringify(identities)};
    const manager = embeddedManager({
      stateRoot, processes, hostCommand: ${JSON.stringify(HOST_COMMAND)}, checkCommand: (_identity, override) => override,
    });
    const updates = { stateRoot, processes, files: { inUse: async () => undefined }, manager };
    const controller = new GatewayServiceController({ manager, identities });
    const phases = async () => (await Promise.all(identities.map(each => manager.status(each)))).map(({ phase }) => phase).join();
    setInterval(() => {}, 1_000);
    const startUpdaterAndQuit = async () => { console.log('leaving', await phases()); ${startUpdaterAndQuit} };
    await handOff({ controller, manager, identities, updates }, ${JSON.stringify(APP)}, {
      what: 'Hermes', versions: { from: '0.19', to: '0.20' }, startUpdaterAndQuit, ${request}
    }).catch(async error => console.log('failed', error.code, await phases()));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => lines.push(...text.split('\n').filter(line => line !== '')));
  return { process: child as LeavingApp['process'], lines };
}
