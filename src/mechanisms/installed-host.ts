/**
 * The host that Windows starts as a service lies in a folder of its own below Program Files, which only administrators write, whatever folder
 * the app lies in. Here is where that folder is, how a host gets there, whether the one that runs may be registered, and what goes when no
 * service starts it any more. In development the host is a script, which is registered where it lies.
 */

import { randomBytes } from 'node:crypto';
import { constants, copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import {
  checkHostFiles,
  HOST_FILES,
  HOST_MANIFEST,
  HOST_PROGRAM,
  type HostPlace,
  hostPlace,
  isHostFolderName,
  readManifest,
} from '../host/host-files.ts';
import type { ElevatedVerb } from '../model/elevation.ts';
import { GatewayServiceError } from '../model/errors.ts';
import { isServiceName, SERVICE_NAME } from '../model/identity.ts';
import { startDetached } from '../process/detach.ts';
import { splitCommandLine } from '../windows/argv.ts';
import { checkSignature } from '../windows/authenticode.ts';
import { isInUse } from '../windows/file.ts';
import { type Held, holdTrusted } from '../windows/file-trust.ts';
import { knownFolder } from '../windows/known-folder.ts';
import { systemDirectory } from '../windows/library.ts';
import { enumerateServices, queryConfig } from '../windows/scm.ts';
import { singleExecutable } from '../windows/single-executable.ts';
import { forgetApp, listApp } from './apps-list.ts';
import { isBroker } from './service-registration.ts';

const ALL_FILES = [...HOST_FILES, HOST_MANIFEST];

/** The folder of all installed hosts. */
export const hostsFolder = (): string => path.win32.join(knownFolder('programFiles'), 'Hermes Gateway Service');

/** Where a host is, or will be, installed; undefined for the script of development. */
function placeOf([program = '', script]: readonly string[]): HostPlace | undefined {
  return script === undefined ? hostPlace(path.dirname(program), hostsFolder()) : undefined;
}

/** How the SCM is to start this host, once it is installed. @throws GatewayServiceError `service-program-damaged` */
export function installedCommand(hostCommand: readonly string[]): readonly string[] {
  const place = placeOf(hostCommand);
  return place ? [place.program] : hostCommand;
}

/** The protocol that the host of a command speaks; undefined for the script of development, and where nothing tells. */
export function protocolOf([program = '']: readonly string[]): number | undefined {
  try {
    return path.win32.basename(program) === HOST_PROGRAM ? readManifest(path.win32.dirname(program)).protocol : undefined;
  } catch {
    return undefined;
  }
}

/** What an elevated step is started with. */
export interface ElevatedProgram {
  readonly command: readonly string[];
  /** What has to be copied before, by whoever has the rights, into a folder that is made for it. */
  readonly copy?: { readonly from: string; readonly to: string; readonly files: readonly string[] };
}

/**
 * An installed host where there is one; else this one, from the copy that is made of it first.
 * @throws GatewayServiceError `service-program-unsafe` where others could change what would run
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

/** A host of this protocol that is installed, whatever its version: it can undo what any of them did. */
function anyInstalled(protocol: number): string | undefined {
  return installedFolders().find(folder => {
    try {
      checkHostFiles(folder);
      return readManifest(folder).protocol === protocol;
    } catch {
      return false;
    }
  });
}

function installedFolders(): string[] {
  const hosts = hostsFolder();
  try {
    return readdirSync(hosts)
      .filter(isHostFolderName)
      .map(name => path.win32.join(hosts, name));
  } catch {
    return [];
  }
}

/** Makes the copy, in a process that has the rights. A folder that is there already is never written into. */
export function copyHost({ from, to, files }: NonNullable<ElevatedProgram['copy']>): void {
  mkdirSync(path.win32.dirname(to), { recursive: true });
  mkdirSync(to);
  for (const name of files) copyFileSync(path.join(from, name), path.win32.join(to, name), constants.COPYFILE_EXCL);
}

/**
 * Holds the program that runs here, for the time in which it is registered: it is an installed host, whole, signed well where it is signed,
 * and nobody but administrators can change it.
 * @throws GatewayServiceError `service-program-unsafe`, `service-program-damaged`
 */
export function holdThisHost(): Held {
  if (!singleExecutable()) return { close: () => undefined };
  const folder = requireInstalled(process.execPath);
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

function requireInstalled(program: string): string {
  const folder = path.win32.dirname(program);
  const isOurs = path.win32.dirname(folder).toLowerCase() === hostsFolder().toLowerCase() && isHostFolderName(path.win32.basename(folder));
  if (!isOurs) throw new GatewayServiceError('service-program-unsafe', `(${folder} is not below ${hostsFolder()}.)`);
  return folder;
}

/**
 * Leaves of the installed hosts those that a service starts or that run, and has Windows' list of apps say so. Best effort: what Windows still
 * holds goes with the next change.
 */
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
  else await removeAfterOurEnd(ownAside);
}

/** Where a host waits for its removal. */
const ASIDE = 'removed-';

/** Moves all files away, which Windows allows of a program that runs, so that the name is free at once and nothing takes it for an installed host. */
async function setAside(folder: string): Promise<string> {
  const aside = path.win32.join(path.win32.dirname(folder), `${ASIDE}${randomBytes(4).toString('hex')}`);
  await mkdir(aside);
  for (const name of await readdir(folder)) await rename(path.win32.join(folder, name), path.win32.join(aside, name));
  await rmdir(folder);
  return aside;
}

/** The folders, in lower case, of the programs of all our services. */
function startedFolders(): string[] {
  return enumerateServices(SERVICE_NAME).flatMap(({ name }) => {
    const config = queryConfig(name);
    return config && isServiceName(name) && isBroker(config, name)
      ? [path.win32.dirname(splitCommandLine(config.binaryPath)[0] ?? '').toLowerCase()]
      : [];
  });
}

const TRIES = 60;

/** A program that runs cannot be removed: cmd.exe does it, second after second, once it has ended. */
async function removeAfterOurEnd(folder: string): Promise<void> {
  const system = systemDirectory();
  const second = `"${system}\\ping.exe" -n 2 127.0.0.1 >nul`;
  const attempt = `rd /s /q "${folder}" 2>nul&rd "${path.win32.dirname(folder)}" 2>nul&${second}&if not exist "${folder}" exit`;
  const line = `for /l %i in (1,1,${TRIES}) do (${attempt})`;
  await startDetached([path.win32.join(system, 'cmd.exe'), '/d', '/s', '/c', `"${line}"`], system, {
    env: { SystemRoot: path.win32.dirname(system) },
    windowsVerbatimArguments: true,
  });
}
