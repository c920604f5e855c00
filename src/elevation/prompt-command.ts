/**
 * The command line (for cmd.exe) that an administrator consents to, and the environment of the program that shows the prompt. The elevated
 * process gets its variables from the user's registry, where every program of the user can write. Node and OpenSSL read them before any of
 * this code runs, so those that load foreign code are emptied before Node starts.
 */

import { type ElevatedProgram, elevatedProgram } from '../mechanisms/installed-host.ts';
import { type ElevatedTask, elevatedArguments, WHILE_REQUESTED } from '../model/elevation.ts';
import { isServiceName } from '../model/identity.ts';
import { dangerousAmong } from '../process/dangerous-variables.ts';
import type { ShellStart } from '../windows/argv.ts';
import { systemDirectory } from '../windows/library.ts';
import type { FactsOf, SettleTimes } from './elevation-outcome.ts';

/** What each way with a prompt needs. */
export interface PromptOptions {
  /** The program to run elevated, and the arguments before `elevated`. */
  readonly hostCommand: readonly string[];
  readonly factsOf: FactsOf;
  readonly times?: SettleTimes;
}

interface PromptCommand extends ElevatedTask {
  /** The program to run elevated, and the copy that is made of it first. */
  readonly program: ElevatedProgram;
  /** Windows' own folder of programs, for example `C:\Windows\System32`. */
  readonly systemFolder: string;
  /** Names of the variables that are set here: those of a dangerous family are emptied too. */
  readonly variables: readonly string[];
}

/**
 * The line: leave the caller's folder, empty the variables, copy the program to a folder where only administrators write, run the step from
 * there. Until the step seals that folder only administrators read it too: `copy` follows a link that the user has put in the place of a
 * file, to a file that the user may not read. The line uses commands built into cmd.exe, and of other programs only one of System32 by its
 * path. An existing folder ends the line, and so does a file that cannot be copied. Undefined where a path cannot be in a line of cmd.exe:
 * quotes end it, and no spelling of a percent sign works both in a batch file and on a command line.
 */
export function promptCommand({ program, systemFolder, variables, ...task }: PromptCommand): string | undefined {
  const { service, removes } = task;
  const { command, copy } = program;
  const paths = [...command, ...(copy ? [copy.from, copy.to] : [])];
  const start = cleanStart(systemFolder, paths, variables);
  if (!isServiceName(service) || (removes && !isServiceName(removes)) || command.length === 0 || start === undefined) return undefined;
  const copied = copy
    ? [
        `md "${copy.to}"`,
        `"${systemFolder}\\icacls.exe" "${copy.to}" ${ONLY_ADMINISTRATORS} >nul`,
        `cd /d "${copy.to}"`,
        ...copy.files.map(name => `copy /b /y "${copy.from}\\${name}" >nul`),
        `cd /d "${systemFolder}"`,
      ]
    : [];
  const step = [...command.map(path => `"${path}"`), 'elevated', ...elevatedArguments(task), WHILE_REQUESTED].join(' ');
  return [...start, `set PATH=${systemFolder}`, [...copied, step].join('&&')].join('&');
}

/** The beginning of a line for cmd.exe: leaves the caller's folder and empties the variables. Undefined where a path cannot be in one. */
export function cleanStart(systemFolder: string, paths: readonly string[], variables: readonly string[]): string[] | undefined {
  if ([systemFolder, ...paths].some(path => path === '' || /["%\r\n]/.test(path))) return undefined;
  return [`cd /d "${systemFolder}"`, ...dangerousAmong(variables).map(name => `set ${name}=`)];
}

/** Arguments of icacls.exe: SYSTEM and the administrators, and nothing inherited. */
const ONLY_ADMINISTRATORS = '/inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" "*S-1-5-32-544:(OI)(CI)F"';

/** The line with the paths and variables of this process. */
export function promptCommandHere(hostCommand: readonly string[], task: ElevatedTask): string | undefined {
  const program = elevatedProgram(hostCommand, task.verb);
  return promptCommand({ ...task, program, systemFolder: systemDirectory(), variables: Object.keys(process.env) });
}

/** The shell takes about 2,000 characters to start a program with consent (`runas`), and cuts or refuses the rest. */
const LONGEST_PARAMETERS = 2_000;

/** Starts cmd.exe with a line. */
export function startOfLine(line: string): ShellStart {
  const cwd = systemDirectory();
  return { program: `${cwd}\\cmd.exe`, parameters: parametersOf(line), cwd };
}

const parametersOf = (line: string): string => `/d /s /c "${line}"`;

/** Why Windows would not start a line with consent; undefined where it does. Pure. */
export function whyTooLong(line: string): string | undefined {
  const { length } = parametersOf(line);
  const most = LONGEST_PARAMETERS - 1;
  return length > most ? `a command line of ${length} characters, of which Windows starts at most ${most} with consent` : undefined;
}

/**
 * The environment of the prompt's thread: Windows' own programs, and a folder with a name that sudo-prompt's batch files can use. Names are
 * in upper case because a thread's own environment is case-sensitive; Node reads `comspec`.
 */
export function promptEnvironment(env: NodeJS.ProcessEnv, systemFolder: string, temp: string): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined) kept[name.toUpperCase()] = value;
  }
  // Modules of another PowerShell keep Windows' own from finding Start-Process.
  const { COMSPEC: _shell, PSMODULEPATH: _modules, ...rest } = kept;
  return {
    ...rest,
    comspec: `${systemFolder}\\cmd.exe`,
    PATH: `${systemFolder};${systemFolder}\\WindowsPowerShell\\v1.0`,
    // cmd.exe would look for powershell.exe in the working directory first.
    NODEFAULTCURRENTDIRECTORYINEXEPATH: '1',
    TEMP: temp,
    TMP: temp,
  };
}

/** For sudo-prompt: its first batch file is written in one code page and read in another, and its quoting is incomplete. */
export function isSafeTemp(folder: string): boolean {
  return /^[A-Za-z]:\\[A-Za-z0-9_.~ \\-]*$/.test(folder) && folder.length <= LONGEST_TEMP;
}
/** sudo-prompt adds about 50 characters; cmd.exe accepts 260. */
const LONGEST_TEMP = 150;
