/**
 * Our entry in the user's Startup folder, as text: what it is called, what it starts, and how one of ours is told from one that only has its
 * name. The name lies outside those of Hermes (`Hermes_Gateway*`), whose own tidying would take it away.
 */

import path from 'node:path';
import type { ServiceName } from '../model/identity.ts';
import { SERVICE_NAME } from '../model/identity.ts';
import { quoteArgument, splitCommandLine } from '../windows/argv.ts';
import type { Shortcut } from '../windows/shortcut.ts';

/** A shortcut; a command file, which flashes at sign-in, only where Windows makes no shortcut. */
export const ENTRY_KINDS = ['lnk', 'cmd'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

const DESCRIPTION = 'Keeps the Hermes gateway running, and starts it again when it fails.';

export function entryFileName(service: ServiceName, kind: EntryKind): string {
  const id = service.slice(SERVICE_NAME.length + 1);
  return `Hermes Gateway Service${id === '' ? '' : ` (${id})`}.${kind}`;
}

/** Which service an entry is for by its name, whatever the case of it; undefined where it is no name of ours. */
export function serviceOfEntry(fileName: string): ServiceName | undefined {
  const match = /^Hermes Gateway Service(?: \(([a-z0-9][a-z0-9_-]*)\))?\.(?:lnk|cmd)$/i.exec(fileName);
  if (!match) return undefined;
  return match[1] === undefined ? SERVICE_NAME : `${SERVICE_NAME}-${match[1].toLowerCase()}`;
}

/** What an entry starts: the supervisor of a service. `host` is the program and the arguments before the verb. */
export function entryCommand(host: readonly string[], service: ServiceName): readonly string[] {
  return [...host, 'supervise', '--service', service];
}

export function shortcutOf([program = '', ...args]: readonly string[], cwd: string): Shortcut {
  return { program, parameters: args.map(quoteArgument).join(' '), cwd, description: DESCRIPTION };
}

const CMD_START = 'start "" /min ';

/**
 * In a command file everything is quoted, and a percent sign doubled: a path may hold what means something to it. Backslashes at the end of an
 * argument are doubled too, or they would take its quote along.
 */
export function commandFileOf([program = '', ...args]: readonly string[]): string {
  const quoted = [program, ...args.map(each => each.replace(/\\+$/, '$&$&'))].map(each => `"${each.replaceAll('%', '%%')}"`);
  const line = quoted.join(' ');
  return ['@echo off', 'chcp 65001 >nul', `${CMD_START}${line}`, ''].join('\r\n');
}

/** Undefined where the text is none of ours. */
export function commandOfCommandFile(text: string): readonly string[] | undefined {
  const line = text.split(/\r?\n/).find(each => each.startsWith(CMD_START));
  return line === undefined ? undefined : splitCommandLine(line.slice(CMD_START.length)).map(each => each.replaceAll('%%', '%'));
}

/** The name of the copy of the host that a command starts from, in the folder of all copies; undefined where it starts something else. */
export function copyOf(command: readonly string[], copies: string): string | undefined {
  for (const each of command) {
    const [copy, file, ...deeper] = path.isAbsolute(each) ? path.relative(copies, each).split(path.sep) : [];
    if (copy && copy !== '..' && file && deeper.length === 0 && !path.isAbsolute(copy)) return copy;
  }
  return undefined;
}

/** Whether an entry starts the supervisor of its service from a copy of ours; only such a one is ever changed or removed. */
export function isOurs(command: readonly string[], service: ServiceName, copies: string): boolean {
  const [verb, option, name] = command.slice(-3);
  return verb === 'supervise' && option === '--service' && name === service && copyOf(command, copies) !== undefined;
}
