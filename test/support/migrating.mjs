// A process that switches the sign-in start of a gateway on or off while it migrates, and may be killed (SIGKILL to itself) right after the
// n-th change that it has made to anything that lasts: record, definition, tasks, Startup folder. Without a number it prints all changes.
//   node migrating.mjs '{"verb","identity","states","startup","tasks","services","gatewayCommand","program","killAfter"?}'
import files from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { posixProcesses } from '../../dist/src/gateway/process-start-time.js';
import { Migration } from '../../dist/src/migration/migration.js';
import { HostedManager } from '../../dist/src/process/hosted-manager.js';
import { isOwnSocket } from '../../dist/src/process/pipe-address.js';
import { startupHost } from '../../dist/src/process/startup-host.js';
import { startupFiles } from '../../dist/src/process/windows-autostarts.js';
import { FolderServices, FolderTasks } from './folder-autostarts.mjs';

const { verb, identity, states, startup, tasks, services, gatewayCommand, program, owner, killAfter } = JSON.parse(process.argv[2] ?? '');
/** @type {string[]} */
const changes = [];

/** @param {string} what @param {string} target */
function changed(what, target) {
  const isLasting =
    /[/\\](Tasks|Startup)[/\\]|(definition|migration)\.json$/.test(target) || target === path.join(states, identity.serviceName);
  if (!isLasting) return;
  changes.push(`${what} ${path.basename(target)}`);
  if (changes.length === killAfter) process.kill(process.pid, 'SIGKILL');
}

/** @param {'rename' | 'rm' | 'writeFile'} name @param {number} at the place of the path that is changed */
function watch(name, at) {
  const plain = /** @type {(...args: unknown[]) => Promise<void>} */ (fs[name]);
  Object.assign(fs, {
    [name]: async (/** @type {unknown[]} */ ...args) => {
      await plain(...args);
      changed(name, String(args[at]));
    },
  });
}
watch('rename', 1);
watch('rm', 0);
watch('writeFile', 0);

const shell = {
  folder: () => startup,
  readShortcut: (/** @type {string} */ file) => JSON.parse(files.readFileSync(file, 'utf8')),
  writeShortcut: (/** @type {string} */ file, /** @type {object} */ shortcut) => {
    files.writeFileSync(file, JSON.stringify(shortcut));
    changed('writeShortcut', file);
  },
  isEnabled: () => true,
  start: async () => false,
  hasMoreRights: () => false,
};
const ports = { tasks: new FolderTasks(tasks), startup: startupFiles(shell), services: new FolderServices(services) };
const whose = { ...owner, isUser: (/** @type {string} */ account) => account === owner.user, readText };
const vouch = async (/** @type {{ pipe: string }} */ { pipe }) => isOwnSocket(pipe);
const host = startupHost({ hostCommand: [process.execPath, program], stateRoot: states, processes: posixProcesses, shell, vouch });
const manager = new HostedManager([host], {
  stateRoot: states,
  processes: posixProcesses,
  checkCommand: (_identity, override) => override ?? [],
  former: new Migration({ ports, owner: whose, stateRoot: states, processes: posixProcesses }),
});

/** @param {string} file */
function readText(file) {
  try {
    return files.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

if (verb === 'install') await manager.install(identity, { mechanism: 'startup', gatewayCommand });
else await manager.uninstall(identity);
console.log(JSON.stringify(changes));
