/**
 * The log of our own processes (broker, runner, supervisor): `logs/host.log` in the state folder, rotated, without secrets. The library
 * is loaded when the first line is written, after what matters has been started.
 */

import path from 'node:path';
import { redact } from '../service/redact.ts';

const MAX_BYTES = 1024 * 1024;

export function hostLog(stateFolder: string, who: string): (line: string) => void {
  let ready: Promise<(line: string) => void> | undefined;
  return line => {
    ready ??= import('electron-log/node.js').then(({ default: electronLog }) => {
      const log = electronLog.create({ logId: 'hermes-gateway-service' });
      log.transports.console.level = false;
      log.transports.file.level = 'info';
      log.transports.file.maxSize = MAX_BYTES;
      log.transports.file.format = '[{iso}] {text}';
      log.transports.file.resolvePathFn = () => path.join(stateFolder, 'logs', 'host.log');
      return text => log.info(text);
    });
    // A log that cannot be written must not end the process that it is about.
    void ready.then(write => write(`${who} ${process.pid}: ${redact(line)}`)).catch(() => undefined);
  };
}
