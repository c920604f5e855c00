/** The processes that listen on TCP ports. Source: GetExtendedTcpTable, MIB_TCPROW_OWNER_PID and MIB_TCP6ROW_OWNER_PID (Microsoft Learn). */

import { declare } from './library.ts';
import { BOOL, DWORD, inout, POINTER } from './types.ts';

const iphlpapi = declare('iphlpapi.dll', { GetExtendedTcpTable: [DWORD, POINTER, inout(DWORD), BOOL, DWORD, DWORD, DWORD] });

const TCP_TABLE_OWNER_PID_LISTENER = 3;
const ERROR_INSUFFICIENT_BUFFER = 122;
/** The table may grow between two calls. */
const TRIES = 4;

interface TableLayout {
  readonly family: number;
  /** In bytes, as are the offsets. */
  readonly rowSize: number;
  readonly portOffset: number;
  readonly pidOffset: number;
}

/** A table begins with the number of its rows (DWORD); the port is in network byte order. */
export const TABLES: Readonly<Record<'IPv4' | 'IPv6', TableLayout>> = {
  IPv4: { family: 2, rowSize: 24, portOffset: 8, pidOffset: 20 },
  IPv6: { family: 23, rowSize: 56, portOffset: 20, pidOffset: 52 },
};

/** PID of the process that listens on a port; undefined where none does. */
export function portHolder(port: number): number | undefined {
  return Object.values(TABLES)
    .map(layout => ownerInTable(readTable(layout), port, layout))
    .find(pid => pid !== undefined);
}

function readTable({ family }: TableLayout): Buffer {
  const size: [number] = [0];
  let table = Buffer.alloc(0);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { result } = iphlpapi.GetExtendedTcpTable(table.length === 0 ? null : table, size, 0, family, TCP_TABLE_OWNER_PID_LISTENER, 0);
    if (result !== ERROR_INSUFFICIENT_BUFFER) return result === 0 ? table : Buffer.alloc(0);
    table = Buffer.alloc(size[0]);
  }
  return Buffer.alloc(0);
}

export function ownerInTable(table: Buffer, port: number, { rowSize, portOffset, pidOffset }: TableLayout): number | undefined {
  const rows = table.length < 4 ? 0 : table.readUInt32LE(0);
  for (let at = 4; at + rowSize <= Math.min(table.length, 4 + rows * rowSize); at += rowSize)
    if (table.readUInt16BE(at + portOffset) === port) return table.readUInt32LE(at + pidOffset);
  return undefined;
}
