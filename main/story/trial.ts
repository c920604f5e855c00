/**
 * A trial: one gateway service on this computer that touches nothing of its user. Home, state, sockets and the gateway's program lie in
 * one throw-away folder, and `dispose` leaves neither a process nor a file.
 */

import { copyFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { GatewayServiceController } from '../../src/desktop/controller.ts';
import type { Snapshot } from '../../src/desktop/ipc.ts';
import { resolveGatewayCommand } from '../../src/gateway/command.ts';
import { type GatewayIdentity, gatewayIdentity, requireHome, resolveHermesRoot } from '../../src/gateway/home.ts';
import { livingGateway } from '../../src/gateway/identity-files.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { EmbeddedManager } from '../../src/process/embedded-manager.ts';
import { GatewayServiceError } from '../../src/service/errors.ts';
import type { GatewayManager } from '../../src/service/manager.ts';
import { StateFolder, stateRoot } from '../../src/service/state-folder.ts';
import { createStandIn, type TryIt } from '../try-it.ts';
import { endProcesses, processesOf, type TrialProcess } from './trial-processes.ts';

export type GatewayKind = 'sample' | 'hermes';

export interface TrialOptions {
  readonly gateway: GatewayKind;
  /** A home to use instead of a throw-away one; what its gateway writes there stays. */
  readonly home?: string;
  /** The root of this project: where the sample gateway and the entry script are. */
  readonly root: string;
}

export interface Trial {
  readonly gateway: GatewayKind;
  readonly folder: string;
  readonly identity: GatewayIdentity;
  readonly manager: GatewayManager;
  readonly controller: GatewayServiceController;
  readonly state: StateFolder;
  /** Environment of this process before the trial. */
  readonly outerEnv: NodeJS.ProcessEnv;
  /** Run in the place of an updater. */
  readonly updateCommand: readonly string[];
  attempt(what: TryIt): Promise<Snapshot>;
  /** The living processes of this trial, asked from the system. */
  processes(): readonly TrialProcess[];
  /** Stops and removes everything. Resolves with what it could not remove. */
  dispose(): Promise<readonly string[]>;
}

/** How often the trial's gateway is asked whether it answers, in milliseconds: short, so that a hang shows within seconds. */
const PROBE_MS = 250;
/** A socket's whole path has room for about 100 bytes: a long temporary folder has none for ours. */
const MAX_TEMPORARY_BYTES = 40;

/** @throws GatewayServiceError where the system has no such mechanism, the home is missing or in use, or there is no gateway program */
export function openTrial({ gateway, home, root }: TrialOptions): Trial {
  if (process.platform === 'win32')
    throw new GatewayServiceError('unsupported', '(this trial needs the supervisor of Linux and macOS)', {
      remedy: 'On Windows try the service itself: "npm run build", then "node dist/src/cli/hermes-gateway.js install".',
    });
  const outerEnv = { ...process.env };
  const temporary = Buffer.byteLength(os.tmpdir()) <= MAX_TEMPORARY_BYTES ? os.tmpdir() : '/tmp';
  const folder = mkdtempSync(path.join(realpathSync(temporary), 'hermes-trial-'));
  try {
    const identity = gatewayIdentity(
      resolveHermesRoot({ platform: process.platform, env: {}, homedir: os.homedir(), home: home ?? path.join(folder, 'home') }),
    );
    if (home === undefined) mkdirSync(identity.home);
    requireHome(identity);
    refuseUsed(identity);
    mkdirSync(path.join(folder, 'run'), { mode: 0o700 });
    // Supervisor and runner inherit these, and find the trial's state by them.
    Object.assign(process.env, { XDG_STATE_HOME: path.join(folder, 'state'), XDG_RUNTIME_DIR: path.join(folder, 'run') });
    return compose({ gateway, folder, identity, outerEnv, root });
  } catch (error) {
    restoreEnv(outerEnv);
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** A gateway that runs there already would give way to the trial's: nobody asked for that. */
function refuseUsed({ home }: GatewayIdentity): void {
  const living = livingGateway(home, posixProcesses);
  if (!living) return;
  const remedy = 'Stop that gateway first, or leave out --home to use a throw-away home.';
  throw new GatewayServiceError('busy', `(a gateway with PID ${living.pid} runs in ${home})`, { remedy });
}

function compose({
  gateway,
  folder,
  identity,
  outerEnv,
  root,
}: Pick<Trial, 'gateway' | 'folder' | 'identity' | 'outerEnv'> & { root: string }): Trial {
  const commandOf = (override: readonly string[] | undefined) =>
    resolveGatewayCommand(identity, { platform: process.platform, env: outerEnv, exists: existsSync, ...(override && { override }) }).argv;
  const sample = gateway === 'sample' ? copySample(root, folder) : undefined;
  const states = stateRoot(process.platform, process.env, os.homedir());
  const manager = new EmbeddedManager({
    stateRoot: states,
    hostCommand: [process.execPath, path.join(root, 'dist/src/cli/hermes-gateway.js')],
    processes: posixProcesses,
    checkCommand: (_identity, override) => commandOf(override),
  });
  const gatewayCommand = sample?.gatewayCommand ?? commandOf(undefined);
  const controller = new GatewayServiceController({
    manager,
    identities: [identity],
    installOptions: { probeMs: PROBE_MS, ...(sample && { gatewayCommand }) },
  });
  const updateCommand = sample?.updateCommand ?? [gatewayCommand[0] ?? '', '--version'];

  return {
    gateway,
    folder,
    identity,
    manager,
    controller,
    outerEnv,
    updateCommand,
    state: new StateFolder(path.join(states, identity.serviceName)),
    attempt: createStandIn({ manager, controller, identity, updateCommand }),
    processes: () => processesOf(folder),
    dispose: () => dispose(manager, identity, folder).finally(() => restoreEnv(outerEnv)),
  };
}

function restoreEnv({ XDG_STATE_HOME: state, XDG_RUNTIME_DIR: run }: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries({ XDG_STATE_HOME: state, XDG_RUNTIME_DIR: run })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** The sample gateway as a copy of the trial's own, so that an update of it changes nothing else. */
function copySample(root: string, folder: string) {
  const program = path.join(folder, 'gateway');
  mkdirSync(program);
  for (const name of ['gateway.mjs', 'update.mjs'])
    copyFileSync(path.join(root, 'examples/sample-gateway', name), path.join(program, name));
  writeFileSync(path.join(program, 'VERSION'), 'sample 1\n');
  return {
    gatewayCommand: [process.execPath, path.join(program, 'gateway.mjs'), 'gateway', 'run'],
    updateCommand: [process.execPath, path.join(program, 'update.mjs')],
  };
}

async function dispose(manager: GatewayManager, identity: GatewayIdentity, folder: string): Promise<readonly string[]> {
  const failures: string[] = [];
  try {
    await manager.uninstall(identity);
  } catch (error) {
    failures.push(`switching off: ${error instanceof Error ? error.message : error}`);
  }
  // What an uninstall missed must not stay behind either; that there was something is said.
  failures.push(...(await endProcesses(processesOf(folder))).map(({ pid, command }) => `process ${pid}: ${command}`));
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  return failures;
}
