// The process that holds a TCP port: found on this system, and in the tables of Windows as bytes.
import { spawn } from 'node:child_process';
import net, { type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { portIn } from '../../src/model/known-end.ts';
import { listeningSockets, portHolder } from '../../src/process/port-holder.ts';
import { ownerInTable, TABLES } from '../../src/windows/tcp-table.ts';

const listen = (host: string) =>
  new Promise<net.Server>(resolve => {
    const server = net.createServer().listen(0, host, () => resolve(server));
  });

const skipped = process.platform === 'linux' ? '' : ' (skipped: /proc is on Linux only)';

describe.skipIf(skipped !== '')(`holder of a port${skipped}`, () => {
  it('is the process that listens on it, and nothing after that has closed it', async () => {
    const server = await listen('127.0.0.1');
    const { port } = server.address() as AddressInfo;
    expect(portHolder(port)).toBe(process.pid);
    await new Promise(resolve => server.close(resolve));
    expect(portHolder(port)).toBeUndefined();
  });

  it('is another process, and not one that is connected to it', async () => {
    const script = "require('net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })";
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const port = await new Promise<number>(resolve => child.stdout.once('data', (text: Buffer) => resolve(Number(text.toString()))));
      const client = net.connect(port, '127.0.0.1');
      await new Promise(resolve => client.once('connect', resolve));
      expect(portHolder(port)).toBe(child.pid);
      client.destroy();
    } finally {
      child.kill();
    }
  });
});

describe('listening sockets', () => {
  it('are read from the table of Linux, without connections', () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:21C2 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 31337 1 0000000000000000 100 0 0 10 0
   1: 0100007F:21C2 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 31338 1 0000000000000000 20 4 30 10 -1
   2: 0100007F:21C3 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 31339 1 0000000000000000 100 0 0 10 0
`;
    expect(listeningSockets(table, 8642)).toEqual(['31337']);
    expect(listeningSockets('', 8642)).toEqual([]);
  });

  it.each(['IPv4', 'IPv6'] as const)('are read from the %s table of Windows', family => {
    const layout = TABLES[family];
    const table = Buffer.alloc(4 + 2 * layout.rowSize);
    table.writeUInt32LE(2, 0);
    for (const [row, [port, pid]] of [[8080, 7] as const, [8642, 812] as const].entries()) {
      table.writeUInt16BE(port, 4 + row * layout.rowSize + layout.portOffset);
      table.writeUInt32LE(pid, 4 + row * layout.rowSize + layout.pidOffset);
    }
    expect(ownerInTable(table, 8642, layout)).toBe(812);
    expect(ownerInTable(table, 8643, layout)).toBeUndefined();
    expect(ownerInTable(table.subarray(0, -1), 8642, layout), 'a table that was cut').toBeUndefined();
    expect(ownerInTable(Buffer.alloc(0), 8642, layout)).toBeUndefined();
  });
});

describe('port in a cause', () => {
  it.each([
    ['api_server: Port 8642 already in use.', 8642],
    ["OSError: [Errno 98] error while attempting to bind on address ('127.0.0.1', 8644): address already in use", 8644],
    ["OSError: [Errno 98] error while attempting to bind on address ('::1', 8644, 0, 0): address already in use", 8644],
    ['port 99999 is in use', undefined],
    ['OSError: [Errno 98] Address already in use', undefined],
  ])('of %s is %s', (cause, port) => {
    expect(portIn(cause)).toBe(port);
  });
});
