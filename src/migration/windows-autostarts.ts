/**
 * The migration's ports on Windows: the user's Startup folder, and the services of NSSM and WinSW as the registry describes them. A service
 * that cannot be read is skipped: one damaged service must not hide the others.
 */

import fs from 'node:fs/promises';
import path from 'node:path';
import { readTextFile } from '../gateway/tolerant-json.ts';
import { attempt } from '../model/attempt.ts';
import { disk } from '../state/disk.ts';
import { ifThere, writeIfMissing } from '../state/files.ts';
import { commandOfShortcut, splitCommandLine } from '../windows/argv.ts';
import { isNameOf, readLogons } from '../windows/logons.ts';
import { type RegistryValue, readKey, readSubkeys } from '../windows/registry.ts';
import { queryConfig, queryStatus, serviceKey } from '../windows/scm.ts';
import { stopService } from '../windows/scm-wait.ts';
import type { Sid } from '../windows/sddl.ts';
import { disableService } from '../windows/service-install.ts';
import type { StartupShell } from '../windows/startup-shell.ts';
import { textOf } from '../windows/user-environment.ts';
import type { AutostartOwner } from './autostarts.ts';
import type { Ports, ServiceRegistry, StartupFile, StartupFolder } from './ports.ts';
import { taskScheduler } from './task-scheduler.ts';
import { nssmCommand, packagedCommand, type WrappedService, winswCommand } from './wrapped-service.ts';

/** The largest script or shortcut of an autostart that is read, in bytes. */
const MAX_ENTRY_BYTES = 64 * 1024;
/** How long a gateway below another wrapper has to end, in milliseconds. */
const STOP_MS = 30_000;
const SERVICES = 'HKLM\\SYSTEM\\CurrentControlSet\\Services';
const START_DISABLED = 4;

/** What is read of the Startup folder. */
export type ReadShell = Pick<StartupShell, 'folder' | 'readShortcut'>;

export function windowsPorts(shell: ReadShell): Ports {
  return { tasks: taskScheduler(), startup: startupFiles(shell), services: wrappedServices };
}

/** The Startup folder of a shell, wherever that is. */
export function startupFiles(shell: ReadShell): StartupFolder {
  const read = async (folder: string, name: string): Promise<readonly StartupFile[]> => {
    const file = path.join(folder, name);
    const stat = await fs.stat(file).catch(() => undefined);
    if (!stat?.isFile() || stat.size > MAX_ENTRY_BYTES) return [];
    const content = await fs.readFile(file).catch(() => undefined);
    if (!content) return [];
    const command = /\.lnk$/i.test(name) ? attempt(() => commandOfShortcut(shell.readShortcut(file))) : undefined;
    return [{ name, content, ...(command && { command }) }];
  };
  return {
    list: async () => {
      const folder = shell.folder();
      const names = (await ifThere(fs.readdir(folder))) ?? [];
      return (await Promise.all(names.map(name => read(folder, name)))).flat();
    },
    remove: async name =>
      disk.rm(path.join(shell.folder(), name), { force: true }).then(
        () => true,
        () => false,
      ),
    write: (name, content) => writeIfMissing(path.join(shell.folder(), name), content),
  };
}

export const wrappedServices: ServiceRegistry = {
  find: async () => readSubkeys(SERVICES).flatMap(name => attempt(() => readWrapped(name)) ?? []),
  state: async name => queryStatus(name)?.state,
  disable: async name => {
    disableService(name);
    await stopService(name, { deadlineMs: STOP_MS });
    return (queryConfig(name)?.startType ?? 'disabled') === 'disabled';
  },
};

function readWrapped(name: string): WrappedService | undefined {
  const { ImagePath, Start, ObjectName } = readKey(serviceKey(name)) ?? {};
  const image = textOf(ImagePath);
  if (image === undefined || Start === START_DISABLED) return undefined;
  const packaged = packagedCommand(image);
  const wrapped = packaged ? ({ command: packaged, env: {}, packaged: true } as const) : (readNssm(name) ?? readWinsw(image));
  return wrapped && { name, account: textOf(ObjectName) ?? 'LocalSystem', ...wrapped };
}

function readNssm(name: string) {
  const { Application, AppParameters, AppEnvironment, AppEnvironmentExtra } = readKey(`${serviceKey(name)}\\Parameters`) ?? {};
  const application = textOf(Application);
  if (!application) return undefined;
  return nssmCommand(application, textOf(AppParameters) ?? '', [AppEnvironment, AppEnvironmentExtra].flatMap(listOf));
}

/** The XML document of WinSW is beside its program and has its name. */
function readWinsw(image: string) {
  const [program = ''] = splitCommandLine(image);
  if (!/\.exe$/i.test(program) || /^(\\SystemRoot|[a-z]:\\windows)\\/i.test(program)) return undefined;
  const xml = readTextFile(program.replace(/\.exe$/i, '.xml'));
  return xml === undefined ? undefined : winswCommand(xml, program);
}

function listOf(value: RegistryValue | undefined): readonly string[] {
  return Array.isArray(value) ? value : [];
}

/** Whether an account, given by SID or name, is this user. */
export function isAccountOf(user: Sid): AutostartOwner['isUser'] {
  const logons = readLogons() ?? [];
  return account => account.toUpperCase() === user || isNameOf(logons, user, account.replace(/^\.\\/, ''));
}
