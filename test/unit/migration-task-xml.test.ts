// A scheduled task as the fields that matter, read from what schtasks prints and written as a document of our own.
import { describe, expect, it } from 'vitest';
import { taskNames } from '../../src/migration/task-scheduler.ts';
import { decodeText, readTask, taskFile, writeTask } from '../../src/migration/task-xml.ts';
import { nssmCommand, winswCommand } from '../../src/migration/wrapped-service.ts';
import { hermesTask } from '../support/hermes-autostarts.ts';

const USER = 'S-1-5-21-1-2-3-1001';
const LAUNCHER = 'C:\\Users\\Jörg & Söhne\\hermes\\gateway-service\\Hermes_Gateway.vbs';

describe('output of a console tool', () => {
  const oem = (bytes: Buffer) => `oem ${bytes.length}`;
  it.each<[string, Buffer, string]>([
    ['UTF-16 with its mark', Buffer.from('\uFEFFgrüß', 'utf16le'), 'grüß'],
    ['UTF-16 without', Buffer.from('<Täsk>', 'utf16le'), '<Täsk>'],
    ['UTF-8', Buffer.from('C:\\Users\\方舟'), 'C:\\Users\\方舟'],
    ['the code page of the console', Buffer.from([0x4a, 0x94, 0x72, 0x67]), 'oem 4'],
    ['nothing', Buffer.alloc(0), ''],
  ])('decodes the output of a console tool from %s', (_what, bytes, text) => {
    expect(decodeText(bytes, oem)).toBe(text);
  });
});

describe('scheduled task', () => {
  it('parses a task into its command, trigger and user', () => {
    expect(readTask(hermesTask(LAUNCHER, { user: USER }))).toEqual({
      fields: {
        command: 'wscript.exe',
        args: `//B //Nologo "${LAUNCHER}"`,
        description: 'Hermes Agent Gateway - Messaging Platform Integration',
        delay: 'PT30S',
        enabled: true,
      },
      user: USER,
      group: false,
    });
  });

  it('reads a task as disabled from its own setting, and from no other', () => {
    expect(readTask(hermesTask(LAUNCHER, { enabled: false }))?.fields.enabled).toBe(false);
    expect(readTask(hermesTask(LAUNCHER, { enabled: true }))?.fields.enabled).toBe(true);
    expect(readTask('<Task><Actions><Exec><Command>a</Command></Exec></Actions></Task>')?.fields.enabled).toBe(true);
  });

  it.each<[string, string]>([
    ['is no document', 'ERROR: The system cannot find the file specified.'],
    ['has two actions', hermesTask(LAUNCHER).replace('</Exec>', '</Exec><Exec><Command>b</Command></Exec>')],
    ['calls a component', hermesTask(LAUNCHER).replace('</Exec>', '</Exec><ComHandler/>')],
    ['starts nothing', hermesTask(LAUNCHER, { command: '' })],
    ['only speaks of a program in a remark', '<Task><Actions><!-- <Exec><Command>a</Command></Exec> --></Actions></Task>'],
  ])('ignores a task that %s', (_what, xml) => {
    expect(readTask(xml)).toBeUndefined();
  });

  it('assigns a task for a group to no single user', () => {
    const xml = hermesTask(LAUNCHER).replace('<LogonType>', '<GroupId>S-1-5-32-545</GroupId><LogonType>');
    expect(readTask(xml)).toMatchObject({ group: true });
  });

  it('writes a task again for its owner with the least rights, and reads it back unchanged', () => {
    const fields = {
      command: 'C:\\Program Files\\<x> & "y"\\a.exe',
      args: `-c "if (1 < 2 && 'ü')"`,
      cwd: 'C:\\方舟 & co',
      description: 'Says "hello" & goes',
      delay: 'PT30S',
      enabled: false,
    };
    const xml = writeTask(fields, USER);
    expect(readTask(xml)).toEqual({ fields, user: USER, group: false });
    expect(xml).toContain('<RunLevel>LeastPrivilege</RunLevel>');
    expect(xml).not.toContain('HighestAvailable');
    const [, trigger = ''] = /<LogonTrigger>([\s\S]*)<\/LogonTrigger>/.exec(xml) ?? [];
    expect(trigger).toContain(`<UserId>${USER}</UserId>`);
    expect(decodeText(taskFile(xml), () => '')).toBe(xml);
  });

  it('takes no trigger and no right from the task document that it read', () => {
    const triggers = '<BootTrigger/><EventTrigger><Subscription>evil</Subscription></EventTrigger>';
    const raw = hermesTask(LAUNCHER, { triggers }).replace('<LogonType>', '<RunLevel>HighestAvailable</RunLevel><LogonType>');
    const read = readTask(raw);
    const written = read && writeTask(read.fields, USER);
    expect(written).not.toMatch(/BootTrigger|EventTrigger|HighestAvailable|evil/);
  });

  it('refuses a task document that is too large before it parses it', () => {
    expect(readTask(hermesTask(LAUNCHER, { command: 'x'.repeat(40_000) }))).toBeUndefined();
  });
});

describe('list of tasks', () => {
  it('returns the names in the root folder, once each, in every language of Windows', () => {
    const csv = [
      '"\\Hermes_Gateway","23.11.2026 08:00:00","Bereit"',
      '"\\Hermes_Gateway","N/A","Bereit"',
      '"\\Microsoft\\Windows\\Defrag\\ScheduledDefrag","N/A","準備完了"',
      '"TaskName","Next Run Time","Status"',
      '"\\Hermes_Gateway_work","N/A","Готово"',
      'INFO: nothing',
      '',
    ].join('\r\n');
    expect(taskNames(csv)).toEqual(['Hermes_Gateway', 'Hermes_Gateway_work']);
  });
});

describe('wrapped service', () => {
  it('reads the command of an nssm service from its parameters', () => {
    const parameters = '-m hermes_cli.main --profile "work" gateway run';
    const environment = ['HERMES_HOME=C:\\h a=b', '+PATH=x', 'rubbish'];
    expect(nssmCommand('"C:\\h\\venv\\Scripts\\python.exe"', parameters, environment)).toEqual({
      command: ['C:\\h\\venv\\Scripts\\python.exe', '-m', 'hermes_cli.main', '--profile', 'work', 'gateway', 'run'],
      env: { HERMES_HOME: 'C:\\h a=b', PATH: 'x' },
    });
  });

  it.each<[string, string]>([
    ['arguments', '<arguments>gateway run --profile "a b"</arguments>'],
    ['single arguments', '<argument>gateway</argument><argument>run</argument><argument>--profile</argument><argument>a b</argument>'],
    ['arguments for the start', '<startarguments>gateway run --profile "a b"</startarguments><arguments>else</arguments>'],
  ])('reads the command of a WinSW service from its %s', (_what, args) => {
    const xml = `<service><id>h</id><executable>%BASE%\\hermes.exe</executable>${args}<env name="HERMES_HOME" value='%BASE%\\home'/></service>`;
    expect(winswCommand(xml, 'D:\\svc\\h.exe')).toEqual({
      command: ['D:\\svc\\hermes.exe', 'gateway', 'run', '--profile', 'a b'],
      env: { HERMES_HOME: 'D:\\svc\\home' },
    });
  });

  it('ignores a WinSW service with another document', () => {
    expect(winswCommand('<configuration/>', 'D:\\a.exe')).toBeUndefined();
    expect(winswCommand('<service><!-- <executable>x</executable> --></service>', 'D:\\a.exe')).toBeUndefined();
  });
});
