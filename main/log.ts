/** The log of the main process: the host's logger, or electron-log without one. Secrets are removed from every line. */

import { inspect } from 'node:util';
import { redact } from '../src/model/redact.ts';

export interface Log {
  info(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

type Level = keyof Log;

/** Writes lines without secrets; an error of the logger is ignored. */
export function redactingLog(log: Log = electronLog()): Log {
  const write = (level: Level) => (line: string) => {
    try {
      log[level](redact(line));
    } catch {
      // There is no other place to report it.
    }
  };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

/** Loaded at the first line, because importing electron-log requires a running Electron. */
function electronLog(): Log {
  let loaded: Promise<Log> | undefined;
  const write = (level: Level) => (line: string) => {
    loaded ??= import('electron-log/main.js').then(({ default: log }) => log.scope('gateway-service'));
    loaded.then(log => log[level](line)).catch(() => undefined);
  };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

/** A hook of electron-log, for every line of the app. */
export function redactMessage<M extends { data: unknown[] }>(message: M): M {
  return { ...message, data: message.data.map(each => redact(typeof each === 'string' ? each : inspect(each))) };
}
