// The system of a trial (demo/story) that is Windows as the rig has it: manager, service, runner and gateway below Wine and its rebuilt
// SCM. Who acts and looks stays on this side, and reaches in by the remote manager and by the files on C:.
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { copySample } from '../../demo/story/sample-program.ts';
import { endProcesses, processesOf } from '../../demo/story/trial-processes.ts';
import type { SystemOptions, TrialSystem } from '../../demo/story/trial-system.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { RemoteManager } from './remote-manager.ts';
import { type Availability, available, WineRig } from './rig.ts';

const HOME = 'C:\\trial home';
const PROGRAM = 'C:\\trial gateway';

/** @throws GatewayServiceError `unsupported` where the rig cannot be used, with the way to get it */
export function requireRig(wine: Availability = available()): void {
  if (wine.ok) return;
  const remedy = 'Run "bash test/wine/setup.sh" on Linux x64, then "npm start -- --wine" again.';
  throw new GatewayServiceError('unsupported', `(--wine: ${wine.reason})`, { remedy });
}

/** @throws GatewayServiceError `unsupported` where the rig cannot be used */
export async function openWineSystem({ root }: Pick<SystemOptions, 'root'>): Promise<TrialSystem> {
  requireRig();
  const rig = await WineRig.start();
  try {
    return await compose(rig, root);
  } catch (error) {
    await rig.dispose();
    throw error;
  }
}

async function compose(rig: WineRig, root: string): Promise<TrialSystem> {
  const manager = await RemoteManager.start(rig);
  const identity = await manager.identity(HOME);
  const program = rig.onLinux(PROGRAM);
  copySample(root, program);
  return {
    gateway: 'sample',
    place: `as a Windows service below Wine and its rebuilt SCM (${rig.prefix})`,
    folder: rig.prefix,
    identity,
    homeFolder: rig.onLinux(HOME),
    ownHome: false,
    manager,
    updates: {
      stateRoot: journalsFor(rig, identity.service, path.dirname(path.dirname(manager.logPath(identity)))),
      processes: posixProcesses,
      files: { inUse: async () => undefined },
      manager,
    },
    respawnedBy: 'the rebuilt SCM',
    gatewayCommand: [rig.node, `${PROGRAM}\\gateway.mjs`, 'gateway', 'run'],
    updateCommand: [process.execPath, path.join(program, 'update.mjs')],
    outerEnv: process.env,
    ask: verb => manager.askGateway(identity, verb),
    kill: manager.kill,
    processes: async () => (await manager.processes()).map(({ pid, program: command }) => ({ pid, command })),
    // Under Wine a removed folder that is watched stays, empty, until nobody watches it any more; whatever lies in it has a longer name.
    kept: async () => (await manager.leftovers()).filter(name => name !== identity.service),
    dispose: () => dispose(rig, manager, () => manager.uninstall(identity)),
  };
}

/**
 * The updater and its command run on this side: no runner inside may take the PIDs in its journal and its holds for those of its own
 * processes. Only the history is that of the service.
 */
function journalsFor(rig: WineRig, service: string, stateFolder: string): string {
  const folder = path.join(rig.prefix, 'journals');
  mkdirSync(path.join(folder, service), { recursive: true });
  symlinkSync(path.join(stateFolder, 'history.jsonl'), path.join(folder, service, 'history.jsonl'));
  return folder;
}

async function dispose(rig: WineRig, manager: RemoteManager, uninstall: () => Promise<unknown>): Promise<readonly string[]> {
  const failures: string[] = [];
  const note = (what: string) => (error: unknown) => void failures.push(`${what}: ${error instanceof Error ? error.message : error}`);
  await uninstall().catch(note('switching off'));
  for (const { pid, program } of await manager.processes().catch(() => [])) failures.push(`process ${pid}: ${program}`);
  manager.close();
  await rig.dispose().catch(note('ending Wine'));
  // The server ends every program of its prefix; what it missed must not stay behind either.
  for (const { pid, command } of await endProcesses(processesOf(rig.prefix))) failures.push(`process ${pid}: ${command}`);
  return failures;
}
