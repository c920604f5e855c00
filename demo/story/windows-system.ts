/**
 * The system of a trial on Windows: the sign-in start, which asks nobody, or the Windows service with Windows' own consent. Home and gateway
 * program are in one temporary folder. The state is where that of every service is, because Explorer starts the supervisor with its own
 * environment; the service has the name of the temporary home, and its uninstall removes it.
 */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { windowsElevation } from '../../src/elevation/windows-elevation.ts';
import { controlPath, request } from '../../src/gateway/control-socket.ts';
import { gatewayIdentity, requireHome, resolveHermesRoot } from '../../src/gateway/home.ts';
import { systemManager } from '../../src/manager/system-manager.ts';
import { attempt } from '../../src/model/attempt.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { stateRoot } from '../../src/state/state-folder.ts';
import { userFolder } from '../../src/state/user-folder.ts';
import { commandLineOf, isAlive, listProcesses } from '../../src/windows/process-info.ts';
import { startupFolder } from '../../src/windows/startup-folder.ts';
import { copySample } from './sample-program.ts';
import { endProcesses, type TrialProcess } from './trial-processes.ts';
import type { SystemOptions, TrialSystem } from './trial-system.ts';

/** @throws GatewayServiceError where the home is missing or in use */
export async function openWindowsSystem({ gateway, home, root, service: asService }: SystemOptions): Promise<TrialSystem> {
  if (gateway === 'hermes')
    throw new GatewayServiceError('unsupported', '(on Windows a trial has only the sample gateway)', {
      remedy: 'Leave out --gateway. "hermes-gateway install" turns on the service for your Hermes.',
    });
  const folder = realpathSync.native(mkdtempSync(path.join(os.tmpdir(), 'hermes-trial-')));
  try {
    const identity = gatewayIdentity(
      resolveHermesRoot({ platform: 'win32', env: {}, homedir: userFolder(), home: home ?? path.join(folder, 'home') }),
      'win32',
    );
    if (home === undefined) mkdirSync(identity.home);
    requireHome(identity);
    const states = stateRoot('win32', process.env, userFolder());
    const hostCommand = [process.execPath, path.join(root, 'dist/host/hermes-gateway.cjs')];
    const { manager, updates } = await systemManager({
      stateRoot: states,
      hostCommand,
      only: asService ? 'service' : 'startup',
      elevation: windowsElevation(hostCommand),
    });
    const { phase } = await manager.status(identity);
    if (phase !== 'not-installed') {
      const remedy = 'Stop that gateway first, or leave out --home to use a temporary home.';
      throw new GatewayServiceError('busy', `(a gateway is in charge of ${identity.home}: ${phase})`, { remedy });
    }
    const program = path.join(folder, 'gateway');
    copySample(root, program);
    const processes = () => ofTrial(runningProcesses(), { folder, service: identity.service });
    return {
      gateway,
      place: `as ${asService ? 'a Windows service' : 'a sign-in start'}, in ${home === undefined ? 'a temporary home' : identity.home} (${folder})`,
      folder,
      identity,
      homeFolder: identity.home,
      ownHome: home !== undefined,
      manager,
      updates,
      gatewayCommand: [process.execPath, path.join(program, 'gateway.mjs'), 'gateway', 'run'],
      updateCommand: [process.execPath, path.join(program, 'update.mjs')],
      outerEnv: process.env,
      ask: verb => request(controlPath(identity.home), verb),
      kill: async pid => void process.kill(pid, 'SIGKILL'),
      processes: async () => processes(),
      kept: async () => [path.join(states, identity.service), startupFolder()].flatMap(place => entriesOf(place, identity.service)),
      dispose: () => dispose(() => manager.uninstall(identity), processes, folder),
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Running {
  readonly pid: number;
  /** Empty where this user may not read it. */
  readonly argv: readonly string[];
}

const runningProcesses = (): readonly Running[] =>
  listProcesses().map(({ pid }) => ({ pid, argv: attempt(() => commandLineOf(pid)) ?? [] }));

/** The host and the runner name the service, the gateway and its updater the folder. Processes that print help end by themselves. */
export function ofTrial(running: readonly Running[], { folder, service }: { folder: string; service: string }): readonly TrialProcess[] {
  const isOurs = ({ argv }: Running) => {
    const named = argv[argv.indexOf('--service') + 1] === service && argv.includes('--service');
    return (named || argv.some(argument => path.win32.dirname(argument).startsWith(folder))) && !argv.includes('--help');
  };
  return running.filter(each => each.pid !== process.pid && isOurs(each)).map(({ pid, argv }) => ({ pid, command: argv.join(' ') }));
}

/** Files in the state folder, or entries of this service in a folder of others. */
function entriesOf(folder: string, service: string): string[] {
  const names = existsSync(folder) ? (attempt(() => readdirSync(folder)) ?? []) : [];
  return names.filter(name => path.basename(folder) === service || name.startsWith(service)).map(name => path.join(folder, name));
}

async function dispose(
  uninstall: () => Promise<unknown>,
  processes: () => readonly TrialProcess[],
  folder: string,
): Promise<readonly string[]> {
  const failures: string[] = [];
  await uninstall().catch((error: unknown) => void failures.push(`switching off: ${error instanceof Error ? error.message : error}`));
  // Processes that the uninstall missed are ended and reported.
  failures.push(...(await endProcesses(processes(), isAlive)).map(({ pid, command }) => `process ${pid}: ${command}`));
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  return failures;
}
