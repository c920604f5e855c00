// Which autostarts are this gateway's, what is left alone, and what a migration would do about them: decisions, without a change to
// anything.

import { describe, expect, it } from 'vitest';
import { type AutostartOwner, findAutostarts, listAutostarts } from '../../src/migration/autostarts.ts';
import { NOTHING_TAKEN } from '../../src/migration/migration-record.ts';
import { restoringReceipt, takingReceipt, toRestore, toTake } from '../../src/migration/plan.ts';
import type { Ports, ScheduledTask, StartupFile } from '../../src/migration/ports.ts';
import { packagedCommand, type WrappedService } from '../../src/migration/wrapped-service.ts';
import type { ServiceName } from '../../src/model/identity.ts';
import {
  cmdEntry,
  cmdLauncher,
  hermesTask,
  jsEntry,
  jsLauncher,
  launcherOf,
  pythonOf,
  vbsEntry,
  vbsLauncher,
} from '../support/hermes-autostarts.ts';

const JO = 'S-1-5-21-1-2-3-1001';
const LOCAL = 'C:\\Users\\jo\\AppData\\Local';
const HOME = `${LOCAL}\\hermes`;
const WORK = `${HOME}\\profiles\\work`;
const GATEWAY = ['-m', 'hermes_cli.main', 'gateway', 'run'];

/** Files that launchers are read from. */
const FILES: Readonly<Record<string, string>> = {
  [launcherOf(HOME, 'Hermes_Gateway.vbs')]: vbsLauncher(HOME),
  [launcherOf(HOME, 'Hermes_Gateway.js')]: jsLauncher(HOME),
  [launcherOf(HOME, 'Hermes_Gateway.cmd')]: cmdLauncher(HOME),
  [launcherOf(WORK, 'Hermes_Gateway_work.vbs')]: vbsLauncher(WORK, 'work'),
  // Before there were suffixes, each profile had the plain name.
  [launcherOf(WORK, 'Hermes_Gateway.vbs')]: vbsLauncher(WORK, 'work'),
  'C:\\tools\\Hermes_Gateway.vbs': 'sh.Run "notepad.exe", 0, False',
};
const owner: AutostartOwner = {
  platform: 'win32',
  env: { LOCALAPPDATA: LOCAL },
  homedir: 'C:\\Users\\jo',
  user: JO,
  isUser: account => account === JO || account === 'PC\\jo',
  readText: file => FILES[file],
};

interface Present {
  readonly tasks?: readonly ScheduledTask[];
  readonly files?: readonly StartupFile[];
  readonly services?: readonly WrappedService[];
}

const never = async (): Promise<never> => {
  throw new Error('a search changes nothing');
};
const portsOf = ({ tasks = [], files = [], services = [] }: Present): Ports => ({
  tasks: { find: async () => tasks, remove: never, create: never },
  startup: { list: async () => files, remove: never, write: never },
  services: { find: async () => services, state: never, disable: never },
});
const find = async (present: Present, service: ServiceName = 'HermesGateway', as = owner) =>
  findAutostarts(await listAutostarts(portsOf(present)), service, as);
const task = (name: string, launcher: string, user = JO): ScheduledTask => ({ name, xml: hermesTask(launcher, { user }) });
const file = (name: string, text: string): StartupFile => ({ name, content: Buffer.from(text) });
const named = (each: { readonly kind: string; readonly name: string }) => `${each.kind} ${each.name}`;

const PACKAGED = '"C:\\Program Files\\WindowsApps\\Nous.Hermes_1.2.0.0_x64__abc\\app\\hermes.exe" gateway run --service';
const packagedService = (): WrappedService => {
  const command = packagedCommand(PACKAGED) ?? [];
  return { name: 'HermesGateway', command, env: {}, account: 'LocalSystem', packaged: true };
};

describe("Hermes' own packaged service", () => {
  it.each([PACKAGED, PACKAGED.replaceAll('"', '')])('is recognised by its command line %s', image => {
    expect(packagedCommand(image)?.slice(-3)).toEqual(['gateway', 'run', '--service']);
  });

  it.each([
    'C:\\Users\\jo\\hermes\\bin\\hermes.exe gateway run --service',
    PACKAGED.replace(' --service', ''),
    PACKAGED.replace('gateway run', 'gateway stop'),
    PACKAGED.replace('hermes.exe', 'other.exe'),
    '"C:\\Program Files\\Hermes Gateway Service\\a\\hermes-gateway-host.exe" service --service HermesGateway',
  ])('is not %s', image => {
    expect(packagedCommand(image)).toBeUndefined();
  });

  it('belongs to the default profile, whichever of its two names our service has', async () => {
    const autostart = { kind: 'service', name: 'HermesGateway', launchers: [], packaged: true };
    for (const service of ['HermesGateway', 'HermesGateway-default'] as const)
      expect((await find({ services: [packagedService()] }, service)).autostarts).toEqual([autostart]);
    expect((await find({ services: [packagedService()] }, 'HermesGateway-work')).autostarts).toEqual([]);
  });
});

describe('autostarts of this gateway', () => {
  it.each<[string, Present, string]>([
    ['task with a VBScript', { tasks: [task('Hermes_Gateway', launcherOf(HOME, 'Hermes_Gateway.vbs'))] }, 'task Hermes_Gateway'],
    ['task with JScript', { tasks: [task('Hermes_Gateway', launcherOf(HOME, 'Hermes_Gateway.js'))] }, 'task Hermes_Gateway'],
    [
      'task that an account name stands in',
      { tasks: [task('Hermes_Gateway', launcherOf(HOME, 'Hermes_Gateway.vbs'), 'PC\\jo')] },
      'task Hermes_Gateway',
    ],
    [
      'task of the first generation, a command file',
      { tasks: [{ name: 'Hermes_Gateway', xml: hermesTask('', { command: launcherOf(HOME, 'Hermes_Gateway.cmd'), args: '' }) }] },
      'task Hermes_Gateway',
    ],
    [
      'task without a launcher',
      { tasks: [{ name: 'Hermes_Gateway_own', xml: hermesTask('', { command: pythonOf(HOME), args: GATEWAY.join(' ') }) }] },
      'task Hermes_Gateway_own',
    ],
    [
      'task whose launcher an update has deleted',
      { tasks: [task('Hermes_Gateway', launcherOf(HOME, 'Hermes_Gateway_old.vbs'))] },
      'task Hermes_Gateway',
    ],
    [
      'Startup entry in VBScript',
      { files: [file('Hermes_Gateway.vbs', vbsEntry(launcherOf(HOME, 'Hermes_Gateway.vbs')))] },
      'startup-entry Hermes_Gateway.vbs',
    ],
    [
      'Startup entry in JScript',
      { files: [file('Hermes_Gateway.js', jsEntry(launcherOf(HOME, 'Hermes_Gateway.js')))] },
      'startup-entry Hermes_Gateway.js',
    ],
    [
      'Startup command file',
      { files: [file('Hermes_Gateway.cmd', cmdEntry(launcherOf(HOME, 'Hermes_Gateway.cmd')))] },
      'startup-entry Hermes_Gateway.cmd',
    ],
    ['Startup command file that is the launcher', { files: [file('start.cmd', cmdLauncher(HOME))] }, 'startup-entry start.cmd'],
    [
      'Startup shortcut, whatever it is called',
      { files: [{ ...file('Bot.lnk', ''), command: [pythonOf(HOME), ...GATEWAY] }] },
      'startup-entry Bot.lnk',
    ],
    [
      'half-written entry',
      { files: [file('Hermes_Gateway.tmp', vbsEntry(launcherOf(HOME, 'Hermes_Gateway.vbs')))] },
      'startup-entry Hermes_Gateway.tmp',
    ],
    [
      'service of a wrapper, with its home',
      {
        services: [{ name: 'bot', command: [pythonOf(HOME), ...GATEWAY], env: { HERMES_HOME: HOME }, account: 'LocalSystem' }],
      },
      'service bot',
    ],
    [
      'service of a wrapper that runs as the user',
      { services: [{ name: 'bot', command: [pythonOf(HOME), ...GATEWAY], env: {}, account: 'PC\\jo' }] },
      'service bot',
    ],
  ])('finds a %s as an autostart of this gateway', async (_what, present, name) => {
    const found = await find(present);
    expect(found.autostarts.map(named)).toEqual([name]);
    expect(found.lookAlikes).toEqual([]);
  });

  it('finds the autostart with the plain name that serves a profile, for that profile only', async () => {
    const present = {
      tasks: [task('Hermes_Gateway', launcherOf(WORK, 'Hermes_Gateway.vbs'))],
      files: [file('Hermes_Gateway_work.vbs', vbsEntry(launcherOf(WORK, 'Hermes_Gateway_work.vbs')))],
    };
    expect((await find(present)).autostarts).toEqual([]);
    expect((await find(present)).lookAlikes).toEqual([]);
    expect((await find(present, 'HermesGateway-work')).autostarts.map(named)).toEqual([
      'task Hermes_Gateway',
      'startup-entry Hermes_Gateway_work.vbs',
    ]);
  });

  it('records the launchers that the autostarts run', async () => {
    const launcher = launcherOf(HOME, 'Hermes_Gateway.vbs');
    const { autostarts } = await find({ files: [file('Hermes_Gateway.vbs', vbsEntry(launcher))] });
    expect(autostarts[0]?.launchers).toEqual([{ file: launcher, text: vbsLauncher(HOME) }]);
  });

  it('finds autostarts without reading a file of the user when that is not allowed', async () => {
    const blind = { ...owner, readText: () => undefined };
    const tasks = [
      task('Hermes_Gateway', launcherOf(HOME, 'Hermes_Gateway.vbs')),
      task('Hermes_Gateway_work', launcherOf(WORK, 'Hermes_Gateway_work.vbs')),
    ];
    expect((await find({ tasks }, 'HermesGateway', blind)).autostarts.map(named)).toEqual(['task Hermes_Gateway']);
    expect((await find({ tasks }, 'HermesGateway-work', blind)).autostarts.map(named)).toEqual(['task Hermes_Gateway_work']);
  });
});

describe('similar autostarts of other programs', () => {
  it.each<[string, Present, object]>([
    [
      'a task that starts something else',
      { tasks: [task('Hermes_Gateway', 'C:\\tools\\Hermes_Gateway.vbs')] },
      { kind: 'task', name: 'Hermes_Gateway', why: 'starts-something-else' },
    ],
    [
      'a task of another user',
      { tasks: [task('Hermes_Gateway', launcherOf(HOME, 'Hermes_Gateway.vbs'), 'S-1-5-21-1-2-3-1002')] },
      { kind: 'task', name: 'Hermes_Gateway', why: 'another-user' },
    ],
    ['a task that may not be read', { tasks: [{ name: 'Hermes_Gateway' }] }, { kind: 'task', name: 'Hermes_Gateway', why: 'unreadable' }],
    [
      'an entry of that name',
      { files: [file('Hermes_Gateway.vbs', 'WScript.Echo "hello"')] },
      { kind: 'startup-entry', name: 'Hermes_Gateway.vbs', why: 'starts-something-else' },
    ],
    [
      'a shortcut that cannot be read',
      { files: [file('Hermes_Gateway.lnk', 'L\0\0\0')] },
      { kind: 'startup-entry', name: 'Hermes_Gateway.lnk', why: 'starts-something-else' },
    ],
  ])('reports %s as similar but not part of this gateway', async (_what, present, lookAlike) => {
    const found = await find(present);
    expect(found).toMatchObject({ autostarts: [], lookAlikes: [lookAlike] });
    expect(toTake(found)).toEqual([]);
  });

  it.each<[string, Present]>([
    ['another home’s task', { tasks: [{ name: 'Hermes_Gateway_9f', xml: hermesTask(launcherOf('D:\\h', 'Hermes_Gateway_9f.vbs')) }] }],
    ['other things that start with Windows', { files: [file('desktop.ini', '[.ShellClassInfo]'), file('notes.cmd', 'notepad.exe')] }],
    [
      'our own entry',
      { files: [{ ...file('Hermes Gateway Service.lnk', ''), command: ['C:\\host.exe', 'supervise', '--service', 'HermesGateway'] }] },
    ],
    [
      'the service of another account, which serves that account’s home',
      { services: [{ name: 'bot', command: [pythonOf(HOME), ...GATEWAY], env: {}, account: 'LocalSystem' }] },
    ],
  ])('does not report %s as similar to an autostart of this gateway', async (_what, present) => {
    expect(await find(present)).toEqual({ autostarts: [], lookAlikes: [], unasked: [] });
  });
});

describe('system that does not answer', () => {
  it('reports what cannot be read, and finds the rest', async () => {
    const silent = async () => {
      throw new Error('no answer');
    };
    const ports = portsOf({ files: [file('start.cmd', cmdLauncher(HOME))] });
    const listing = await listAutostarts({ ...ports, tasks: { ...ports.tasks, find: silent } });
    const found = findAutostarts(listing, 'HermesGateway', owner);
    expect(found.autostarts.map(named)).toEqual(['startup-entry start.cmd']);
    expect(found.unasked).toEqual([{ kind: 'task', why: 'no answer' }]);
    expect(takingReceipt({ ...found, autostarts: [] })).toMatchObject([
      { action: 'keep', kind: 'task', note: { code: 'autostart-unasked' } },
    ]);
  });
});

describe('migration plan', () => {
  const present: Present = {
    files: [
      file('Hermes_Gateway.vbs', vbsEntry(launcherOf(HOME, 'Hermes_Gateway.vbs'))),
      file('Hermes_Gateway.tmp', vbsEntry(launcherOf(HOME, 'Hermes_Gateway.vbs'))),
    ],
    tasks: [
      task('Hermes_Gateway', launcherOf(HOME, 'Hermes_Gateway.vbs')),
      task('Hermes_Gateway_x', launcherOf(HOME, 'Hermes_Gateway.vbs'), 'S-1-5-21-9'),
    ],
    services: [{ name: 'bot', command: [pythonOf(HOME), ...GATEWAY], env: { HERMES_HOME: HOME }, account: 'LocalSystem' }],
  };
  const lines = (rows: ReturnType<typeof takingReceipt>) => rows.map(({ action, kind, target }) => `${action} ${kind} ${target}`);

  it('removes each autostart when switching on, tasks first and services last, and leaves the others', async () => {
    expect(lines(takingReceipt(await find(present)))).toEqual([
      'remove task Hermes_Gateway',
      'remove startup-entry Hermes_Gateway.tmp',
      'remove startup-entry Hermes_Gateway.vbs',
      'change service bot',
      'keep task Hermes_Gateway_x',
    ]);
  });

  it('restores the missing autostarts when switching off, the last one first, without incomplete files', async () => {
    const { autostarts } = await find(present);
    const record = { ...NOTHING_TAKEN, taken: autostarts };
    expect(lines(restoringReceipt(record, { autostarts: [], lookAlikes: [], unasked: [] }))).toEqual([
      'keep service bot',
      'create startup-entry Hermes_Gateway.vbs',
      'create task Hermes_Gateway',
    ]);
    expect(toRestore(record, { autostarts })).toEqual([]);
  });
});
