// A process that switches the sign-in start or the service of a gateway on or off while it migrates, and may be killed (SIGKILL to itself)
// right after the n-th change that it has made to anything that lasts: record, definition, tasks, services, Startup folder. Without a number
// it prints all changes. The elevated step is a part of it, so that it is killed within that step too.
//   node migrating.mjs '{"verb","mechanism","registered","identity","states","startup","tasks","services","gatewayCommand","program","killAfter"?}'
import { spawn } from 'node:child_process';
import files from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { isOwnSocket } from '../../dist/src/control/pipe-address.js';
import { posixProcesses } from '../../dist/src/gateway/process-start-time.js';
import { HostedManager } from '../../dist/src/manager/hosted-manager.js';
import { startupHost } from '../../dist/src/mechanisms/startup-host.js';
import { Migration } from '../../dist/src/migration/migration.js';
import { startupFiles } from '../../dist/src/migration/windows-autostarts.js';
import { FolderServices, FolderTasks } from './folder-autostarts.mjs';

const request = JSON.parse(process.argv[2] ?? '');
const { verb, mechanism, registered, identity, states, startup, gatewayCommand, program, owner, killAfter } = request;
/** @type {string[]} */
const changes = [];

/** @param {string} what @param {string} target */
function changed(what, target) {
  const isFile = /[/\\](Tasks|Services|Startup)[/\\]|(definition|migration)\.json$/.test(target);
  const isLasting = isFile || target === registered || target === path.join(states, identity.service);
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
const [tasks, services] = [new FolderTasks(request.tasks), new FolderServices(request.services)];
const ports = { tasks, startup: startupFiles(shell), services };
const whose = { ...owner, isUser: (/** @type {string} */ account) => account === owner.user, readText };
const trustsServer = async (/** @type {{ pipe: string }} */ { pipe }) => isOwnSocket(pipe);
const signIn = startupHost({ hostCommand: [process.execPath, program], stateRoot: states, processes: posixProcesses, shell, trustsServer });
const former = new Migration({ ports, owner: whose, stateRoot: states, processes: posixProcesses });

/** @type {import('../../dist/src/mechanisms/host-port.js').HostPort} */
const service = {
  mechanism: 'service',
  elevated: true,
  trustsServer,
  registration: async () => (files.existsSync(registered) ? { state: 'registered', host: 'stopped' } : { state: 'absent' }),
  hostFacts: async () => undefined,
  receipt: async () => [],
  checkRights: async () => undefined,
  register: async () => {
    files.writeFileSync(registered, '');
    changed('register', registered);
    for (const port of [tasks, services]) port.administrator = true;
    for (const { kind, name } of (await former.find(identity)).autostarts) {
      if (kind === 'task') await tasks.remove(name);
      if (kind === 'service') await services.disable(name);
    }
    for (const port of [tasks, services]) port.administrator = false;
  },
  unregister: async () => {
    if (!files.existsSync(registered)) return;
    files.rmSync(registered);
    changed('unregister', registered);
  },
  // Its runner ends with this process, which holds its stdin.
  start: async () => {
    spawn(process.execPath, [program, 'run', '--service', identity.service], { stdio: ['pipe', 'ignore', 'ignore'] }).unref();
  },
  stop: async () => undefined,
  isGone: async () => true,
};
const manager = new HostedManager([service, signIn], {
  stateRoot: states,
  processes: posixProcesses,
  checkCommand: (_identity, override) => override ?? [],
  former,
});

/** @param {string} file */
function readText(file) {
  try {
    return files.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

if (verb === 'install') await manager.install(identity, { mechanism, gatewayCommand });
else await manager.uninstall(identity);
console.log(JSON.stringify(changes));
