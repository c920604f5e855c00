/**
 * Makes manager and identities of this system for the CLI. The only file of the CLI that depends on the system.
 */

import path from 'node:path';
import { outsideGateway } from '../gateway/environment.ts';
import { type GatewayIdentity, gatewayIdentity, listProfiles, profileIdentity, resolveHermesRoot } from '../gateway/home.ts';
import { profileVariables } from '../gateway/profile-variables.ts';
import { gatewayCommand, type SystemManager, systemManager } from '../manager/system-manager.ts';
import { attempt } from '../model/attempt.ts';
import { GatewayServiceError } from '../model/errors.ts';
import { identityOf } from '../model/identity.ts';
import { poll } from '../model/poll.ts';
import { hostCommand } from '../process/host-command.ts';
import { thisMachine } from '../process/this-machine.ts';
import { definedServices, StateFolder, stateRoot } from '../state/state-folder.ts';
import { userFolder } from '../state/user-folder.ts';
import { singleExecutable } from '../windows/single-executable.ts';
import type { Composition, Selection } from './context.ts';
import { fileOutput } from './inside.ts';
import { type InstallerPorts, runInstaller } from './installer.ts';
import { runCli } from './program.ts';
import { flushed, processTerminal } from './terminal.ts';
import { startUpdateProcess, terminalAbove } from './update-process.ts';
import { VERSION } from './version.ts';

export interface CompositionSources extends SystemManager {
  readonly platform?: NodeJS.Platform;
  readonly env?: NodeJS.ProcessEnv;
  readonly homedir?: string;
}

export function createComposition(sources: CompositionSources): Composition {
  const { platform = process.platform, env = process.env, homedir = userFolder() } = sources;
  const { readUserEnvironment, isNameTaken, manager, updates, lacking, isInside } = sources;
  const states = stateRoot(platform, env, homedir);
  const state = (identity: GatewayIdentity) => new StateFolder(path.join(states, identity.service));
  const root = ({ home }: Selection) => resolveHermesRoot({ platform, env, homedir, home, readUserEnvironment, isNameTaken });

  return {
    identity: selection => {
      const found = root(selection);
      return selection.profile === undefined ? gatewayIdentity(found, platform) : profileIdentity(found, selection.profile, platform);
    },
    identities: async selection => {
      const found = root(selection);
      const profiles = listProfiles(found.root, platform).map(profile => profileIdentity(found, profile, platform));
      const identities = [...profiles, ...(await definedIdentities(states))];
      return [...new Map(identities.map(identity => [identity.service, identity])).values()];
    },
    manager,
    lacking: ({ service }) => lacking?.(service) ?? [],
    state,
    updates,
    isInside,
    runOutside: async (file, argv) => {
      const { startOutside } = await thisMachine();
      await startOutside(
        [...hostCommand(), 'outside', String(process.pid), file, ...argv],
        process.cwd(),
        outsideGateway(env, profileVariables(env, { platform, homedir })),
      );
    },
    gatewayCommand: (identity, override) => gatewayCommand(identity, override, { platform, env }),
  };
}

/** The identities of all readable definitions. */
async function definedIdentities(states: string): Promise<GatewayIdentity[]> {
  const names = await definedServices(states);
  const definitions = await Promise.all(names.map(name => new StateFolder(path.join(states, name)).definition().catch(() => undefined)));
  return definitions.flatMap(definition => (definition ? [identityOf(definition)] : []));
}

const thisStateRoot = () => stateRoot(process.platform, process.env, userFolder());

/** For the help, which is printed in any surroundings. */
const shownStateRoot = () => attempt(thisStateRoot) ?? stateRoot('linux', {}, '$HOME');

async function composition(): Promise<Composition> {
  const options = { stateRoot: thisStateRoot(), hostCommand: hostCommand() };
  // Built executables register a copy of themselves, which only an elevated step makes; the development script registers itself.
  if (process.platform !== 'win32' || !singleExecutable()) return createComposition(await systemManager(options));
  const { directElevation } = await import('../elevation/direct-elevation.ts');
  return createComposition(await systemManager({ ...options, elevation: directElevation(options.hostCommand) }));
}

/** The commands of the app's installer, on this system. */
export function runInstallerProgram(argv: readonly string[]): Promise<number> {
  return runInstaller(argv, async () => {
    const { identities, manager, updates } = await composition();
    const rights = process.platform === 'win32' ? await windowsRights() : NO_RIGHTS;
    return { identities: () => identities({}), manager, updates, ...rights };
  });
}

type Rights = Pick<InstallerPorts, 'isElevated' | 'removeWithConsent' | 'removeServices'>;

/** For systems on which nothing needs rights. */
const NO_RIGHTS: Rights = { isElevated: false, removeWithConsent: async () => undefined, removeServices: async () => undefined };

async function windowsRights(): Promise<Rights> {
  const [{ isElevated }, { removeWithConsent }, { elevatedStep }] = await Promise.all([
    import('../windows/security.ts'),
    import('../elevation/removal-consent.ts'),
    import('../elevation/elevated-step.ts'),
  ]);
  const removeServices = async (): Promise<void> => {
    const answer = await elevatedStep(['uninstall', '--all']);
    if (!answer.ok) throw GatewayServiceError.fromValue(answer.error);
  };
  return { isElevated: isElevated(), removeWithConsent, removeServices };
}

/** The command line for people, on this system. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  const compose = async () => ({ ...(await composition()), startUpdateProcess });
  const code = await runCli(argv, { terminal, compose, stateRoot: shownStateRoot(), version: VERSION });
  await flushed(terminal);
  return code;
}

/** The command line of an `update`, in a process that outlives the one that the user has started: `update-process TERMINAL ARGV`. */
export async function runUpdateProcess([above = '', ...argv]: readonly string[]): Promise<number> {
  const terminal = terminalAbove(above, processTerminal());
  const code = await runCli(argv, { terminal, compose: () => composition(), stateRoot: shownStateRoot(), version: VERSION });
  await flushed(terminal);
  return code;
}

/** How long the command below the gateway may take to answer, in milliseconds. */
const ANSWER_MS = 10_000;

/** A command line for people that came from below a gateway, in a process outside of it: `outside PID-OF-THE-CALLER FILE ARGV`. */
export async function runOutside([caller = '', file = '', ...argv]: readonly string[]): Promise<number> {
  const stream = fileOutput(file);
  stream.write(`PID ${process.pid}: hermes-gateway ${argv.join(' ')}\n`);
  // The agent gets its answer before its gateway is stopped.
  const { processes } = await thisMachine();
  await poll(() => !processes.isAlive(Number(caller)), { what: 'the answer', deadlineMs: ANSWER_MS }).catch(() => undefined);
  const terminal = { ...processTerminal(), stdout: stream, stderr: stream };
  const compose = async () => ({ ...(await composition()), isInside: () => false });
  const code = await runCli(argv, { terminal, compose, stateRoot: shownStateRoot(), version: VERSION });
  stream.write(`Exit code ${code}.\n`);
  return code;
}
