/**
 * Which variables of an environment belong to a profile of Hermes. A process of Hermes reads the `.env` of its profile into its own
 * environment, and each process below it inherits that: a gateway of another profile that gets it takes over the bots of the first.
 * What counts is where the environment comes from, and the name: the user's own environment may contain the same name and value.
 */

import os from 'node:os';
import path from 'node:path';
import { DEFAULT_PROFILE } from '../model/profile.ts';
import { dotenvNames } from './dotenv.ts';
import { type Environment, SUPERVISED_CHILD, variable } from './environment.ts';
import { listProfiles, resolveHermesRoot } from './home.ts';
import { readBytes } from './tolerant-json.ts';

/** Set by Hermes for all processes below a gateway, or below its command line (`HERMES_AGENT`, since 0.20). */
const MARKS = ['_HERMES_GATEWAY', SUPERVISED_CHILD, 'HERMES_GATEWAY_DETACHED', 'HERMES_AGENT'];

/** What Hermes reads into its environment: `load_hermes_dotenv` in `hermes_cli/env_loader.py`. */
const FILES = ['.env', '.op.env'];

/** What it sets from `config.yaml`: `_bridge_config_to_env` in `gateway/run.py`. */
const FROM_CONFIG = /^(AUXILIARY|TERMINAL)_/i;

/** Needed by every program, or the same for every profile: kept, although a `.env` can contain `PATH=/opt/bin:${PATH}` or a proxy. */
const OF_THE_MACHINE =
  /^(PATH|PATHEXT|HOME|USER|USERNAME|USERPROFILE|LOGNAME|SHELL|PWD|LANG|LC_.*|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|WINDIR|COMSPEC|(LOCAL)?APPDATA|XDG_.*|SSL_CERT_(FILE|DIR)|(HTTPS?|ALL|NO)_PROXY)$/i;

/** Whether a variable of `env` belongs to a profile, by its name, in any case. Never where `env` comes from the user and not from Hermes. */
export function profileVariables(
  env: Environment,
  { platform = process.platform, homedir = os.homedir() } = {},
): (name: string) => boolean {
  if (!MARKS.some(mark => variable(env, mark, platform))) return () => false;
  const names = new Set(
    homesOf(env, platform, homedir)
      .flatMap(namesIn)
      .map(name => name.toUpperCase()),
  );
  return name => (names.has(name.toUpperCase()) || FROM_CONFIG.test(name)) && !OF_THE_MACHINE.test(name);
}

/** All profiles of that Hermes: one gateway can serve them all. */
function homesOf(env: Environment, platform: NodeJS.Platform, homedir: string): string[] {
  try {
    const { root } = resolveHermesRoot({ platform, env, homedir });
    return listProfiles(root, platform).map(profile => (profile === DEFAULT_PROFILE ? root : path.join(root, 'profiles', profile)));
  } catch {
    return [];
  }
}

/** Bytes that are no UTF-8 are in values only; Hermes reads them as Latin-1. */
function namesIn(home: string): string[] {
  return FILES.flatMap(file => dotenvNames(new TextDecoder().decode(readBytes(path.join(home, file)))));
}
