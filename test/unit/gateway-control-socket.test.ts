// The client of the gateway's control pipe, against real sockets that behave well and badly.
import { createHash } from 'node:crypto';
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { controlPath, identify, pauseForUpdate, request } from '../../src/gateway/control-socket.ts';

let home: string;
let servers: net.Server[];
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'gateway-socket-'));
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  rmSync(home, { recursive: true, force: true });
});

/** Serves `reply` to whoever wrote a line; gives back the address and what was asked. */
async function serve(reply: (socket: net.Socket, line: string) => void): Promise<string> {
  const address = controlPath(home);
  const server = net.createServer(socket => {
    socket.on('error', () => undefined);
    socket.once('data', chunk => reply(socket, chunk.toString('utf8')));
  });
  servers.push(server);
  await new Promise<void>(resolve => server.listen(address, resolve));
  return address;
}

const answering = (result: unknown) => serve(socket => socket.end(`${JSON.stringify({ ok: true, protocol: 1, result, id: 1 })}\n`));

describe('address of the control socket', () => {
  const same = (folder: string) => folder;
  const hash = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 16);

  it('uses a pipe on Windows, the same for every spelling of a home', () => {
    const address = `\\\\.\\pipe\\hermes-gateway-${hash('c:\\users\\änn\\hermes')}`;
    expect(controlPath('C:\\Users\\Änn\\hermes', 'win32', same)).toBe(address);
    expect(controlPath('c:/users/änn/HERMES', 'win32', same)).toBe(address);
  });

  it('uses a socket in the home on other systems', () => {
    expect(controlPath('/h', 'linux', same)).toBe('/h/gateway.sock');
  });

  it('uses the published path, or else the default fallback path, when the home is too long for a socket', () => {
    const long = path.join(home, 'x'.repeat(100));
    mkdirSync(long);
    expect(controlPath(long, 'linux', same)).toBe(path.join(tmpdir(), `hermes-gw-${hash(long)}.sock`));
    writeFileSync(path.join(long, 'gateway.sock.path'), '/run/short.sock\n');
    expect(controlPath(long, 'linux', same)).toBe('/run/short.sock');
  });
});

describe('request', () => {
  it('sends one line of JSON and reads one line as the answer', async () => {
    let asked = '';
    const address = await serve((socket, line) => {
      asked = line;
      socket.end('{"ok":true,"protocol":1,"result":{"x":1},"id":1}\n');
    });
    expect(await request(address, 'status')).toEqual({ ok: true, result: { x: 1 } });
    expect(asked).toBe('{"verb":"status","id":1,"protocol":1}\n');
  });

  it('reads an answer that arrives in pieces from a server that keeps the connection open', async () => {
    const address = await serve(socket => {
      socket.write('{"ok":true,"result":{"x":');
      setImmediate(() => socket.write('"仕事"}}\nmore'));
    });
    expect(await request(address, 'status')).toEqual({ ok: true, result: { x: '仕事' } });
  });

  it('reports that no gateway answers when nothing listens', async () => {
    expect(await request(controlPath(home), 'status')).toMatchObject({ ok: false, failure: 'absent' });
  });

  it.skipIf(process.platform === 'win32')('reports that no gateway answers when the path is not a socket (Windows has pipes)', async () => {
    writeFileSync(path.join(home, 'gateway.sock'), '');
    expect(await request(path.join(home, 'gateway.sock'), 'status')).toMatchObject({ ok: false, failure: 'absent' });
  });

  it.skipIf(process.getuid?.() !== 0)('does not connect to a socket of another user (needs root, to give one away)', async () => {
    const address = await answering({ pid: 12 });
    chownSync(address, 12_345, 12_345);
    expect(await request(address, 'status')).toMatchObject({ ok: false, failure: 'absent' });
  });

  it('stops waiting for a gateway that hangs', async () => {
    const address = await serve(() => undefined);
    expect(await request(address, 'status', { timeoutMs: 30 })).toMatchObject({ ok: false, failure: 'silent' });
  });

  it('treats a connection that closes without an answer as no answer', async () => {
    const address = await serve(socket => socket.end());
    expect(await request(address, 'status')).toMatchObject({ ok: false, failure: 'silent' });
  });

  it.each(['\n', 'hello\n', '[]\n', 'null\n', '{"ok":true}\n', '{"ok":true,"result":[]}\n', '{"ok":true'])(
    'takes %j for garbage',
    async text => {
      const address = await serve(socket => socket.end(text));
      expect(await request(address, 'status')).toMatchObject({ ok: false, failure: 'garbage' });
    },
  );

  it('stops reading an endless answer', async () => {
    const address = await serve(socket => {
      const more = () => {
        while (socket.writable && socket.write('x'.repeat(65_536)));
      };
      socket.on('drain', more);
      more();
    });
    expect(await request(address, 'status')).toMatchObject({ ok: false, failure: 'garbage' });
  });

  it('passes on the reason when a gateway refuses', async () => {
    const address = await serve(socket => socket.end('{"ok":false,"error":"unknown verb","protocol":1}\n'));
    expect(await request(address, 'dance')).toEqual({ ok: false, failure: 'refused', detail: 'unknown verb' });
  });

  it('never throws, whatever bytes the gateway sends', async () => {
    let bytes = Buffer.alloc(0);
    const address = await serve(socket => socket.end(bytes));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async given => {
        bytes = Buffer.from(given);
        expect(await identify(address)).toMatchObject({ ok: false });
      }),
      { numRuns: 40 },
    );
  });
});

describe('verbs', () => {
  it('identify: returns the gateway that answers', async () => {
    const address = await answering({
      pid: 12,
      start_time: 99,
      hermes_home: '/h',
      supervisor: 'external',
      served_profiles: ['work'],
      profile: null,
    });
    expect(await identify(address)).toEqual({
      ok: true,
      result: { pid: 12, startTime: 99 },
    });
  });

  it('pause-for-update: returns what the gateway will do', async () => {
    const address = await answering({ pausing: true, already_stopping: false, pid: 12, drain_timeout: 1.5 });
    expect(await pauseForUpdate(address)).toEqual({ ok: true, result: 12 });
  });

  it.each([{}, { pid: 0 }, { pid: 'x', start_time: 1 }, { pid: 1, start_time: 'x' }])('do not take %j for a gateway', async result => {
    const address = await answering(result);
    expect(await identify(address)).toMatchObject({ ok: false, failure: 'garbage' });
    expect(await pauseForUpdate(address)).toMatchObject({ ok: false, failure: 'garbage' });
  });
});
