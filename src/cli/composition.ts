/**
 * Which managers exist on this system, and which gateway a command line is about. The only file of the CLI that knows concrete classes.
 */

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type CommandSources, type GatewayCommand, resolveGatewayCommand } from '../gateway/command.ts';
import { type GatewayIdentity, gatewayIdentity, type HermesRoot, listProfiles, resolveHermesRoot } from '../gateway/home.ts';
import { parseProfile } from '../gateway/profile.ts';
import { EmbeddedManager } from '../process/embedded-manager.ts';
import { hostCommand } from '../process/host-command.ts';
import { HostedManager, type HostedManagerOptions } from '../process/hosted-manager.ts';
import { thisMachine } from '../process/machine.ts';
import { definedIdentity } from '../service/definition.ts';
import { GatewayServiceError } from '../service/errors.ts';
import type { GatewayManager } from '../service/manager.ts';
import { StateFolder, stateRoot } from '../service/state-folder.ts';
import { runCli } from './program.ts';
import { flushed, processTerminal } from './terminal.ts';
import { VERSION } from './version.ts';

/** `--profile` and `--home`. */
export interface Selection {
  readonly profile?: string;
  readonly home?: string;
}

export interface Composition {
  /** @throws GatewayServiceError `profile-invalid`, `home-invalid` */
  identity(selection: Selection): GatewayIdentity;
  /** Every profile of this home, and every other gateway service of this user, installed or not. */
  identities(selection: Selection): Promise<readonly GatewayIdentity[]>;
  /** What keeps this gateway alive, or would after `install`. */
  manager(identity: GatewayIdentity): Promise<GatewayManager>;
  state(identity: GatewayIdentity): StateFolder;
  /** @throws GatewayServiceError `gateway-command-missing` */
  gatewayCommand(identity: GatewayIdentity, override?: readonly string[]): GatewayCommand;
}

export interface CompositionSources {
  readonly platform?: NodeJS.Platform;
  readonly env?: NodeJS.ProcessEnv;
  readonly homedir?: string;
  readonly readUserEnvironment?: (name: string) => string | undefined;
  /** Best first. */
  readonly managers: readonly GatewayManager[];
}

export function createComposition(sources: CompositionSources): Composition {
  const { platform = process.platform, env = process.env, homedir = os.homedir(), readUserEnvironment, managers } = sources;
  const states = stateRoot(platform, env, homedir);
  const state = (identity: GatewayIdentity) => new StateFolder(path.join(states, identity.serviceName));
  const root = ({ home }: Selection): HermesRoot =>
    resolveHermesRoot({
      platform,
      env,
      homedir,
      ...(home !== undefined && { home }),
      ...(readUserEnvironment && { readUserEnvironment }),
    });
  const ofProfile = (found: HermesRoot, name: string): GatewayIdentity => {
    const exists = existsSync(path.join(found.root, 'profiles', name.trim().toLowerCase()));
    return gatewayIdentity({ ...found, profile: parseProfile(name, { exists }) }, platform);
  };

  return {
    identity: selection => {
      const found = root(selection);
      return selection.profile === undefined ? gatewayIdentity(found, platform) : ofProfile(found, selection.profile);
    },
    identities: async selection => {
      const found = root(selection);
      const identities = [...listProfiles(found.root).map(profile => ofProfile(found, profile)), ...(await definedIdentities(states))];
      return [...new Map(identities.map(identity => [identity.serviceName, identity])).values()];
    },
    manager: identity => chooseManager(managers, identity),
    state,
    gatewayCommand: (identity, override) => commandOf(identity, override, { platform, env }),
  };
}

function commandOf(identity: GatewayIdentity, override: readonly string[] | undefined, system: Pick<CommandSources, 'platform' | 'env'>) {
  return resolveGatewayCommand(identity, { ...system, exists: existsSync, ...(override && { override }) });
}

/** The manager that has this gateway, else the best one. */
async function chooseManager(managers: readonly GatewayManager[], identity: GatewayIdentity): Promise<GatewayManager> {
  const [best] = managers;
  if (!best) throw new GatewayServiceError('unsupported', `(${process.platform})`);
  if (managers.length === 1) return best;
  const statuses = await Promise.all(managers.map(manager => manager.status(identity)));
  return managers.find((_, index) => statuses[index]?.mechanism !== 'none') ?? best;
}

/** What the readable definitions in the state folders were written for. */
async function definedIdentities(states: string): Promise<GatewayIdentity[]> {
  const names = await readdir(states).catch(() => []);
  const definitions = await Promise.all(names.map(name => new StateFolder(path.join(states, name)).definition().catch(() => undefined)));
  return definitions.flatMap(definition => (definition ? [definedIdentity(definition)] : []));
}

/** What this system has. Windows' own is loaded there only, because it brings koffi. */
async function systemSources(states: string): Promise<CompositionSources> {
  const { processes } = await thisMachine();
  const checkCommand: HostedManagerOptions['checkCommand'] = (identity, override) => commandOf(identity, override, process).argv;
  const options = { stateRoot: states, processes, checkCommand };
  if (process.platform !== 'win32') return { managers: [new EmbeddedManager({ ...options, hostCommand: hostCommand() })] };
  const [{ scmHost }, { readUserEnvironment }] = await Promise.all([
    import('../process/scm-host.ts'),
    import('../windows/user-environment.ts'),
  ]);
  return { readUserEnvironment, managers: [new HostedManager(scmHost({ hostCommand: hostCommand() }), options)] };
}

/** The command line for people, on this system. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const states = stateRoot(process.platform, process.env, os.homedir());
  const compose = async () => createComposition(await systemSources(states));
  const terminal = processTerminal();
  const code = await runCli(argv, { terminal, compose, stateRoot: states, version: VERSION });
  await flushed(process.stdout, process.stderr);
  return code;
}
