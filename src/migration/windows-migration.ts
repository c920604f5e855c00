/**
 * The migration on Windows: for the user who runs this, with what that user may do; and the part of it that needs an administrator, which
 * the elevated step does by itself. That one knows a service and its owner, and nothing else: it reads no launcher of a user, and what it
 * takes away is found by the same identity as everywhere.
 */

import os from 'node:os';
import { readTextFile } from '../gateway/tolerant-json.ts';
import type { ServiceName } from '../model/identity.ts';
import { readValue } from '../windows/registry.ts';
import type { Sid } from '../windows/sddl.ts';
import { currentUser } from '../windows/security.ts';
import type { StartupShell } from '../windows/startup-shell.ts';
import { expandVariables, readUserEnvironment } from '../windows/user-environment.ts';
import { type AutostartOwner, findAutostarts } from './autostarts.ts';
import { Migration, type MigrationOptions } from './migration.ts';
import { taskScheduler } from './task-scheduler.ts';
import { isAccountOf, windowsPorts, wrappedServices } from './windows-autostarts.ts';

const PROFILES = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList';

type Options = Pick<MigrationOptions, 'stateRoot' | 'processes'> & { readonly shell: Pick<StartupShell, 'folder' | 'readShortcut'> };

export function windowsMigration({ shell, ...options }: Options): Migration {
  const user = currentUser();
  const owner: AutostartOwner = {
    platform: 'win32',
    // What Windows starts has the user's environment, not the one of this process.
    env: { LOCALAPPDATA: process.env['LOCALAPPDATA'] },
    homedir: os.homedir(),
    readUserEnvironment,
    user,
    isUser: isAccountOf(user),
    readText: readTextFile,
  };
  return new Migration({ ...options, ports: windowsPorts(shell), owner });
}

/**
 * Takes away what starts the gateway of this service and may stay without an administrator: tasks that one made, and services of wrappers.
 * What stays for whatever reason is found and told by the owner's own process. The owner remembers all of it already.
 */
export async function takeWhatNeedsRights(service: ServiceName, user: Sid): Promise<void> {
  const tasks = taskScheduler();
  const { autostarts } = await findAutostarts({ tasks, services: wrappedServices }, service, ownerBySid(user));
  for (const { kind, name } of autostarts) {
    const taking = kind === 'task' ? tasks.remove(name) : wrappedServices.disable(name);
    await taking.catch(() => false);
  }
}

/** Somebody else's environment is not at hand; where Windows keeps that user's folders is. */
function ownerBySid(user: Sid): AutostartOwner {
  const image = readValue(`${PROFILES}\\${user}`, 'ProfileImagePath');
  const folder =
    typeof image === 'object' && 'expand' in image ? expandVariables(image.expand, process.env) : String(image ?? os.homedir());
  return {
    platform: 'win32',
    env: { LOCALAPPDATA: `${folder}\\AppData\\Local` },
    homedir: folder,
    user,
    isUser: isAccountOf(user),
    readText: () => undefined,
  };
}
