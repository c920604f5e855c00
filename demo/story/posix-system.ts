/**
 * The system of a trial on Linux and macOS: their supervisor. Home, state, sockets and the gateway program are in one
 * temporary folder; `dispose` ends every process and deletes every file of the trial.
 */

import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { resolveGatewayCommand } from '../../src/gateway/command.ts';
import { controlPath, request } from '../../src/gateway/control-socket.ts';
import { type GatewayIdentity, gatewayIdentity, requireHome, resolveHermesRoot } from '../../src/gateway/home.ts';
import { livingGateway } from '../../src/gateway/identity-files.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { embeddedManager } from '../../src/manager/system-manager.ts';
import { attempt } from '../../src/model/attempt.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { stateRoot } from '../../src/state/state-folder.ts';
import { copySample } from './sample-program.ts';
import { endProcesses, processesOf } from './trial-processes.ts';
import type { CommandDocument, NamedProfile, SystemOptions, TrialSystem } from './trial-system.ts';

const NAMED_PROFILE = 'work';
/** The path of a socket is limited to about 100 bytes, so a longer temporary folder cannot be used. */
const MAX_TEMPORARY_BYTES = 40;

/** @throws GatewayServiceError where the home is missing or in use, or there is no gateway program */
export function openPosixSystem({ gateway, home, root }: SystemOptions): TrialSystem {
  const outerEnv = { ...process.env };
  const temporary = Buffer.byteLength(os.tmpdir()) <= MAX_TEMPORARY_BYTES ? os.tmpdir() : '/tmp';
  const folder = mkdtempSync(path.join(realpathSync(temporary), 'hermes-trial-'));
  try {
    const identity = gatewayIdentity(
      resolveHermesRoot({ platform: process.platform, env: {}, homedir: os.homedir(), home: home ?? path.join(folder, 'home') }),
    );
    if (home === undefined) mkdirSync(identity.home);
    // In the user's own home no profile is made.
    const withProfile = gateway === 'hermes' && home === undefined;
    requireHome(identity);
    refuseUsed(identity);
    mkdirSync(path.join(folder, 'run'), { mode: 0o700 });
    // Supervisor and runner inherit these, and so use the state of the trial.
    Object.assign(process.env, { XDG_STATE_HOME: path.join(folder, 'state'), XDG_RUNTIME_DIR: path.join(folder, 'run') });
    const place = `in ${home === undefined ? 'a temporary home' : identity.home} (${folder})`;
    return compose({ gateway, place, folder, identity, ownHome: home !== undefined, outerEnv, root }, withProfile);
  } catch (error) {
    restoreEnv(outerEnv);
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The trial must not stop a gateway that already runs in the given home. */
function refuseUsed({ home }: GatewayIdentity): void {
  const living = livingGateway(home, posixProcesses);
  if (!living) return;
  const remedy = 'Stop that gateway first, or leave out --home to use a temporary home.';
  throw new GatewayServiceError('busy', `(a gateway with PID ${living.pid} runs in ${home})`, { remedy });
}

function compose(
  { root, ...given }: Pick<TrialSystem, 'gateway' | 'place' | 'folder' | 'identity' | 'ownHome' | 'outerEnv'> & { root: string },
  withProfile: boolean,
): TrialSystem {
  const { gateway, folder, identity, outerEnv } = given;
  const commandOf = (override: readonly string[] | undefined) =>
    resolveGatewayCommand(identity, { platform: process.platform, env: outerEnv, exists: existsSync, ...(override && { override }) }).argv;
  const states = stateRoot(process.platform, process.env, os.homedir());
  const hostCommand = [process.execPath, path.join(root, 'dist/host/hermes-gateway.cjs')] as const;
  const manager = embeddedManager({
    stateRoot: states,
    hostCommand,
    processes: posixProcesses,
    checkCommand: (_identity, override) => commandOf(override),
  });
  const named = withProfile ? namedProfile(identity.home, hostCommand) : undefined;
  if (named) {
    // Before the gateway starts, which serves only the profiles that it finds then. Without `gateway run`.
    const [hermes = '', ...args] = commandOf(undefined).slice(0, -2);
    const env = { ...outerEnv, HERMES_HOME: identity.home };
    // A Hermes that cannot do this fails in a step.
    attempt(() => execFileSync(hermes, [...args, 'profile', 'create', named.name, '--no-alias'], { env, stdio: 'ignore' }));
  }
  const program = path.join(folder, 'gateway');
  if (gateway === 'sample') copySample(root, program);

  return {
    ...given,
    ...(gateway === 'sample'
      ? {
          gatewayCommand: [process.execPath, path.join(program, 'gateway.mjs'), 'gateway', 'run'],
          updateCommand: [process.execPath, path.join(program, 'update.mjs')],
        }
      : { updateCommand: [commandOf(undefined)[0] ?? '', '--version'] }),
    ...(named && { named }),
    homeFolder: identity.home,
    manager,
    // On these systems a running program file can be replaced.
    updates: { stateRoot: states, processes: posixProcesses, files: { inUse: async () => undefined }, manager },
    ask: verb => request(controlPath(identity.home), verb),
    kill: async pid => void process.kill(pid, 'SIGKILL'),
    processes: async () => processesOf(folder),
    kept: async () => [states, path.join(folder, 'run', 'hermes-gateway')].flatMap(entriesOf),
    dispose: () => dispose({ manager, identity, folder, named }).finally(() => restoreEnv(outerEnv)),
  };
}

function namedProfile(home: string, [program, script]: readonly [string, string]): NamedProfile {
  const run = promisify(execFile);
  return {
    name: NAMED_PROFILE,
    run: async verb => {
      const args = [script, '--home', home, '--profile', NAMED_PROFILE, '--json', verb];
      // A refusal ends with another code than 0, and prints a document too.
      const { stdout } = await run(program, args).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }));
      return JSON.parse(stdout) as CommandDocument;
    },
  };
}

function restoreEnv({ XDG_STATE_HOME: state, XDG_RUNTIME_DIR: run }: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries({ XDG_STATE_HOME: state, XDG_RUNTIME_DIR: run })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

function entriesOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map(name => path.join(folder, name)) : [];
}

interface Leaving extends Pick<TrialSystem, 'manager' | 'identity' | 'folder'> {
  readonly named: NamedProfile | undefined;
}

async function dispose({ manager, identity, folder, named }: Leaving): Promise<readonly string[]> {
  const failures: string[] = [];
  try {
    await named?.run('uninstall');
    await manager.uninstall(identity);
  } catch (error) {
    failures.push(`switching off: ${error instanceof Error ? error.message : error}`);
  }
  // Processes that the uninstall missed are ended and reported.
  failures.push(...(await endProcesses(processesOf(folder))).map(({ pid, command }) => `process ${pid}: ${command}`));
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  return failures;
}
