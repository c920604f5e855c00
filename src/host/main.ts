/** Composition of `run` (the runner below a host) and `supervise` (the ladder where there is no SCM), and their ports to the machine. */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { formatDown, listenToHost } from '../control/host-link.ts';
import { pipeAddress } from '../control/pipe-address.ts';
import { resolveGatewayCommand, withExternalSupervisor } from '../gateway/command.ts';
import { gatewayEnvironment } from '../gateway/environment.ts';
import { type GatewayIdentity, requireHome } from '../gateway/home.ts';
import { otherService } from '../gateway/home-record.ts';
import { lockFolder, servingGateway } from '../gateway/host-gateway.ts';
import { profileVariables } from '../gateway/profile-variables.ts';
import type { Definition } from '../model/definition.ts';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import { notLaunched } from '../model/history.ts';
import type { ServiceName } from '../model/identity.ts';
import { identityOf } from '../model/identity.ts';
import { RUNNER_EXIT } from '../model/runner-exit.ts';
import { startDetached } from '../process/detach.ts';
import type { LaunchSpec } from '../process/gateway-process.ts';
import { hostCommand } from '../process/host-command.ts';
import { takeOver } from '../process/orphaned-gateway.ts';
import { thisMachine } from '../process/this-machine.ts';
import { hasExternalSupervisorOption } from '../runner/gateway-help.ts';
import { Runner } from '../runner/runner.ts';
import { lockHolder } from '../state/lock.ts';
import { StateFolder, stateRoot } from '../state/state-folder.ts';
import { userFolder } from '../state/user-folder.ts';
import { hostLog } from './host-log.ts';
import { type RunnerProcess, supervise } from './supervisor.ts';

/** Whether the SCM starts this gateway. */
export type IsServiceRegistered = (identity: GatewayIdentity, folder: StateFolder) => Promise<boolean>;

/** A gateway whose start takes longer loses its priority, in milliseconds. */
const SETTLED_MS = 3_000;

export function stateFolderOf(service: ServiceName): StateFolder {
  return new StateFolder(path.join(stateRoot(process.platform, process.env, userFolder()), service));
}

/**
 * The runner of a service, below its host. It ends this process itself; rejects where the definition cannot be read, which a restart may
 * change. Without a definition the gateway stays stopped.
 * @param asked The user started the service itself (services.msc, `sc start`): that replaces an earlier request.
 */
export async function runRunner(service: ServiceName, asked: boolean): Promise<never> {
  const folder = stateFolderOf(service);
  const log = hostLog(folder.path, 'runner');
  // Read while the Windows modules are loaded.
  const [definition, machine] = await Promise.all([requireDefinition(folder, service), thisMachine()]).catch(async error => {
    const failure = toGatewayServiceError(error);
    // Where there is no service any more, a record would create its folder again.
    if (failure.code !== 'not-installed') await folder.appendHistory(notLaunched(failure, 'failure', Date.now())).catch(() => undefined);
    // A user folder that cannot be found has no definition either, and may be found later.
    else if (existsSync(path.dirname(path.dirname(folder.path)))) return (await thisMachine()).endWithCode(RUNNER_EXIT.withoutDefinition);
    throw error;
  });
  const { processes, launch, commandLine, parentOf, isDebugged, portHolder } = machine;
  if (asked && (await folder.desired()).desired === 'stopped') await folder.writeDesired('running');
  const locks = lockFolder(process.platform, process.env, userFolder());
  const surroundings = { platform: process.platform, env: process.env, tmpdir: os.tmpdir(), uid: process.getuid?.() ?? 0 };
  const runner = new Runner({
    definition,
    folder,
    processes,
    launch,
    redefine: () => requireDefinition(folder, service),
    launchSpec: defined => launchSpec(defined, folder),
    pipeAddress: fresh => pipeAddress(folder.path, surroundings, fresh),
    commandLine,
    servedBy: defined => servingGateway(identityOf(defined), locks, processes),
    parentOf,
    isDebugged,
    portHolder,
    log: log.write,
    asked,
  });
  let hostLost = false;
  listenToHost(
    process.stdin,
    ({ reason, graceMs }) => runner.stop(reason, graceMs),
    () => {
      hostLost = true;
      runner.hostLost();
    },
  );
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => runner.signalled(signal));
  // A window needs another thread, which would slow a starting gateway down.
  Promise.race([runner.settled, delay(SETTLED_MS)])
    .then(() => machine.onSessionEnd(() => runner.sessionEnding()))
    .catch(error => log.write(`the end of the session is not watched: ${error}`));
  const code = await runner.run();
  // There is no SCM to restart a killed supervisor: its runner does.
  const alone = hostLost && definition.mechanism !== 'service' && !lockHolder(folder.supervisorLock, processes);
  if (alone && existsSync(folder.definitionPath) && (await folder.desired()).desired === 'running') {
    await startDetached([...hostCommand(), 'supervise', '--service', service], folder.path);
  }
  await log.flush();
  return machine.endWithCode(code);
}

/** The supervisor of a service. Resolves when the gateway is to stay stopped, with false when another host is in charge. */
export async function runSupervisor(service: ServiceName, isServiceRegistered: IsServiceRegistered): Promise<boolean> {
  const folder = stateFolderOf(service);
  const definition = await requireDefinition(folder, service);
  if (await isSuperseded(definition, folder, isServiceRegistered)) return false;
  const ending = new Promise<string>(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(`signal ${signal}`));
  });
  // The terminal or app that started this process may end; this process continues.
  process.on('SIGHUP', () => undefined);
  const log = hostLog(folder.path, 'supervisor');
  const { processes } = await thisMachine();
  // Its file may be moved later; without one Node would be started alone.
  const command = hostCommand();
  const defined = () => folder.definition().catch(() => definition);
  const superseded = async () => ((await defined())?.mechanism ?? definition.mechanism) !== definition.mechanism;
  const inCharge = await supervise({
    folder,
    processes,
    recovery: async () => ((await superseded()) ? undefined : (await defined())?.recovery),
    superseded,
    startRunner: () => startRunner(command, folder),
    // One that another service keeps now stays.
    endOrphan: async () => {
      const { home } = definition;
      if (!(await folder.definition()) && !(await otherService(home, folder))) await takeOver(home, processes);
    },
    program: command.at(-1) ?? process.execPath,
    ending,
    log: log.write,
  });
  await log.flush();
  return inCharge;
}

/** Whether the service is in charge: a Startup entry that an interrupted takeover left must not start a second host. */
async function isSuperseded(definition: Definition, folder: StateFolder, isServiceRegistered: IsServiceRegistered): Promise<boolean> {
  if (definition.mechanism !== 'startup') return definition.mechanism === 'service';
  return isServiceRegistered(identityOf(definition), folder);
}

function startRunner(command: readonly string[], folder: StateFolder): RunnerProcess {
  const [program = '', ...args] = command;
  const file = command.at(-1) ?? program;
  // Without the script Node would start and fail without a record.
  const missing = !existsSync(file);
  // Its own session: Ctrl+C in the terminal of a foreground supervisor reaches the runner as a stop, not as a signal. On Windows a
  // process that is not detached dies with its parent, by a job of Node's; this runner restarts a killed supervisor.
  const child = spawn(missing ? file : program, [...args, 'run', '--service', folder.service], {
    cwd: folder.path,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    windowsHide: true,
  });
  child.stdin.on('error', () => undefined);
  const notStarted = async (error: unknown) => {
    const remedy = 'Run "hermes-gateway start" with the present program, which takes over.';
    const failure = missing ? new GatewayServiceError('service-program-missing', `(${file})`, { remedy }) : toGatewayServiceError(error);
    await folder.appendHistory(notLaunched(failure, 'failure', Date.now())).catch(() => undefined);
    return null;
  };
  return {
    pid: child.pid ?? 0,
    exit: new Promise(resolve => {
      child.once('error', error => resolve(notStarted(error)));
      child.once('exit', code => resolve(code));
    }),
    down: message => child.stdin.write(formatDown(message)),
  };
}

async function requireDefinition(folder: StateFolder, service: ServiceName): Promise<Definition> {
  const definition = await folder.definition();
  if (!definition) throw new GatewayServiceError('not-installed', `(${service})`);
  return definition;
}

async function launchSpec(definition: Definition, folder: StateFolder): Promise<LaunchSpec> {
  const identity = identityOf(definition);
  // A gateway creates its home: without this check it would create a deleted profile again.
  requireHome(identity);
  const { gatewayCommand: override } = definition;
  const plain = resolveGatewayCommand(identity, {
    platform: process.platform,
    env: process.env,
    exists: existsSync,
    ...(override && { override }),
  });
  const externalSupervisor = await hasExternalSupervisorOption(plain, folder, identity.home);
  const { argv, cwd, venv, repo } = externalSupervisor ? withExternalSupervisor(plain) : plain;
  const withheld = profileVariables(process.env);
  const env = gatewayEnvironment(process.env, identity, { withheld, externalSupervisor, ...(venv && { venv }), ...(repo && { repo }) });
  return { argv, cwd, env };
}
