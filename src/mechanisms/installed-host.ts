/**
 * The installed host: the copy that Windows starts as a service, in its own folder below Program Files, which only administrators can
 * write. This file finds the folder, copies a host into it, checks the host that runs before it is registered, and removes hosts that no
 * service starts. In development the host is a script and is registered where it is.
 */

import { randomBytes } from 'node:crypto';
import { constants, copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { checkHostFiles, HOST_FILES, HOST_MANIFEST, HOST_PROGRAM, hostPlace, isHostFolderName, readManifest } from '../host/host-files.ts';
import { attempt } from '../model/attempt.ts';
import type { ElevatedVerb } from '../model/elevation.ts';
import { GatewayServiceError } from '../model/errors.ts';
import { splitCommandLine } from '../windows/argv.ts';
import { checkSignature } from '../windows/authenticode.ts';
import { isInUse } from '../windows/file.ts';
import { type Held, holdTrusted } from '../windows/file-trust.ts';
import { knownFolder } from '../windows/known-folder.ts';
import { systemDirectory } from '../windows/library.ts';
import { startIndependent } from '../windows/process-birth.ts';
import { singleExecutable } from '../windows/single-executable.ts';
import { forgetApp, listApp } from './apps-list.ts';
import { ourServices } from './service-registration.ts';

const ALL_FILES = [...HOST_FILES, HOST_MANIFEST];

/** The folder of all installed hosts. */
export const hostsFolder = (): string => path.win32.join(knownFolder('programFiles'), 'Hermes Gateway Service');

/** Where a host is installed or will be; undefined for the script of development. */
function placeOf([program = '', script]: readonly string[]) {
  return script === undefined ? hostPlace(path.dirname(program), hostsFolder()) : undefined;
}

/** The command with which the SCM starts this host once it is installed. @throws GatewayServiceError `service-program-damaged` */
export function installedCommand(hostCommand: readonly string[]): readonly string[] {
  const place = placeOf(hostCommand);
  return place ? [place.program] : hostCommand;
}

/** The protocol of the host that a command starts; undefined for the script of development, and where it cannot be read. */
export function protocolOf([program = '']: readonly string[]): number | undefined {
  if (path.win32.basename(program) !== HOST_PROGRAM) return undefined;
  return attempt(() => readManifest(path.win32.dirname(program)).protocol);
}

/** How to start an elevated step. */
export interface ElevatedProgram {
  readonly command: readonly string[];
  /** What an elevated process must copy first, into a new folder. */
  readonly copy?: { readonly from: string; readonly to: string; readonly files: readonly string[] };
}

/**
 * The installed host where there is one; else this host, from a copy that must be made first.
 * @throws GatewayServiceError `service-program-unsafe` where another user could change what would run
 */
export function elevatedProgram(hostCommand: readonly string[], verb: ElevatedVerb): ElevatedProgram {
  const place = placeOf(hostCommand);
  if (!place) return { command: hostCommand };
  const from = path.dirname(hostCommand[0] ?? '');
  const installed = place.isThere ? place.folder : verb === 'uninstall' ? anyInstalled(readManifest(from).protocol) : undefined;
  if (installed === undefined) {
    holdTrusted(path.win32.dirname(hostsFolder()), []).close();
    return { command: [place.program], copy: { from, to: place.folder, files: ALL_FILES } };
  }
  holdTrusted(installed, ALL_FILES).close();
  return { command: [path.win32.join(installed, HOST_PROGRAM)] };
}

/** An installed host of this protocol, whatever its version: it can undo what any of them did. */
function anyInstalled(protocol: number): string | undefined {
  const protocolIn = (folder: string) => {
    checkHostFiles(folder);
    return readManifest(folder).protocol;
  };
  return installedFolders().find(folder => attempt(() => protocolIn(folder)) === protocol);
}

/** Whether any host is installed, whatever its version. */
export const hasInstalledHost = (): boolean => installedFolders().length > 0;

function installedFolders(): string[] {
  const hosts = hostsFolder();
  const names = attempt(() => readdirSync(hosts)) ?? [];
  return names.filter(isHostFolderName).map(name => path.win32.join(hosts, name));
}

/** Makes the copy, in an elevated process. Never writes into an existing folder. */
export function copyHost({ from, to, files }: NonNullable<ElevatedProgram['copy']>): void {
  mkdirSync(path.win32.dirname(to), { recursive: true });
  mkdirSync(to);
  for (const name of files) copyFileSync(path.join(from, name), path.win32.join(to, name), constants.COPYFILE_EXCL);
}

/**
 * Holds the files of the running program while it is registered. They must be an installed host: complete, with a valid signature where
 * there is one, and writable by administrators only.
 * @throws GatewayServiceError `service-program-unsafe`, `service-program-damaged`
 */
export function holdThisHost(): Held {
  if (!singleExecutable()) return { close: () => undefined };
  const folder = path.win32.dirname(process.execPath);
  const isInstalled =
    path.win32.dirname(folder).toLowerCase() === hostsFolder().toLowerCase() && isHostFolderName(path.win32.basename(folder));
  if (!isInstalled) throw new GatewayServiceError('service-program-unsafe', `(${folder} is not below ${hostsFolder()}.)`);
  const held = holdTrusted(folder, ALL_FILES, { seal: true });
  try {
    checkHostFiles(folder);
    for (const name of HOST_FILES) checkSignature(path.win32.join(folder, name));
    return held;
  } catch (error) {
    held.close();
    throw error;
  }
}

/** Removes the hosts that no service starts and that do not run, and updates Windows' list of apps; what is locked, the next time. */
export async function tidyHosts(): Promise<void> {
  const hosts = hostsFolder();
  const used = new Set(startedFolders());
  const own = path.win32.dirname(process.execPath);
  const isOwn = (folder: string) => folder.toLowerCase() === own.toLowerCase();
  const kept = [own, ...installedFolders()].find(folder => used.has(folder.toLowerCase()));
  if (kept === undefined) forgetApp();
  else listApp(path.win32.join(kept, HOST_PROGRAM), readManifest(kept).version);
  let ownAside: string | undefined;
  for (const folder of installedFolders()) {
    if (used.has(folder.toLowerCase()) || (!isOwn(folder) && isInUse(path.win32.join(folder, HOST_PROGRAM)))) continue;
    const aside = await setAside(folder).catch(() => undefined);
    if (isOwn(folder)) ownAside = aside;
  }
  for (const name of await readdir(hosts).catch(() => [])) {
    const folder = path.win32.join(hosts, name);
    if (name.startsWith(ASIDE) && folder !== ownAside) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
  if (ownAside === undefined) await rmdir(hosts).catch(() => undefined);
  else removeAfterOurEnd(ownAside);
}

/** Prefix of a folder that is waiting for its removal. */
const ASIDE = 'removed-';

/** Moves all files away, which Windows allows for a running program, so that the folder is no installed host any more. */
async function setAside(folder: string): Promise<string> {
  const aside = path.win32.join(path.win32.dirname(folder), `${ASIDE}${randomBytes(4).toString('hex')}`);
  await mkdir(aside);
  for (const name of await readdir(folder)) await rename(path.win32.join(folder, name), path.win32.join(aside, name));
  await rmdir(folder);
  return aside;
}

/** The folders of the programs of all our services, in lower case. */
function startedFolders(): string[] {
  return ourServices().map(({ config }) => path.win32.dirname(splitCommandLine(config.binaryPath)[0] ?? '').toLowerCase());
}

const TRIES = 60;

/** A running program cannot be removed: cmd.exe retries every second until the program has ended. */
function removeAfterOurEnd(folder: string): void {
  const system = systemDirectory();
  const second = `"${system}\\ping.exe" -n 2 127.0.0.1 >nul`;
  const attempt = `rd /s /q "${folder}" 2>nul&rd "${path.win32.dirname(folder)}" 2>nul&${second}&if not exist "${folder}" exit`;
  const line = `for /l %i in (1,1,${TRIES}) do (${attempt})`;
  // cmd.exe parses its command line itself.
  const program = path.win32.join(system, 'cmd.exe');
  startIndependent({ program, args: `/d /s /c "${line}"`, cwd: system, env: { SystemRoot: path.win32.dirname(system) } });
}
