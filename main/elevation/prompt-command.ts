/**
 * What an administrator is asked to consent to, as one line for cmd.exe, and the environment of the program that asks. The elevated process
 * gets its variables from the registry of the user, where anything of that user may write: what would make Node or OpenSSL load foreign
 * code is emptied before Node starts, because both read it before any line of ours.
 */

import { type ElevatedVerb, isServiceName } from '../../src/process/elevation.ts';

export interface PromptCommand {
  readonly verb: ElevatedVerb;
  readonly service: string;
  /** The program to run elevated, and the arguments before `elevated`. */
  readonly hostCommand: readonly string[];
  /** Windows' own folder of programs, for example `C:\Windows\System32`. */
  readonly systemFolder: string;
  /** Names of the variables that are set here: those of a dangerous family are emptied too. */
  readonly variables: readonly string[];
}

/** Variables by which Node, OpenSSL or Electron run, load or trust something else than what was installed. */
const DANGEROUS = [
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_EXTRA_CA_CERTS',
  'NODE_REPL_EXTERNAL_MODULE',
  'NODE_COMPILE_CACHE',
  'NODE_V8_COVERAGE',
  'NODE_REDIRECT_WARNINGS',
  'NODE_ICU_DATA',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'OPENSSL_CONF',
  'OPENSSL_MODULES',
  'OPENSSL_ENGINES',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'ELECTRON_RUN_AS_NODE',
  'ELECTRON_OVERRIDE_DIST_PATH',
] as const;
const DANGEROUS_FAMILY = /^(NODE|OPENSSL|SSL_CERT|ELECTRON)_[A-Z0-9_]+$/;

/**
 * The line: leave the caller's folder, empty the variables, run the step. Undefined where a path cannot stand in a line of cmd.exe: quotes
 * end it, and a percent sign has no spelling that holds in a batch file and on a command line alike.
 */
export function promptCommand({ verb, service, hostCommand, systemFolder, variables }: PromptCommand): string | undefined {
  const paths = [systemFolder, ...hostCommand];
  if (!isServiceName(service) || hostCommand.length === 0 || paths.some(path => path === '' || /["%\r\n]/.test(path))) return undefined;
  const found = variables.map(name => name.toUpperCase()).filter(name => DANGEROUS_FAMILY.test(name));
  const emptied = [...new Set<string>([...DANGEROUS, ...found])].map(name => `set ${name}=`);
  const step = [...hostCommand.map(path => `"${path}"`), 'elevated', verb, '--service', service].join(' ');
  return [`cd /d "${systemFolder}"`, ...emptied, step].join('&');
}

/**
 * The environment of the thread that asks: Windows' own programs and a folder that sudo-prompt's batch files stand. Names are in upper case
 * because a thread's own environment tells them apart; `comspec` is what Node asks for.
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

/** For sudo-prompt: the code page in which its first batch file is read is not that in which it is written, and its quoting is incomplete. */
export function isSafeTemp(folder: string): boolean {
  return /^[A-Za-z]:\\[A-Za-z0-9_.~ \\-]*$/.test(folder) && folder.length <= LONGEST_TEMP;
}
/** sudo-prompt adds some 50 characters; cmd.exe takes 260. */
const LONGEST_TEMP = 150;
