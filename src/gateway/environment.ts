/**
 * The environment of a gateway: what Hermes' own launchers set (`hermes_cli/gateway_windows.py`), and nothing of the host process or of
 * another profile. A profile that inherits the default profile's variables takes over its bots.
 */

import path from 'node:path';
import type { GatewayIdentity } from '../model/identity.ts';
import { DEFAULT_PROFILE } from '../model/profile.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Facts of the machine that every profile shares. All other `HERMES_*` variables describe one process and are dropped. */
const MACHINE_WIDE: ReadonlySet<string> = new Set([
  'HERMES_CA_BUNDLE',
  'HERMES_DATA_DIR_SUFFIX',
  'HERMES_GATEWAY_LOCK_DIR',
  'HERMES_GIT_BASH_PATH',
  'HERMES_LANGUAGE',
  'HERMES_NODE',
  'HERMES_OPTIONAL_SKILLS',
  'HERMES_SHARED_AUTH_DIR',
  'HERMES_TIMEZONE',
]);

/** Variables of the program that started this one: Hermes' process stamps, Electron, Node, the Python that ran a command line. */
const FOREIGN =
  /^(_?HERMES_|ELECTRON_|CHROME_CRASHPAD_|(NODE_OPTIONS|NODE_CHANNEL_FD|NODE_UNIQUE_ID|NODE_REPL_.*|VIRTUAL_ENV|PYTHONHOME)$)/;

const isForeign = (key: string): boolean => FOREIGN.test(key) && !MACHINE_WIDE.has(key);

/** Variables of one terminal or shell, which no gateway needs: they differ from each command to the next. */
const OF_A_TERMINAL =
  /^(_|SHLVL|(OLD)?PWD|INIT_CWD|NODE|COLOR|(COLOR)?TERM|TERM_.*|COLUMNS|LINES|WINDOWID|TMUX.*|STY|VTE_.*|KONSOLE_.*|ITERM_.*|GPG_TTY|SSH_(CLIENT|CONNECTION|TTY)|XDG_SESSION_.*|npm_.*|INVOCATION_ID|JOURNAL_STREAM|SYSTEMD_EXEC_PID)$/;

/** Set for every gateway that is kept by something, and inherited by the processes below it. */
export const SUPERVISED_CHILD = 'HERMES_SUPERVISED_CHILD';

export interface GatewayEnvironmentOptions {
  readonly platform?: NodeJS.Platform;
  /** The virtual environment of a classic installation. */
  readonly venv?: string;
  /** The checkout of a classic installation: goes before the existing PYTHONPATH. */
  readonly repo?: string;
  /** Variables that the process above set for its own profile: `profileVariables`. */
  readonly withheld?: (name: string) => boolean;
  /** This Hermes supports external supervisors: a chat `/restart` then exits with 75 instead of starting a second gateway. */
  readonly externalSupervisor?: boolean;
}

/** The whole environment for the gateway of `identity`, made from this process's own. Like Windows, it ignores the case of names. */
export function gatewayEnvironment(
  base: Environment,
  identity: GatewayIdentity,
  options: GatewayEnvironmentOptions = {},
): Record<string, string> {
  const { platform = process.platform, venv, repo, withheld, externalSupervisor = false } = options;
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const set: Record<string, string> = {
    HERMES_HOME: identity.home,
    PYTHONIOENCODING: 'utf-8',
    HERMES_GATEWAY_DETACHED: '1',
    [SUPERVISED_CHILD]: '1',
  };
  // Hermes 0.19 knows only this older name for "do not follow the sticky active profile"; without it the default gateway uses
  // another profile.
  if (identity.profile === DEFAULT_PROFILE) set['HERMES_S6_SUPERVISED_CHILD'] = '1';
  if (externalSupervisor) set['HERMES_GATEWAY_EXTERNAL_SUPERVISOR'] = '1';
  if (venv !== undefined) set['VIRTUAL_ENV'] = venv;
  if (repo !== undefined) set['PYTHONPATH'] = [repo, variable(base, 'PYTHONPATH', platform)].filter(Boolean).join(paths.delimiter);

  // Python writes to a pipe in blocks: the last words before a crash would be lost. The user may have set another value.
  const kept: Record<string, string> = { PYTHONUNBUFFERED: '1' };
  for (const [name, value] of Object.entries(base)) {
    const key = platform === 'win32' ? name.toUpperCase() : name;
    if (value === undefined || Object.hasOwn(set, key)) continue;
    if (isForeign(key)) continue;
    // Each gateway reads the `.env` of its own profile itself.
    if (withheld?.(name)) continue;
    kept[name] = value;
  }
  return { ...kept, ...set };
}

/** An environment for a process outside of the gateway: without what describes the gateway's own process and its profile. */
export function outsideGateway(env: Environment, withheld: (name: string) => boolean): Record<string, string | undefined> {
  const isKept = (name: string) => !/^_?HERMES_/.test(name) || name === 'HERMES_HOME' || MACHINE_WIDE.has(name);
  return Object.fromEntries(Object.entries(env).filter(([name]) => isKept(name.toUpperCase()) && !withheld(name)));
}

/** The names of the variables that differ for a gateway started with one environment or with the other; in order, for POSIX. */
export function differingVariables(one: Environment, other: Environment): string[] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return names.filter(name => one[name] !== other[name] && !isForeign(name) && !OF_A_TERMINAL.test(name)).sort();
}

/** A variable of `env`; on Windows whatever the case of its name. */
export function variable(env: Environment, name: string, platform: NodeJS.Platform): string | undefined {
  if (platform !== 'win32' || env[name] !== undefined) return env[name];
  const key = Object.keys(env).find(each => each.toUpperCase() === name);
  return key === undefined ? undefined : env[key];
}
