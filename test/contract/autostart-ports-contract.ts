// What the migration relies on in a task scheduler, a Startup folder and the services of others; every implementation passes it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceRegistry, StartupFolder, TaskScheduler } from '../../src/migration/ports.ts';
import { readTask, writeTask } from '../../src/migration/task-xml.ts';

export interface Stage<T> {
  readonly port: T;
  dispose(): Promise<void> | void;
}
type Open<T> = () => Promise<T> | T;

export interface TaskStage extends Stage<TaskScheduler> {
  /** A user that tasks can run as. */
  readonly user: string;
  /** Has an administrator make a task; left out where that cannot be had. */
  readonly putAsAdministrator?: (name: string, xml: string) => Promise<void>;
}

const FIELDS = { command: 'wscript.exe', args: '//B //Nologo "C:\\Jörg & 方舟\\a.vbs"', delay: 'PT30S', enabled: true };
const NAME = 'Hermes_Gateway_contract';

export function taskSchedulerContract(name: string, open: Open<TaskStage>): void {
  describe(`task scheduler (${name})`, () => {
    let stage: TaskStage;
    beforeEach(async () => {
      stage = await open();
    });
    afterEach(async () => {
      await stage.port.remove(NAME);
      await stage.dispose();
    });
    const found = async () => (await stage.port.find('hermes_gateway_CONTRACT')).map(({ xml }) => xml && readTask(xml)?.fields);

    it('finds a created task with its exact content until the task is removed', async () => {
      expect(await found()).toEqual([]);
      expect(await stage.port.create(NAME, writeTask(FIELDS, stage.user))).toBe(true);
      expect(await found()).toEqual([FIELDS]);
      expect(await stage.port.remove(NAME)).toBe(true);
      expect(await found()).toEqual([]);
    });

    it('never replaces an existing task', async () => {
      await stage.port.create(NAME, writeTask(FIELDS, stage.user));
      expect(await stage.port.create(NAME, writeTask({ ...FIELDS, command: 'other.exe' }, stage.user))).toBe(false);
      expect(await found()).toEqual([FIELDS]);
    });

    it('removes a missing task without an error', async () => {
      expect(await stage.port.remove(NAME)).toBe(true);
    });

    it('reports that a task remains which only an administrator may remove', async ({ skip }) => {
      if (!stage.putAsAdministrator) skip('no administrator is at hand');
      await stage.putAsAdministrator?.(NAME, writeTask(FIELDS, stage.user));
      expect(await stage.port.remove(NAME)).toBe(false);
      expect(await found()).toEqual([FIELDS]);
    });
  });
}

export function startupFolderContract(name: string, open: Open<Stage<StartupFolder>>): void {
  describe(`Startup folder (${name})`, () => {
    let stage: Stage<StartupFolder>;
    beforeEach(async () => {
      stage = await open();
    });
    afterEach(() => stage.dispose());
    const content = async (file: string) => (await stage.port.list()).find(each => each.name === file)?.content.toString();

    it('lists nothing when the Startup folder is missing, and creates it with the first file', async () => {
      expect(await stage.port.list()).toEqual([]);
      expect(await stage.port.write('a.vbs', Buffer.from('grüß 方舟'))).toBe(true);
      expect(await content('a.vbs')).toBe('grüß 方舟');
    });

    it('never replaces another file, but completes a partly written file with the same content', async () => {
      await stage.port.write('a.vbs', Buffer.from('sh.R'));
      expect(await stage.port.write('a.vbs', Buffer.from('sh.Run'))).toBe(true);
      expect(await stage.port.write('a.vbs', Buffer.from('sh.Run'))).toBe(true);
      expect(await stage.port.write('a.vbs', Buffer.from('else'))).toBe(false);
      expect(await content('a.vbs')).toBe('sh.Run');
    });

    it('removes a file, and a missing file without an error', async () => {
      await stage.port.write('a.vbs', Buffer.from('a'));
      expect(await stage.port.remove('a.vbs')).toBe(true);
      expect(await stage.port.remove('a.vbs')).toBe(true);
      expect(await stage.port.list()).toEqual([]);
    });
  });
}

export interface ServiceStage extends Stage<ServiceRegistry> {
  /** Registers a service `name` of nssm that would run this command. */
  put(name: string, command: readonly string[], environment: readonly string[]): Promise<void>;
}

export function serviceRegistryContract(name: string, open: Open<ServiceStage>): void {
  describe(`services of wrappers (${name})`, () => {
    let stage: ServiceStage;
    beforeEach(async () => {
      stage = await open();
    });
    afterEach(() => stage.dispose());

    it('finds wrapper services with their commands until they are disabled', async () => {
      const command = ['C:\\a b\\python.exe', '-m', 'hermes_cli.main', 'gateway', 'run'];
      await stage.put('contract-bot', command, ['HERMES_HOME=C:\\h']);
      const mine = async () => (await stage.port.find()).filter(each => each.name === 'contract-bot');
      expect(await mine()).toMatchObject([{ command, env: { HERMES_HOME: 'C:\\h' }, account: 'LocalSystem' }]);
      expect(await stage.port.state('contract-bot')).toBe('stopped');
      expect(await stage.port.disable('contract-bot')).toBe(true);
      expect(await mine()).toEqual([]);
    });
  });
}
