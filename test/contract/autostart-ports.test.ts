// The stand-ins of the migration's tests, and the real adapters as far as they run here: the Startup folder is a folder anywhere, and
// schtasks.exe a program that answers as Windows' own does. Windows' own, and the registry, are asked in test/wine.
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { taskScheduler } from '../../src/migration/task-scheduler.ts';
import { taskFile } from '../../src/migration/task-xml.ts';
import { startupFiles } from '../../src/migration/windows-autostarts.ts';
import { FolderServices, FolderTasks } from '../support/folder-autostarts.mjs';
import { FolderShell } from '../support/startup-shell.ts';
import { serviceRegistryContract, startupFolderContract, taskSchedulerContract } from './autostart-ports-contract.ts';

const SCHTASKS = fileURLToPath(new URL('../support/schtasks.mjs', import.meta.url));
const USER = 'S-1-5-21-1-2-3-1001';

function temporary() {
  const folder = mkdtempSync(path.join(tmpdir(), 'autostart-ports-'));
  return { folder, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A schtasks of the test's own, with its tasks beside it. */
function ownSchtasks() {
  const { folder, dispose } = temporary();
  const program = path.join(folder, 'schtasks.mjs');
  copyFileSync(SCHTASKS, program);
  chmodSync(program, 0o755);
  return { folder, program, dispose };
}

taskSchedulerContract('in a folder', () => {
  const { folder, dispose } = temporary();
  const port = new FolderTasks(path.join(folder, 'Tasks'));
  return { port, user: USER, dispose, putAsAdministrator: (name, xml) => port.put(name, xml, { administrator: true }) };
});

taskSchedulerContract('through a stand-in for schtasks.exe', () => {
  const { folder, program, dispose } = ownSchtasks();
  return {
    port: taskScheduler(program),
    user: USER,
    dispose,
    putAsAdministrator: async (name, xml) => {
      mkdirSync(path.join(folder, 'Tasks'), { recursive: true });
      writeFileSync(path.join(folder, 'Tasks', `${name}.xml`), taskFile(xml));
      writeFileSync(path.join(folder, 'Tasks', `${name}.administrator`), '');
    },
  };
});

it('reports a task scheduler that fails or is missing as "cannot be queried"', async () => {
  const { folder, program, dispose } = ownSchtasks();
  try {
    writeFileSync(path.join(folder, 'silent'), '');
    await expect(taskScheduler(program).find('Hermes')).rejects.toMatchObject({ code: 'windows-refused' });
    await expect(taskScheduler(path.join(folder, 'missing.exe')).find('Hermes')).rejects.toThrow('ENOENT');
  } finally {
    dispose();
  }
});

startupFolderContract('files', () => {
  const { folder, dispose } = temporary();
  return { port: startupFiles(new FolderShell(path.join(folder, 'Startup'))), dispose };
});

it('reports a Startup folder that cannot be found as "cannot be queried"', async () => {
  const shell = {
    folder: () => {
      throw new Error('no such folder');
    },
    readShortcut: () => {
      throw new Error('never asked');
    },
  };
  await expect(startupFiles(shell).list()).rejects.toThrow('no such folder');
});

serviceRegistryContract('in a folder', () => {
  const { folder, dispose } = temporary();
  const port = new FolderServices(folder);
  port.administrator = true;
  return {
    port,
    dispose,
    put: (name, command, environment) =>
      port.put({
        name,
        command,
        env: Object.fromEntries(environment.map(each => each.split('='))),
        account: 'LocalSystem',
      }),
  };
});
