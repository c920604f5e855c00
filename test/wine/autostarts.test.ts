// The migration's ports, asked inside Wine. Wine's schtasks registers and deletes tasks, but lists none, so what the task scheduler's
// contract reads back is proved on Windows only; of a document that it takes Wine's scheduler keeps the settings, but not what is started.
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ScheduledTask, StartupFile } from '../../src/migration/ports.ts';
import { readTask, writeTask } from '../../src/migration/task-xml.ts';
import type { WrappedService } from '../../src/migration/wrapped-service.ts';
import { serviceRegistryContract, startupFolderContract } from '../contract/autostart-ports-contract.ts';
import { Remote } from './remote.ts';
import { describeOnWine } from './suite.ts';

describeOnWine('what else starts a gateway', rig => {
  let remote: Remote;
  beforeAll(async () => {
    remote = await Remote.start(rig(), 'autostarts');
  });
  afterAll(() => remote?.close());
  type Shown = Omit<StartupFile, 'content'> & { content: string };
  const list = async (): Promise<StartupFile[]> =>
    (await remote.ask<Shown[]>('listStartup')).map(file => ({ ...file, content: Buffer.from(file.content, 'base64') }));

  startupFolderContract('through Wine', async () => {
    await remote.ask('clearStartup');
    return {
      port: {
        list,
        write: (name, content) => remote.ask('writeStartup', name, content.toString('base64')),
        remove: name => remote.ask('removeStartup', name),
      },
      dispose: () => remote.ask('clearStartup'),
    };
  });

  it('reads an autostart from a real shortcut', async () => {
    await remote.ask('putShortcut', 'Bot.lnk', 'C:\\a b\\hermes.exe', '--profile "w x" gateway run');
    expect(await list()).toMatchObject([{ name: 'Bot.lnk', command: ['C:\\a b\\hermes.exe', '--profile', 'w x', 'gateway', 'run'] }]);
    await remote.ask('clearStartup');
  });

  serviceRegistryContract('through Wine', () => ({
    port: {
      find: () => remote.ask('findServices'),
      state: name => remote.ask('stateOfService', name),
      disable: name => remote.ask('disableService', name),
    },
    put: (name, [program = '', ...args], environment) =>
      remote.ask(
        'putService',
        name,
        [
          ['\\Parameters', 'Application', 'REG_EXPAND_SZ', program],
          ['\\Parameters', 'AppParameters', 'REG_SZ', args.join(' ')],
          ['\\Parameters', 'AppEnvironmentExtra', 'REG_MULTI_SZ', environment.join('\\0')],
        ],
        '"C:\\Program Files\\nssm\\nssm.exe"',
      ),
    dispose: () => remote.ask('deleteService', 'contract-bot'),
  }));

  it('reads an autostart from the WinSW document beside its program, and from no other service', async () => {
    rig().write(
      'C:\\winsw folder\\bot.xml',
      '<service><id>b</id><executable>C:\\h\\hermes.exe</executable><arguments>gateway run</arguments></service>',
    );
    await remote.ask('putService', 'winsw-bot', [], '"C:\\winsw folder\\bot.exe"');
    const found = await remote.ask<WrappedService[]>('findServices');
    await remote.ask('deleteService', 'winsw-bot');
    const command = ['C:\\h\\hermes.exe', 'gateway', 'run'];
    expect(found).toEqual([{ name: 'winsw-bot', account: 'LocalSystem', command, env: {} }]);
  });

  it('writes a task that the scheduler accepts and removes again', async () => {
    const user = await remote.ask<string>('user');
    const fields = { command: 'wscript.exe', args: '//B //Nologo "C:\\Jörg & 方舟\\a.vbs"', delay: 'PT30S', enabled: false };
    const file = rig().onLinux('C:\\windows\\system32\\tasks\\Hermes_Gateway_ü');
    await remote.ask('createTask', 'Hermes_Gateway_ü', writeTask(fields, user));
    const kept = readFileSync(file, 'utf8');
    for (const setting of ['<Enabled>false<', '<ExecutionTimeLimit>PT0S<', '<StopIfGoingOnBatteries>false<'])
      expect(kept).toContain(setting);
    await rig().run(['schtasks', '/Delete', '/F', '/TN', '\\Hermes_Gateway_ü']);
    expect(existsSync(file)).toBe(false);
  });

  it('finds the task again (skipped where schtasks lists none, as in Wine; proved on Windows only)', async ({ skip }) => {
    const fields = { command: 'wscript.exe', args: '', enabled: true };
    const created = await remote.ask<boolean>('createTask', 'Hermes_Gateway', writeTask(fields, await remote.ask('user')));
    const found = await remote.ask<ScheduledTask[]>('findTasks', 'Hermes_Gateway');
    await rig().run(['schtasks', '/Delete', '/F', '/TN', '\\Hermes_Gateway']);
    if (found.length === 0) skip('this schtasks lists no task');
    expect(created).toBe(true);
    expect(found.map(({ xml }) => xml && readTask(xml)?.fields)).toEqual([fields]);
  });
});
