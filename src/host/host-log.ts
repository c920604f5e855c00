/**
 * The log of our own processes (broker, runner, supervisor): `logs/host.log` in the state folder, rotated, without secrets. The library is
 * loaded with the first line, after everything that matters has started.
 */

import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { redact } from '../model/redact.ts';

const MAX_BYTES = 1024 * 1024;

export interface HostLog {
  readonly write: (line: string) => void;
  /** Resolves when every line is in the file; a process waits for it before it ends. */
  flush(): Promise<void>;
}

export function hostLog(stateFolder: string, who: string): HostLog {
  let ready: Promise<(line: string) => void> | undefined;
  let written: Promise<void> = Promise.resolve();
  return {
    write: line => {
      ready ??= openLog(path.join(stateFolder, 'logs', 'host.log'));
      const text = `${who} ${process.pid}: ${redact(line)}`;
      // A log that cannot be written must not end its process.
      written = ready.then(write => write(text)).catch(() => undefined);
    },
    flush: () => written,
  };
}

async function openLog(file: string): Promise<(line: string) => void> {
  const { default: electronLog } = await import('electron-log/node.js');
  const log = electronLog.create({ logId: 'hermes-gateway-service' });
  // Without a name the library looks for a package.json near the working directory, and writes nothing where there is none.
  log.transports.file.setAppName('hermes-gateway-service');
  log.transports.console.level = false;
  log.transports.file.level = 'info';
  log.transports.file.maxSize = MAX_BYTES;
  log.transports.file.format = '[{iso}] {text}';
  log.transports.file.resolvePathFn = () => opened(file);
  return text => log.info(text);
}

/**
 * The file, which exists then. The library makes a folder once only, and gives up a file that it could not open at its first line; it
 * would also make a state folder again that was removed. A line that cannot be written must not cost the later ones.
 */
function opened(file: string): string {
  const folder = path.dirname(file);
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
  return file;
}
