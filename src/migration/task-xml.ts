/**
 * A scheduled task as the few fields that say what it starts and when; the rest of its document is dropped. A restored task is a document
 * of our own, for its owner and with the least rights, so that no text of another program is ever given back to Windows. Sources: "Task
 * Scheduler Schema" (Microsoft Learn); `_build_scheduled_task_xml` of Hermes for the settings.
 */

import type { TaskFields } from './migration-record.ts';

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

/** The text of a console tool: UTF-16 with or without a byte order mark, UTF-8, else the code page of the console. */
export function decodeToolOutput(bytes: Buffer, decodeOem: (bytes: Buffer) => string): string {
  if (bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le');
  if (bytes.length >= 2 && bytes[1] === 0 && bytes[0] !== 0) return bytes.toString('utf16le');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return decodeOem(bytes);
  }
}

/** Undefined where the text is not a task document, or the task does more than start one program. */
export function readTask(xml: string): ReadTask | undefined {
  const document = xml.replace(/<!--[\s\S]*?-->/g, '');
  const actions = element(document, 'Actions') ?? '';
  const exec = elements(actions, 'Exec');
  if (exec.length !== 1 || /<(ComHandler|SendEmail|ShowMessage)\b/.test(actions)) return undefined;
  const command = text(exec[0], 'Command');
  if (!command) return undefined;
  const principal = element(document, 'Principal');
  const user = text(principal, 'UserId');
  const signIn = elements(element(document, 'Triggers') ?? '', 'LogonTrigger')[0];
  const delay = text(signIn, 'Delay');
  const cwd = text(exec[0], 'WorkingDirectory');
  const description = text(element(document, 'RegistrationInfo'), 'Description');
  return {
    fields: {
      command: unquoted(command),
      args: text(exec[0], 'Arguments') ?? '',
      ...(cwd && { cwd: unquoted(cwd) }),
      ...(description && { description }),
      ...(delay && DURATION.test(delay) && { delay }),
      enabled: text(withoutTriggers(element(document, 'Settings')), 'Enabled')?.toLowerCase() !== 'false',
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

/** The contents of each element of this name; the elements that are read are never nested. */
function elements(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?(?:/>|>([\\s\\S]*?)</${name}\\s*>)`, 'g'))].map(([, inner = '']) => inner);
}

function element(xml: string, name: string): string | undefined {
  return elements(xml, name)[0];
}

/** An element that ends with this text; undefined where it is missing or too large. */
function text(xml: string | undefined, name: string): string | undefined {
  const found = xml === undefined ? undefined : element(xml, name)?.trim();
  return found !== undefined && found.length <= MAX_TEXT ? unescaped(found) : undefined;
}

/** Idle and network settings have an `Enabled` element too in some documents. */
function withoutTriggers(settings: string | undefined): string | undefined {
  return settings?.replace(/<(IdleSettings|NetworkSettings|MaintenanceSettings)\b[\s\S]*?<\/\1\s*>/g, '');
}

const unquoted = (path: string): string => path.trim().replace(/^"(.*)"$/, '$1');

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
  });
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
