/**
 * The program of a command as a shell finds it: by its path, else in the folders of PATH; on Windows with the extensions of PATHEXT.
 * A batch file has no process of its own: cmd.exe runs it, and parses its arguments again (CVE-2024-24576).
 */

import { constants } from 'node:fs';
import { access, lstat, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Environment, variable } from '../gateway/environment.ts';
import { GatewayServiceError } from '../model/errors.ts';

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Environment;
  readonly cwd: string;
  /** A file that may be run, one that this user may not run, or none. */
  look(file: string): Promise<FoundFile>;
}

export type FoundFile = 'runnable' | 'forbidden' | 'missing';

export interface FoundProgram {
  /** The first runnable file, else the first one that this user may not run. */
  readonly file: string;
  readonly runnable: boolean;
}

/** Where the variables are not set: what Windows and the POSIX shells use. */
const PATHEXT = '.COM;.EXE;.BAT;.CMD';
const POSIX_PATH = '/usr/local/bin:/usr/bin:/bin';

/** Undefined where there is no such file. */
export async function commandProgram(name: string, surroundings: Surroundings): Promise<FoundProgram | undefined> {
  let forbidden: FoundProgram | undefined;
  for (const file of candidates(name, surroundings)) {
    const found = await surroundings.look(file);
    if (found === 'runnable') return { file, runnable: true };
    if (found === 'forbidden') forbidden ??= { file, runnable: false };
  }
  return forbidden;
}

function candidates(name: string, { platform, env, cwd }: Surroundings): string[] {
  if (name === '') return [];
  const windows = platform === 'win32';
  const paths = windows ? path.win32 : path.posix;
  const isPath = windows ? /[\\/:]/.test(name) : name.includes('/');
  const listed = (variable(env, 'PATH', platform) ?? (windows ? '' : POSIX_PATH)).split(paths.delimiter);
  // Windows looks in the present folder first; elsewhere an empty entry means it.
  const folders = isPath ? [''] : windows ? ['', ...listed.filter(Boolean).map(folder => folder.replaceAll('"', ''))] : listed;
  const files = folders.map(folder => paths.resolve(cwd, folder, name));
  if (!windows) return files;
  const extensions = (variable(env, 'PATHEXT', platform) || PATHEXT).split(';').filter(Boolean);
  const named = paths.extname(name) !== '';
  return files.flatMap(file => [...(named ? [file] : []), ...extensions.map(extension => file + extension.toLowerCase())]);
}

/** What the file system has. On Windows an app execution alias is a link that cannot be followed, and every file may be run. */
export async function lookForFile(file: string): Promise<FoundFile> {
  const windows = process.platform === 'win32';
  const found = await (windows ? lstat(file) : stat(file)).catch(() => undefined);
  if (!found || found.isDirectory()) return 'missing';
  if (windows) return 'runnable';
  return access(file, constants.X_OK).then(
    () => 'runnable',
    () => 'forbidden',
  );
}

export interface CommandStart {
  readonly argv: readonly string[];
  /** The arguments are quoted already. */
  readonly verbatim: boolean;
}

/**
 * What to start for a program of Windows and its arguments: the program itself, or cmd.exe with a line in its own quoting.
 * @throws GatewayServiceError `usage` for a line break in an argument of a batch file
 */
export function windowsStart(file: string, args: readonly string[], env: Environment): CommandStart {
  if (/\.(com|exe)$/i.test(file)) return { argv: [file, ...args], verbatim: false };
  const line = [`"${file}"`, ...args.map(batchArgument)].join(' ');
  const shell = path.win32.join(variable(env, 'SYSTEMROOT', 'win32') ?? 'C:\\Windows', 'System32', 'cmd.exe');
  return { argv: [shell, '/e:ON', '/v:OFF', '/d', '/s', '/c', `"${line}"`], verbatim: true };
}

/** Quotes as Rust's standard library does for batch files: "%" is followed by an empty expansion, so that no variable is expanded. */
function batchArgument(argument: string): string {
  if (/[\0\r\n]/.test(argument)) throw new GatewayServiceError('usage', 'An argument of a batch file cannot contain a line break.');
  const text = argument.replaceAll('%', '%%cd:~,%').replace(/(\\*)"/g, '$1$1""');
  return /^[\w#$*+\-./:?@\\]+$/.test(argument) && !argument.endsWith('\\') ? argument : `"${text.replace(/(\\+)$/, '$1$1')}"`;
}
