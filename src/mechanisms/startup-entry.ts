/**
 * Our entry in the user's Startup folder, as text: its name, what it starts, and how it differs from a file that only has its name. The
 * name does not begin like those of Hermes (`Hermes_Gateway*`), which Hermes' own clean-up removes.
 */

import path from 'node:path';
import { SERVICE_NAME, type ServiceName } from '../model/identity.ts';
import { quoteArgument, splitCommandLine } from '../windows/argv.ts';
import type { Shortcut } from '../windows/shortcut.ts';

/** A shortcut; a command file, whose window flashes at sign-in, only where Windows makes no shortcut. */
export const ENTRY_KINDS = ['lnk', 'cmd'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

const DESCRIPTION = 'Keeps the Hermes gateway running, and starts it again when it fails.';

export function entryFileName(service: ServiceName, kind: EntryKind): string {
  const id = service.slice(SERVICE_NAME.length + 1);
  return `Hermes Gateway Service${id === '' ? '' : ` (${id})`}.${kind}`;
}

/** The service of an entry, from its file name in any case; undefined where the name is not ours. */
export function serviceOfEntry(fileName: string): ServiceName | undefined {
  const match = /^Hermes Gateway Service(?: \(([a-z0-9][a-z0-9_-]*)\))?\.(?:lnk|cmd)$/i.exec(fileName);
  if (!match) return undefined;
  return match[1] === undefined ? SERVICE_NAME : `${SERVICE_NAME}-${match[1].toLowerCase()}`;
}

/** The command of an entry: the supervisor of a service. `host` is the program and the arguments before the verb. */
export function entryCommand(host: readonly string[], service: ServiceName): readonly string[] {
  return [...host, 'supervise', '--service', service];
}

export function shortcutOf([program = '', ...args]: readonly string[], cwd: string): Shortcut {
  return { program, parameters: args.map(quoteArgument).join(' '), cwd, description: DESCRIPTION };
}

const CMD_START = 'start "" /min ';

/**
 * Quotes everything in a command file and doubles percent signs, because a path may contain characters with a meaning there. Backslashes at
 * the end of an argument are doubled too, because they would escape its quote.
 */
export function commandFileOf([program = '', ...args]: readonly string[]): string {
  const quoted = [program, ...args.map(each => each.replace(/\\+$/, '$&$&'))].map(each => `"${each.replaceAll('%', '%%')}"`);
  const line = quoted.join(' ');
  return ['@echo off', 'chcp 65001 >nul', `${CMD_START}${line}`, ''].join('\r\n');
}

/** Undefined where the text is not one of ours. */
export function commandOfCommandFile(text: string): readonly string[] | undefined {
  const line = text.split(/\r?\n/).find(each => each.startsWith(CMD_START));
  return line === undefined ? undefined : splitCommandLine(line.slice(CMD_START.length)).map(each => each.replaceAll('%%', '%'));
}

/** The name of the copy of the host that a command starts, below the folder of all copies; undefined where it starts another program. */
export function copyOf(command: readonly string[], copies: string): string | undefined {
  for (const each of command) {
    const [copy, file, ...deeper] = path.isAbsolute(each) ? path.relative(copies, each).split(path.sep) : [];
    if (copy && copy !== '..' && file && deeper.length === 0 && !path.isAbsolute(copy)) return copy;
  }
  return undefined;
}

/** Whether an entry starts the supervisor of its service from a copy of ours. No other entry is ever changed or removed. */
export function isOurs(command: readonly string[], service: ServiceName, copies: string): boolean {
  const [verb, option, name] = command.slice(-3);
  return verb === 'supervise' && option === '--service' && name === service && copyOf(command, copies) !== undefined;
}
