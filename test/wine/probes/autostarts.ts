// The migration's ports on Windows, for the contract suites on the other side; a file's content crosses as Base64.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { windowsStartupShell } from '../../../src/mechanisms/windows-startup.ts';
import { windowsPorts } from '../../../src/migration/windows-autostarts.ts';
import { currentUser } from '../../../src/windows/security.ts';
import { startupFolder } from '../../../src/windows/startup-folder.ts';
import { serve } from './serve.ts';

const shell = windowsStartupShell([process.execPath]);
const { tasks, startup, services } = windowsPorts(shell);

const KEY = 'HKLM\\SYSTEM\\CurrentControlSet\\Services';
function run(program: string, ...args: readonly string[]): void {
  const { status } = spawnSync(program, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: exit code ${status}`);
}

serve(() => ({
  user: currentUser,
  findTasks: tasks.find,
  createTask: tasks.create,
  removeTask: tasks.remove,
  listStartup: async () => (await startup.list()).map(file => ({ ...file, content: file.content.toString('base64') })),
  writeStartup: (name: string, content: string) => startup.write(name, Buffer.from(content, 'base64')),
  removeStartup: startup.remove,
  putShortcut: (name: string, program: string, parameters: string) => {
    mkdirSync(startupFolder(), { recursive: true });
    shell.writeShortcut(path.join(startupFolder(), name), { program, parameters, cwd: 'C:\\', description: '' });
  },
  clearStartup: () => rmSync(startupFolder(), { recursive: true, force: true }),
  findServices: services.find,
  stateOfService: services.state,
  disableService: services.disable,
  putService: (name: string, values: readonly (readonly [key: string, name: string, type: string, data: string])[], image: string) => {
    run('sc', 'create', name, 'binPath=', image, 'start=', 'auto');
    for (const [key, value, type, data] of values) run('reg', 'add', `${KEY}\\${name}${key}`, '/v', value, '/t', type, '/d', data, '/f');
  },
  deleteService: (name: string) => run('sc', 'delete', name),
}));
