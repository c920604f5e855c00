/** The process that listens on a TCP port of Linux, from the files of `/proc` (proc(5)): the socket by its port, the process by its socket. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { attempt } from '../model/attempt.ts';

const LISTENING = '0A';

/** PID of the process; undefined where none is found, or where it belongs to another user. */
export function portHolder(port: number): number | undefined {
  const tables = ['tcp', 'tcp6'].map(name => attempt(() => readFileSync(`/proc/net/${name}`, 'latin1')) ?? '');
  const sockets = new Set(tables.flatMap(table => listeningSockets(table, port)).map(inode => `socket:[${inode}]`));
  if (sockets.size === 0) return undefined;
  const pids = (attempt(() => readdirSync('/proc')) ?? []).filter(name => /^\d+$/.test(name));
  const holder = pids.find(pid => {
    const descriptors = attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
    return descriptors.some(each => sockets.has(attempt(() => readlinkSync(`/proc/${pid}/fd/${each}`)) ?? ''));
  });
  return holder === undefined ? undefined : Number(holder);
}

/** Inodes of the sockets that listen on a port. @param table the text of `/proc/net/tcp` or `tcp6` */
export function listeningSockets(table: string, port: number): string[] {
  return table.split('\n').flatMap(line => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === LISTENING && Number.parseInt(local.split(':')[1] ?? '', 16) === port && inode !== undefined ? [inode] : [];
  });
}
