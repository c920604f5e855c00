// Stands in for Windows PowerShell and the consent that it asks for: Windows Node under the name powershell.exe, where Windows has it, runs
// a script called Start-Process and so gets the arguments that sudo-prompt gives. What it does with the batch file is written in
// C:\consent.
import { linkSync, rmSync } from 'node:fs';
import path from 'node:path';
import { startsLimited, type WineRig } from './rig.ts';
import { until } from './service-on-wine.ts';

/** What the user, or Windows, does. */
export type Consent =
  /** Runs the batch file; in an environment in which Node would load foreign code. */
  | 'accept'
  /** `consentTo` answers: for an app that is not elevated, whose programs cannot be either. */
  | 'ask'
  | 'decline'
  /** The question stays open. */
  | 'hang'
  /** The elevated shell is ended before the step begins: its output file is there, its status never comes. */
  | 'die'
  /** The step is ended at its work. */
  | 'die-at-work'
  /** Something else than our step printed. */
  | 'garbage'
  /** The step runs, but its output file is not there when sudo-prompt looks, which it then calls a refusal. */
  | 'slow'
  /** The same, with a step that is at work for long. */
  | 'slower';

const SCRIPT = `
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
const batch = process.argv[process.argv.indexOf('-FilePath') + 1].slice(1, -1);
const beside = name => path.join(path.dirname(batch), name);
appendFileSync('C:\\\\prompts', path.dirname(path.dirname(batch)) + '\\n');
const foreign = { ...process.env, NODE_OPTIONS: '--require C:\\\\foreign.cjs', OPENSSL_CONF: 'C:\\\\foreign.cnf', ELECTRON_RUN_AS_NODE: '1' };
const apart = (program, args) => spawn(program, args, { detached: true, stdio: 'ignore' }).unref();
const nobody = new Int32Array(new SharedArrayBuffer(4));
const holder = ms => apart('C:\\\\app\\\\node.exe', ['C:\\\\app\\\\dist\\\\test\\\\wine\\\\probes\\\\elevated-holder.js', String(ms)]);
const deeds = {
  accept() {
    const [program, ...args] = [${startsLimited() ? "'C:\\\\elevated.exe', " : ''}'cmd.exe', '/d', '/c', batch];
    spawnSync(program, args, { env: foreign, stdio: 'ignore' });
    // Wine's cmd leaves the status empty.
    writeFileSync(beside('status'), '0\\r\\n');
  },
  ask() {
    writeFileSync('C:\\\\asked', batch);
    while (existsSync('C:\\\\asked')) Atomics.wait(nobody, 0, 0, 50);
  },
  decline: () => process.exit(1),
  hang: () => setInterval(() => undefined, 60_000),
  die: () => writeFileSync(beside('stdout'), ''),
  'die-at-work'() {
    writeFileSync(beside('stdout'), '');
    holder(2_000);
  },
  garbage() {
    writeFileSync(beside('stdout'), 'Microsoft Windows\\r\\n{"ok":"yes"}\\r\\n');
    writeFileSync(beside('stderr'), '');
    writeFileSync(beside('status'), '0\\r\\n');
  },
  slow() {
    copyFileSync(beside('command.bat'), 'C:\\\\late.bat');
    apart('cmd.exe', ['/d', '/c', 'C:\\\\late.bat']);
  },
  slower() {
    holder(30_000);
    while (!existsSync('C:\\\\holding')) Atomics.wait(nobody, 0, 0, 50);
  },
};
deeds[readFileSync('C:\\\\consent', 'utf8')]();
`;

const POWERSHELL = path.join('drive_c', 'windows', 'system32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');

/** Puts the stand-in where Windows has PowerShell. */
export function standInForPowerShell(rig: WineRig): void {
  const program = path.join(rig.prefix, POWERSHELL);
  rmSync(program, { force: true });
  linkSync(path.join(rig.prefix, 'drive_c', 'app', 'node.exe'), program);
  rig.write('C:\\app\\Start-Process', SCRIPT);
  rig.write('C:\\foreign.cjs', "require('node:fs').writeFileSync('C:\\\\foreign', process.argv.join(' '));");
}

/** How the next question is answered. */
export const consent = (rig: WineRig, answer: Consent): void => rig.write('C:\\consent', answer);

/** Answers the next question: runs the batch file with the rights of an administrator, as Windows does after consent. */
export async function consentTo(rig: WineRig): Promise<void> {
  const batch = await until('a prompt', () => /^.+\.bat$/.exec(rig.read('C:\\asked'))?.[0]);
  await rig.run(['cmd', '/d', '/c', batch]);
  // Wine's cmd leaves the status empty.
  rig.write(`${path.win32.dirname(batch)}\\status`, '0\r\n');
  rmSync(rig.onLinux('C:\\asked'));
}

/** The folders in which sudo-prompt made its files, one for each question. */
export const promptFolders = (rig: WineRig): string[] => rig.read('C:\\prompts').split('\n').filter(Boolean);
