/**
 * The migration on Windows: for the user who runs it, with the rights of that user; and the part that needs an administrator, which the
 * elevated step does alone. The elevated step knows a service and its owner and nothing else: it reads no launcher of a user, and it finds
 * what to remove by the same identity.
 */

import { readTextFile } from '../gateway/tolerant-json.ts';
import type { ServiceName } from '../model/identity.ts';
import { userFolder } from '../state/user-folder.ts';
import { readValue } from '../windows/registry.ts';
import type { Sid } from '../windows/sddl.ts';
import { currentUser } from '../windows/security.ts';
import { readUserEnvironment, textOf } from '../windows/user-environment.ts';
import { type AutostartOwner, findAutostarts, listAutostarts } from './autostarts.ts';
import { Migration, type MigrationOptions } from './migration.ts';
import { taskScheduler } from './task-scheduler.ts';
import { isAccountOf, type ReadShell, windowsPorts, wrappedServices } from './windows-autostarts.ts';

const PROFILES = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList';

type Options = Pick<MigrationOptions, 'stateRoot' | 'processes'> & { readonly shell: ReadShell };

export function windowsMigration({ shell, ...options }: Options): Migration {
  const user = currentUser();
  const owner: AutostartOwner = {
    platform: 'win32',
    // What Windows starts has the user's environment, not that of this process.
    env: { LOCALAPPDATA: process.env['LOCALAPPDATA'] },
    homedir: userFolder(),
    readUserEnvironment,
    user,
    isUser: isAccountOf(user),
    readText: readTextFile,
  };
  return new Migration({ ...options, ports: windowsPorts(shell), owner });
}

/**
 * Removes what starts the gateway of this service and needs an administrator: tasks that an administrator made, and services of wrappers.
 * The owner's own process reports what could not be removed. The owner has recorded all of it already.
 */
export async function takeWhatNeedsRights(service: ServiceName, user: Sid): Promise<void> {
  const tasks = taskScheduler();
  const { autostarts } = findAutostarts(await listAutostarts({ tasks, services: wrappedServices }), service, ownerBySid(user));
  for (const { kind, name } of autostarts) {
    const taking = kind === 'task' ? tasks.remove(name) : wrappedServices.disable(name);
    await taking.catch(() => false);
  }
}

/** The environment of another user is not available; the folders of that user are known to Windows. */
function ownerBySid(user: Sid): AutostartOwner {
  const folder = textOf(readValue(`${PROFILES}\\${user}`, 'ProfileImagePath')) ?? userFolder();
  return {
    platform: 'win32',
    env: { LOCALAPPDATA: `${folder}\\AppData\\Local` },
    homedir: folder,
    user,
    isUser: isAccountOf(user),
    readText: () => undefined,
  };
}
