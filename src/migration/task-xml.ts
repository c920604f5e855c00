/**
 * A scheduled task as the few fields that say what it starts and when; the rest of its document is dropped. A restored task is a document
 * of our own, for its owner and with the least rights, so that no text of another program is ever given back to Windows. Sources: "Task
 * Scheduler Schema" (Microsoft Learn); `_build_scheduled_task_xml` of Hermes for the settings.
 */

import { attempt } from '../model/attempt.ts';
import type { TaskFields } from './migration-record.ts';
import { elements, escaped, unescaped, withoutComments } from './xml.ts';

export interface ReadTask {
  readonly fields: TaskFields;
  /** The user it runs as: a SID or an account name; absent where it runs for a group, or for the user who made it. */
  readonly user?: string;
  /** Runs for every member of a group. */
  readonly group: boolean;
}

const DURATION = /^P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?$/;
/** Longer than any command line of Windows. */
const MAX_TEXT = 32_768;

/** The text of a console tool or a script: UTF-16 with or without a byte order mark, UTF-8, else as `decodeOther` reads it. */
export function decodeText(bytes: Buffer, decodeOther: (bytes: Buffer) => string): string {
  if (bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le');
  if (bytes.length >= 2 && bytes[1] === 0 && bytes[0] !== 0) return bytes.toString('utf16le');
  return attempt(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)) ?? decodeOther(bytes);
}

/** Undefined where the text is not a task document, or the task does more than start one program. */
export function readTask(xml: string): ReadTask | undefined {
  const document = withoutComments(xml);
  const [actions = ''] = elements(document, 'Actions');
  const [exec = '', ...others] = elements(actions, 'Exec');
  const command = text(exec, 'Command');
  if (!command || others.length > 0 || /<(ComHandler|SendEmail|ShowMessage)\b/.test(actions)) return undefined;
  const [principal] = elements(document, 'Principal');
  const [signIn] = elements(document, 'Triggers').flatMap(triggers => elements(triggers, 'LogonTrigger'));
  const [info] = elements(document, 'RegistrationInfo');
  const [settings] = elements(document, 'Settings');
  const user = text(principal, 'UserId');
  const delay = text(signIn, 'Delay');
  const cwd = text(exec, 'WorkingDirectory');
  const description = text(info, 'Description');
  return {
    fields: {
      command: unquoted(command),
      args: text(exec, 'Arguments') ?? '',
      ...(cwd && { cwd: unquoted(cwd) }),
      ...(description && { description }),
      ...(delay && DURATION.test(delay) && { delay }),
      enabled: text(withoutTriggers(settings), 'Enabled')?.toLowerCase() !== 'false',
    },
    ...(user && { user }),
    group: Boolean(text(principal, 'GroupId')),
  };
}

/** The document of a task that starts when this user signs in, and runs with no more than the user's own rights. */
export function writeTask({ command, args, cwd, description, delay, enabled }: TaskFields, user: string): string {
  return [
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<Task version="1.4" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    ...(description ? [`  <RegistrationInfo><Description>${escaped(description)}</Description></RegistrationInfo>`] : []),
    '  <Triggers>',
    '    <LogonTrigger>',
    '      <Enabled>true</Enabled>',
    `      <UserId>${escaped(user)}</UserId>`,
    ...(delay ? [`      <Delay>${escaped(delay)}</Delay>`] : []),
    '    </LogonTrigger>',
    '  </Triggers>',
    '  <Principals>',
    '    <Principal id="Author">',
    `      <UserId>${escaped(user)}</UserId>`,
    '      <LogonType>InteractiveToken</LogonType>',
    '      <RunLevel>LeastPrivilege</RunLevel>',
    '    </Principal>',
    '  </Principals>',
    '  <Settings>',
    '    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>',
    '    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>',
    '    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>',
    '    <StartWhenAvailable>true</StartWhenAvailable>',
    `    <Enabled>${enabled}</Enabled>`,
    '    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>',
    '    <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>',
    '  </Settings>',
    '  <Actions Context="Author">',
    '    <Exec>',
    `      <Command>${escaped(command)}</Command>`,
    ...(args ? [`      <Arguments>${escaped(args)}</Arguments>`] : []),
    ...(cwd ? [`      <WorkingDirectory>${escaped(cwd)}</WorkingDirectory>`] : []),
    '    </Exec>',
    '  </Actions>',
    '</Task>',
    '',
  ].join('\r\n');
}

/** The bytes that schtasks reads: UTF-16 with a byte order mark. */
export function taskFile(xml: string): Buffer {
  return Buffer.from(`\uFEFF${xml}`, 'utf16le');
}

/** The text of the first element of this name; undefined where there is none, or where it is too large. */
function text(xml: string | undefined, name: string): string | undefined {
  const [found] = xml === undefined ? [] : elements(xml, name);
  return found !== undefined && found.trim().length <= MAX_TEXT ? unescaped(found) : undefined;
}

/** Idle and network settings have an `Enabled` element too in some documents. */
function withoutTriggers(settings: string | undefined): string | undefined {
  return settings?.replace(/<(IdleSettings|NetworkSettings|MaintenanceSettings)\b[\s\S]*?<\/\1\s*>/g, '');
}

const unquoted = (path: string): string => path.trim().replace(/^"(.*)"$/, '$1');
