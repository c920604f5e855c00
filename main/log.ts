/**
 * Where the main process' lines go: to the host's logger, or to electron-log where the host has none. Either way secrets are taken out
 * before a line leaves this module.
 */

import { redact } from '../src/model/redact.ts';

export interface Log {
  info(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

type Level = keyof Log;

/** Lines without secrets; a logger that throws ends nothing. */
export function redactingLog(log: Log = electronLog()): Log {
  const write = (level: Level) => (line: string) => {
    try {
      log[level](redact(line));
    } catch {
      // There is nowhere to say it.
    }
  };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

/** Loaded at the first line, because electron-log needs a living Electron at its import. */
function electronLog(): Log {
  let loaded: Promise<Log> | undefined;
  const write = (level: Level) => (line: string) => {
    loaded ??= import('electron-log/main.js').then(({ default: log }) => log.scope('gateway-service'));
    loaded.then(log => log[level](line)).catch(() => undefined);
  };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}
