/**
 * Whether a command starts a Hermes gateway, and of which home and profile: the identity of an autostart, because any program can use its
 * name. The generations of Hermes differ (`hermes_cli/gateway_windows.py`, `gateway/windows_service.py`): a Python with the module, the
 * launcher `hermes.exe`, or a script in `<home>\gateway-service` that sets the home and runs one of these.
 */

import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Environment, variable } from '../gateway/environment.ts';
import { gatewayIdentity, type HomeSources, resolveHermesRoot } from '../gateway/home.ts';
import { attempt } from '../model/attempt.ts';
import { parseProfile } from '../model/profile.ts';
import { commandOfShortcut, splitCommandLine } from '../windows/argv.ts';

/** A gateway that a command starts. */
export interface GatewayLaunch {
  /** `--profile`, as it was given. */
  readonly profile?: string;
  /** HERMES_HOME as the command sets it; without it the user's own counts. */
  readonly home?: string;
}

/** The environment of a launch that names no home: LOCALAPPDATA, and what the user has set for Hermes. */
export type LaunchOwner = Pick<HomeSources, 'platform' | 'env' | 'homedir' | 'readUserEnvironment'>;

/** What a launcher does: its commands, with the variables that it sets. */
interface LauncherScript {
  readonly env: Environment;
  readonly commands: readonly (readonly string[])[];
}

/** The folder below a home in which Hermes keeps its launchers, and the names that Hermes gives to what starts with Windows. */
const LAUNCHER_FOLDER = 'gateway-service';
const HERMES_NAME = /^Hermes_Gateway(_[^.\\/]+)?(\.|$)/i;

const SCRIPT = /\.(vbs|js|cmd|bat)$/i;
const PYTHON = /^pythonw?[\d.]*(\.exe)?$/i;
const HERMES = /^hermes(\.exe|\.cmd)?$/i;

/** Whether Hermes gives this name to a task, a Startup entry or a launcher. Other programs may use it too. */
export const isHermesName = (name: string): boolean => HERMES_NAME.test(path.win32.basename(name));

/** A program, quoted or not, and the rest of its command line. */
export function commandOf(program: string, parameters: string): readonly string[] {
  return commandOfShortcut({ program: program.replace(/^"(.*)"$/, '$1'), parameters });
}

/** Undefined where the command starts no gateway. */
export function gatewayLaunch(argv: readonly string[], env: Environment): GatewayLaunch | undefined {
  const args = hermesArguments(argv);
  if (!args) return undefined;
  // Hermes accepts the profile anywhere on its command line.
  const options = { profile: { type: 'string', short: 'p' } } as const;
  const { values, tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const rest = tokens.filter(token => token.kind !== 'option' || token.name !== 'profile');
  const words = rest.map(token => (token.kind === 'positional' ? token.value : undefined));
  const [command, verb] = words.slice(words.findIndex(word => word !== undefined));
  // `hermes gateway` alone is `hermes gateway run`; with any other word it starts no gateway.
  if (command !== 'gateway' || (verb !== undefined && verb !== 'run')) return undefined;
  const { profile } = values;
  const home = variable(env, 'HERMES_HOME', 'win32')?.trim();
  return { ...(typeof profile === 'string' && { profile }), ...(home && { home }) };
}

/** The arguments that Hermes gets, where the program is Hermes. */
function hermesArguments([program = '', ...args]: readonly string[]): readonly string[] | undefined {
  const name = path.win32.basename(program);
  if (HERMES.test(name)) return args;
  if (!PYTHON.test(name)) return undefined;
  const module = args.findIndex((each, index) => each === 'hermes_cli.main' && args[index - 1] === '-m');
  if (module >= 0) return args.slice(module + 1);
  // The newer generation has its bootstrap code in the command itself.
  const bootstrap = args.findIndex((each, index) => args[index - 1] === '-c' && each.includes('hermes'));
  return bootstrap >= 0 ? args.slice(bootstrap + 1) : undefined;
}

/** The name of our service for the gateway that a launch starts; undefined where its home or profile is invalid. */
export function launchedService({ profile, home }: GatewayLaunch, owner: LaunchOwner): string | undefined {
  return attempt(() => {
    const root = resolveHermesRoot({ ...owner, ...(home !== undefined && { home }) });
    const named = profile === undefined ? {} : { profile: parseProfile(profile, { exists: true }) };
    return gatewayIdentity({ ...root, ...named }, owner.platform).service;
  });
}

/** The script that a command runs: its own program, or the argument of wscript, cscript or a shell. */
export function scriptOf([program = '', ...args]: readonly string[]): string | undefined {
  const name = path.win32.basename(program).toLowerCase();
  if (/^[wc]script(\.exe)?$/.test(name)) return args.find(each => !each.startsWith('//'));
  if (/^cmd(\.exe)?$/.test(name)) {
    const command = args.slice(args.findIndex(each => /^\/[ck]$/i.test(each)) + 1);
    return command.find(each => SCRIPT.test(each));
  }
  return SCRIPT.test(name) ? program : undefined;
}

/** The home in whose launcher folder a script is, if it has the name of one of Hermes' launchers. */
export function homeOfLauncher(script: string): string | undefined {
  const folder = path.win32.dirname(script);
  const isLauncher = path.win32.basename(folder).toLowerCase() === LAUNCHER_FOLDER && isHermesName(script);
  return isLauncher ? path.win32.dirname(folder) : undefined;
}

/** Parses a script of Hermes, as far as it says what it runs; `fileName` gives the language. */
export function readLauncher(text: string, fileName: string): LauncherScript {
  const extension = path.win32.extname(fileName).toLowerCase();
  if (extension === '.vbs') return readScript(text, VBS);
  if (extension === '.js') return readScript(text, JSCRIPT);
  if (extension === '.cmd' || extension === '.bat') return readBatch(text);
  // The rest of an interrupted write names the file that it was to become.
  return /^\s*\/\//.test(text) ? readScript(text, JSCRIPT) : readScript(text, VBS);
}

interface ScriptLanguage {
  readonly set: RegExp;
  readonly run: RegExp;
  unquote(literal: string): string;
}

const VBS: ScriptLanguage = {
  set: /\.Item\(("(?:[^"\r\n]|"")*")\)\s*=\s*("(?:[^"\r\n]|"")*")[^\S\r\n]*$/gim,
  run: /\.Run[\s(]+("(?:[^"\r\n]|"")*")/gi,
  unquote: literal => literal.slice(1, -1).replaceAll('""', '"'),
};
const JSCRIPT: ScriptLanguage = {
  set: /\(("(?:[^"\\\r\n]|\\.)*")\)\s*=\s*("(?:[^"\\\r\n]|\\.)*")[^\S\r\n]*;?[^\S\r\n]*$/gim,
  run: /\.Run\(\s*("(?:[^"\\\r\n]|\\.)*")/gi,
  unquote: literal => literal.slice(1, -1).replace(/\\(.)/g, '$1'),
};

function readScript(text: string, { set, run, unquote }: ScriptLanguage): LauncherScript {
  const env = Object.fromEntries([...text.matchAll(set)].map(([, name = '', value = '']) => [unquote(name), unquote(value)]));
  return { env, commands: [...text.matchAll(run)].map(([, command = '']) => splitCommandLine(unquote(command))) };
}

function readBatch(text: string): LauncherScript {
  const env: Record<string, string> = {};
  const commands: string[][] = [];
  for (const whole of text.split(/\r?\n/)) {
    const line = whole.trim().replace(/^@/, '');
    const [, name, value] = /^set\s+"([^=]+)=(.*)"$/i.exec(line) ?? /^set\s+([^=\s]+)=(.*)$/i.exec(line) ?? [];
    if (name !== undefined) env[name] = value ?? '';
    else if (line !== '' && !/^(rem|::|echo|cd|chcp|exit|if|goto|setlocal|endlocal)\b/i.test(line)) {
      commands.push(splitCommandLine(line.replace(/^call\s+/i, '').replace(/^start\s+("[^"]*"\s+)?(\/\w+\s+)*/i, '')));
    }
  }
  return { env, commands };
}
