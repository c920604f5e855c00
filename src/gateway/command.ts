/**
 * How the gateway of a home is started. Two generations of Hermes are in use, and both move their Python with every update: only the
 * launcher at a fixed path is used, never a versioned path behind it.
 */

import path from 'node:path';
import { GatewayServiceError } from '../model/errors.ts';
import type { GatewayIdentity } from '../model/identity.ts';
import { DEFAULT_PROFILE } from '../model/profile.ts';
import { type Environment, variable } from './environment.ts';

export interface GatewayCommand {
  /** The program (an absolute path) and its arguments. */
  readonly argv: readonly string[];
  /** The home: it stays when an update replaces the checkout. */
  readonly cwd: string;
  /** Named by the user, the launcher of the newer generation, the virtual environment of the classic one, or `hermes` on PATH. */
  readonly source: 'override' | 'pm' | 'classic' | 'path';
  /** For `gatewayEnvironment`, where the classic generation needs them. */
  readonly venv?: string;
  readonly repo?: string;
}

export interface CommandSources {
  readonly platform: NodeJS.Platform;
  /** For PATH. */
  readonly env: Environment;
  exists(file: string): boolean;
  /** `--gateway-command`, already parsed. */
  readonly override?: readonly string[];
}

/** Runs a program and resolves with its output; the signal ends it. Rejects as `execFile` does: `code` is the exit code. */
export type RunHelp = (argv: readonly string[], options: { signal: AbortSignal }) => Promise<string>;

const SUPERVISOR_FLAG = '--external-supervisor';
/** Importing Hermes takes seconds on a slow disk. */
const HELP_TIMEOUT_MS = 20_000;
/** argparse ends with this code at an unknown command or option. */
export const USAGE_ERROR = 2;

/**
 * The command of this gateway. It never contains `--replace`, because a start must be idempotent and not a takeover, nor `--profile
 * default`, because Hermes recognizes the default gateway by the absence of that option.
 * @throws GatewayServiceError `gateway-command-missing` where there is no such program
 */
export function resolveGatewayCommand(identity: GatewayIdentity, sources: CommandSources): GatewayCommand {
  const { platform, exists, override } = sources;
  const cwd = identity.home;
  if (override !== undefined) {
    const program = override[0] ?? '';
    if (!exists(program)) {
      const remedy = 'Name a program that exists with --gateway-command, or leave it out to use the one of this Hermes home.';
      throw new GatewayServiceError('gateway-command-missing', `There is no ${program}.`, { remedy });
    }
    return { argv: withProfile(override, identity), cwd, source: 'override' };
  }

  const windows = platform === 'win32';
  const { join } = windows ? path.win32 : path.posix;
  const repo = join(identity.root, 'hermes-agent');

  const launcher = join(repo, '.hermes', 'bin', windows ? 'hermes.exe' : 'hermes');
  if (exists(launcher)) return { argv: withProfile([launcher, 'gateway', 'run'], identity), cwd, source: 'pm' };

  for (const venv of [join(repo, 'venv'), join(repo, '.venv')]) {
    // The console python.exe, not pythonw.exe: every console child of a process without a console opens its own window.
    const python = windows ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');
    if (!exists(python)) continue;
    return { argv: withProfile([python, '-m', 'hermes_cli.main', 'gateway', 'run'], identity), cwd, source: 'classic', venv, repo };
  }

  const onPath = findOnPath(windows ? 'hermes.exe' : 'hermes', sources);
  if (onPath !== undefined) return { argv: withProfile([onPath, 'gateway', 'run'], identity), cwd, source: 'path' };
  throw new GatewayServiceError('gateway-command-missing', `Looked in ${repo} and on PATH.`);
}

/**
 * The argument of `--gateway-command`.
 * @throws GatewayServiceError `gateway-command-invalid`
 */
export function parseGatewayCommand(json: string, platform: NodeJS.Platform = process.platform): string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (cause) {
    throw new GatewayServiceError('gateway-command-invalid', 'It is not JSON.', { cause });
  }
  if (!Array.isArray(parsed) || !parsed.every((each): each is string => typeof each === 'string' && !each.includes('\0')))
    throw new GatewayServiceError('gateway-command-invalid', 'It is not an array of strings.');
  const { isAbsolute } = platform === 'win32' ? path.win32 : path.posix;
  if (!isAbsolute(parsed[0] ?? '')) throw new GatewayServiceError('gateway-command-invalid', 'The program is not an absolute path.');
  return parsed;
}

/** Whether the gateway of `argv` supports external supervisors, by its own `gateway run --help`; undefined where it gave no answer. */
export async function supportsExternalSupervisor(
  argv: readonly string[],
  runHelp: RunHelp,
  { timeoutMs = HELP_TIMEOUT_MS }: { timeoutMs?: number } = {},
): Promise<boolean | undefined> {
  if (!endsInGatewayRun(argv)) return false;
  return (await helpOf([...argv, '--help'], runHelp, timeoutMs))?.includes(SUPERVISOR_FLAG);
}

/** Whether the Hermes of `argv` serves all profiles by one gateway: since 0.22 it has a command that leads there; undefined as above. */
export async function servesAllProfiles(argv: readonly string[], runHelp: RunHelp): Promise<boolean | undefined> {
  if (!endsInGatewayRun(argv)) return false;
  return (await helpOf([...argv.slice(0, -1), 'migrate', '--help'], runHelp, HELP_TIMEOUT_MS))?.includes('--multiplex');
}

/** The help, empty for an unknown command; undefined where the program failed, printed nothing or took too long. */
async function helpOf(argv: readonly string[], runHelp: RunHelp, timeoutMs: number): Promise<string | undefined> {
  const signal = AbortSignal.timeout(timeoutMs);
  const timedOut = new Promise<undefined>(resolve => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
  const isUnknown = (error: unknown) => error instanceof Error && 'code' in error && error.code === USAGE_ERROR;
  const answer = runHelp(argv, { signal }).then(
    text => (text === '' ? undefined : text),
    (error: unknown) => (isUnknown(error) ? '' : undefined),
  );
  return Promise.race([answer, timedOut]);
}

/** The command with the option for an external supervisor; only for a gateway that `supportsExternalSupervisor`. */
export function withExternalSupervisor(command: GatewayCommand): GatewayCommand {
  return { ...command, argv: [...command.argv, SUPERVISOR_FLAG] };
}

/** `--profile NAME` goes before the subcommand. A program that is not Hermes, or that names a profile itself, is not changed. */
function withProfile(argv: readonly string[], { profile }: GatewayIdentity): readonly string[] {
  const named = argv.some(each => each === '-p' || each === '--profile' || each.startsWith('--profile='));
  if (profile === DEFAULT_PROFILE || named || !endsInGatewayRun(argv)) return argv;
  return [...argv.slice(0, -2), '--profile', profile, ...argv.slice(-2)];
}

function endsInGatewayRun(argv: readonly string[]): boolean {
  return argv.at(-2) === 'gateway' && argv.at(-1) === 'run';
}

function findOnPath(name: string, { platform, env, exists }: CommandSources): string | undefined {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const folders = (variable(env, 'PATH', platform) ?? '').split(paths.delimiter);
  return folders
    .filter(folder => paths.isAbsolute(folder))
    .map(folder => paths.join(folder, name))
    .find(exists);
}
