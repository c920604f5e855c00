// The control pipe over real sockets: which clients are served or closed, and which servers a client trusts.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlConnection, type ControlListener, connectControlPipe, type TrustsServer } from '../../src/control/control-client.ts';
import { type ControlServer, serveControlPipe } from '../../src/control/control-server.ts';
import { isOwnSocket, pipeAddress, removeFreshFolder, socketIdentity } from '../../src/control/pipe-address.ts';
import { type Ask, LineCutter, MAX_LINE_BYTES } from '../../src/control/pipe-protocol.ts';
import type { RunnerState } from '../../src/model/facts.ts';
import { poll } from '../../src/model/poll.ts';
import { DEADLINE_MS } from '../support/sandbox.ts';

const HELLO = '{"hello":1}\n';

function stateNow(over: Partial<RunnerState> = {}): RunnerState {
  return {
    schema: 1,
    service: 'HermesGateway',
    runnerPid: process.pid,
    phase: 'running',
    since: '2026-01-01T00:00:00.000Z',
    problems: [],
    ...over,
  };
}

let folder: string;
let server: ControlServer;
let state: RunnerState;
let asked: Ask[];
let clients: net.Socket[];
const connections: ControlConnection[] = [];

async function serve(address: (fresh: boolean) => string = fresh => path.join(folder, fresh ? 'fresh' : 'usual')): Promise<ControlServer> {
  server = await serveControlPipe({
    address,
    state: () => state,
    onAsk: async ask => {
      asked.push(ask);
    },
  });
  return server;
}

/** A bare client, with everything it has heard so far. */
async function connect(): Promise<{ socket: net.Socket; heard: () => string; closed: () => boolean }> {
  const socket = net.connect(server.address);
  clients.push(socket);
  let text = '';
  socket.setEncoding('utf8').on('data', chunk => {
    text += chunk;
  });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, heard: () => text, closed: () => socket.destroyed };
}

const until = (what: string, holds: () => unknown) => poll(() => Boolean(holds()), { what, deadlineMs: DEADLINE_MS, everyMs: 10 });
const record = (over: { pid?: number; pipe?: string } = {}) => ({
  process: { pid: over.pid ?? process.pid },
  pipe: over.pipe ?? server.address,
});
/** As the embedded mechanism does. */
const trustsServer: TrustsServer = async ({ pipe }) => isOwnSocket(pipe);
const deaf: ControlListener = { onState: () => undefined, onEnd: () => undefined };

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hg-pipe-'));
  state = stateNow();
  asked = [];
  clients = [];
});
afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  for (const socket of clients) socket.destroy();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('control pipe server', () => {
  it('sends nothing before a hello, and the state after it', async () => {
    await serve();
    const [silent, greeting] = [await connect(), await connect()];
    greeting.socket.write(HELLO);
    await until('the state', () => greeting.heard().includes('\n'));
    expect(JSON.parse(greeting.heard())).toEqual({ state });
    expect(silent.heard()).toBe('');
  });

  it('closes a client that sends no hello in time, and keeps a client that did', async () => {
    await serve();
    const [silent, greeting] = [await connect(), await connect()];
    const since = performance.now();
    greeting.socket.write(HELLO);
    await until('the silent client to be closed', silent.closed);
    expect(performance.now() - since).toBeGreaterThan(500);
    expect(silent.heard()).toBe('');
    expect(greeting.closed()).toBe(false);
  });

  it.each([
    ['a request before the hello', '{"ask":"stop","id":1}\n'],
    ['a hello of another protocol', '{"hello":2}\n'],
    ['words', 'GET / HTTP/1.1\n\n'],
    ['JSON that is no object', 'null\n'],
    ['an unknown request', `${HELLO}{"ask":"format","id":1}\n`],
    ['a request without a number', `${HELLO}{"ask":"stop"}\n`],
    ['an empty line', '\n'],
  ])('closes a client that sends %s, and does nothing', async (_what, text) => {
    await serve();
    const client = await connect();
    client.socket.write(text);
    await until('the client to be closed', client.closed);
    expect(asked).toEqual([]);
  });

  it('closes a client that sends ten megabytes of invalid data, buffers little of it and keeps serving', async () => {
    await serve();
    const client = await connect();
    const before = process.memoryUsage().rss;
    const rubbish = Buffer.alloc(10 * 1024 * 1024, 'x');
    client.socket.write(rubbish);
    await until('the client to be closed', client.closed);
    const grown = process.memoryUsage().rss - before;
    expect(grown, `grew by ${Math.round(grown / 1024 / 1024)} MB`).toBeLessThan(100 * 1024 * 1024);
    const next = await connect();
    next.socket.write(HELLO);
    await until('the state', () => next.heard() !== '');
  });

  it('reads a hello that arrives byte by byte', async () => {
    await serve();
    const client = await connect();
    for (const byte of HELLO) {
      client.socket.write(byte);
      await new Promise(setImmediate);
    }
    await until('the state', () => client.heard() !== '');
  });

  it('closes the 33rd client, and accepts another when one has disconnected', async () => {
    await serve();
    const first = await Promise.all(Array.from({ length: 32 }, connect));
    for (const { socket } of first) socket.write(HELLO);
    await until('32 states', () => first.every(({ heard }) => heard() !== ''));
    const surplus = await connect();
    surplus.socket.write(HELLO);
    await until('the 33rd client to be closed', surplus.closed);
    expect(surplus.heard()).toBe('');
    first[0]?.socket.destroy();
    await until('a place for another client', async () => {
      const next = await connect();
      next.socket.write(HELLO);
      await Promise.race([once(next.socket, 'data'), once(next.socket, 'close')]);
      return next.heard() !== '';
    });
    expect(first.slice(1).every(({ closed }) => !closed())).toBe(true);
  });

  it('sends every change to every client in order', async () => {
    await serve();
    const both = [await connect(), await connect()];
    for (const { socket } of both) socket.write(HELLO);
    await until('both to be greeted', () => both.every(({ heard }) => heard() !== ''));
    for (const phase of ['degraded', 'restarting', 'running'] as const) {
      state = stateNow({ phase });
      server.publish();
    }
    const phases = (text: string) =>
      text
        .trim()
        .split('\n')
        .map(line => JSON.parse(line).state.phase);
    for (const { heard } of both) {
      await until('every state', () => heard().trim().split('\n').length === 4);
      expect(phases(heard())).toEqual(['running', 'degraded', 'restarting', 'running']);
    }
  });

  it('drops a client that does not read, and keeps sending to the others', async () => {
    await serve();
    const slow = await connect();
    slow.socket.write(HELLO);
    await once(slow.socket, 'data');
    slow.socket.pause();
    const quick = await connect();
    quick.socket.write(HELLO);
    await until('the quick client to be greeted', () => quick.heard() !== '');
    state = stateNow({ detail: 'x'.repeat(50_000) });
    let ended = false;
    slow.socket.on('close', () => {
      ended = true;
    });
    for (let i = 0; i < 100; i += 1) {
      server.publish();
      await new Promise(setImmediate);
    }
    slow.socket.resume();
    await until('the slow client to be dropped', () => ended);
    state = stateNow({ phase: 'degraded' });
    server.publish();
    await until('the quick client to hear on', () => quick.heard().includes('"degraded"'));
  });

  it('answers a request when the request has been carried out', async () => {
    await serve();
    const client = await connect();
    client.socket.write(`${HELLO}{"ask":"restart","id":7}\n`);
    await until('the answer', () => client.heard().includes('{"done":7}\n'));
    expect(asked).toEqual(['restart']);
  });

  it('removes its socket and disconnects every client when it is closed', async () => {
    await serve();
    const client = await connect();
    client.socket.write(HELLO);
    await until('the state', () => client.heard() !== '');
    await server.close();
    await until('the client to be let go', client.closed);
    expect(existsSync(server.address)).toBe(false);
  });

  it('replaces the socket of a killed runner', async () => {
    const usual = path.join(folder, 'usual');
    const killed = spawn(
      process.execPath,
      ['-e', `require('net').createServer().listen(${JSON.stringify(usual)}, () => console.log('up'))`],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(killed.stdout, 'data');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(statSync(usual).isSocket()).toBe(true);
    await serve();
    expect(server).toMatchObject({ address: usual, squatted: false });
    const client = await connect();
    client.socket.write(HELLO);
    await until('the state', () => client.heard() !== '');
  });

  it('uses a fresh name when another runner serves the usual one, which stays reachable', async () => {
    const first = await serve();
    const second = await serve();
    expect(second).toMatchObject({ address: path.join(folder, 'fresh'), squatted: true });
    expect([first.isReachable(), second.isReachable()]).toEqual([true, true]);
    await first.close();
  });

  it('reports that its socket was removed, or replaced by another one', async () => {
    const first = await serve();
    rmSync(first.address);
    expect(first.isReachable()).toBe(false);
    const other = net.createServer().listen(first.address);
    await once(other, 'listening');
    expect(first.isReachable()).toBe(false);
    other.close();
  });

  it('uses a fresh name when the usual one is occupied, and leaves the occupying file alone', async () => {
    const squatter = path.join(folder, 'usual');
    writeFileSync(squatter, 'not yours');
    await serve();
    expect(server).toMatchObject({ address: path.join(folder, 'fresh'), squatted: true });
    expect(statSync(squatter).isFile()).toBe(true);
    const client = await connect();
    client.socket.write(HELLO);
    await until('the state', () => client.heard() !== '');
  });
});

describe('control pipe client', () => {
  const open = async (over: Parameters<typeof record>[0] = {}, listener: ControlListener = deaf) => {
    const connection = await connectControlPipe(record(over), trustsServer, listener, 5_000);
    if (connection) connections.push(connection);
    return connection;
  };

  it('receives the state when it is connected, and every later state', async () => {
    await serve();
    const seen: string[] = [];
    const connection = await open({}, { onState: ({ phase }) => void seen.push(phase), onEnd: () => void seen.push('end') });
    expect(connection?.state).toEqual(state);
    state = stateNow({ phase: 'degraded' });
    server.publish();
    await until('the change', () => seen.length === 2);
    await server.close();
    await until('the end', () => seen.length === 3);
    expect(seen).toEqual(['running', 'degraded', 'end']);
    expect(connection?.state).toBeUndefined();
  });

  it('resolves a request when it is done, and refuses a request after the end of the connection', async () => {
    await serve();
    const connection = await open();
    await connection?.ask('restart');
    expect(asked).toEqual(['restart']);
    connection?.close();
    await until('the end', () => connection?.state === undefined);
    await expect(connection?.ask('stop')).rejects.toMatchObject({ code: 'pipe-unavailable' });
  });

  it('takes the end of the connection as the answer to a stop', async () => {
    server = await serveControlPipe({
      address: () => path.join(folder, 'usual'),
      state: () => state,
      onAsk: () => {
        void server.close();
        return new Promise(() => undefined);
      },
    });
    const connection = await open();
    await connection?.ask('stop');
    expect(connection?.state).toBeUndefined();
  });

  it('does not trust a server that is not the process named in the state folder', async () => {
    await serve();
    expect(await open({ pid: process.pid + 1 })).toBeUndefined();
  });

  it('sends nothing to a server that the system does not verify', async () => {
    let visited = false;
    const squatter = net.createServer(socket => {
      visited = true;
      socket.end(`${JSON.stringify({ state: stateNow() })}\n`);
    });
    squatter.listen(path.join(folder, 'squatted'));
    await once(squatter, 'listening');
    try {
      const claimed = record({ pipe: path.join(folder, 'squatted') });
      expect(await connectControlPipe(claimed, async () => false, deaf)).toBeUndefined();
      expect(visited).toBe(false);
      expect(await connectControlPipe(claimed, async () => true, deaf)).toBeDefined();
      expect(visited).toBe(true);
    } finally {
      squatter.close();
    }
  });

  it('disconnects from a server whose state names another process', async () => {
    await serve();
    let ended = false;
    const connection = await open(
      {},
      {
        onState: () => undefined,
        onEnd: () => {
          ended = true;
        },
      },
    );
    expect(connection).toBeDefined();
    state = stateNow({ runnerPid: process.pid + 1 });
    server.publish();
    await until('the end', () => ended);
  });

  it.each([
    ['invalid data', 'hello yourself\n'],
    ['no state', '{"state":null}\n'],
    ['a state without problems', `${JSON.stringify({ state: { ...stateNow(), problems: undefined } })}\n`],
    ['a state with an invalid gateway', `${JSON.stringify({ state: { ...stateNow(), gateway: { pid: 'x' } } })}\n`],
    ['a phase that it does not know', `${JSON.stringify({ state: { ...stateNow(), phase: 'dancing' } })}\n`],
    ['a line without an end', 'x'.repeat(MAX_LINE_BYTES * 2)],
    ['nothing', ''],
  ])('disconnects from a server that sends %s', async (_what, text) => {
    const address = path.join(folder, 'other');
    const other = net.createServer(socket => {
      socket.on('error', () => undefined);
      socket.write(text);
    });
    other.listen(address);
    await once(other, 'listening');
    try {
      expect(await connectControlPipe({ process: { pid: process.pid }, pipe: address }, trustsServer, deaf, 500)).toBeUndefined();
    } finally {
      other.close();
    }
  });

  it.skipIf(process.getuid?.() !== 0)(
    `does not trust a socket of another user${process.getuid?.() === 0 ? '' : ' (skipped: only root can make one)'}`,
    async () => {
      await serve();
      chownSync(server.address, 65_534, 65_534);
      expect(await open()).toBeUndefined();
    },
  );

  it('finds no server where there is no socket or where a file has its name', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    for (const pipe of [path.join(folder, 'gone'), file])
      expect(await connectControlPipe({ process: { pid: 1 }, pipe }, trustsServer, deaf)).toBeUndefined();
  });
});

describe('address of the control pipe', () => {
  it('takes the name of a Windows pipe for the identity of its server, because no file can be looked at there', () => {
    expect(socketIdentity('\\\\.\\pipe\\hermes-gateway-service-7')).toBe('\\\\.\\pipe\\hermes-gateway-service-7');
  });

  const uid = process.getuid?.() ?? 0;
  const posix = (over: object = {}) => ({ platform: 'linux' as const, env: {}, tmpdir: folder, uid, ...over });

  it('returns a pipe name on Windows that depends on the state folder', () => {
    const windows = { platform: 'win32' as const, env: {}, tmpdir: 'C:\\Temp', uid: 0 };
    const address = pipeAddress('C:\\State\\HermesGateway', windows);
    expect(address).toMatch(/^\\\\\.\\pipe\\hermes-gateway-service-[0-9a-f]{16}$/);
    expect(pipeAddress('C:\\State\\HermesGateway', windows)).toBe(address);
    expect(pipeAddress('C:\\State\\HermesGateway-work', windows)).not.toBe(address);
    expect(pipeAddress('C:\\State\\HermesGateway', windows, true)).not.toBe(pipeAddress('C:\\State\\HermesGateway', windows, true));
  });

  it('returns a path in the runtime folder, or else in a private folder below the temporary folder', () => {
    const runtime = path.join(folder, 'run');
    mkdirSync(runtime);
    const inRuntime = pipeAddress('/state', posix({ env: { XDG_RUNTIME_DIR: runtime } }));
    expect(path.dirname(inRuntime)).toBe(path.join(runtime, 'hermes-gateway'));
    expect(path.basename(inRuntime)).toMatch(/^[0-9a-f]{16}$/);
    for (const env of [{}, { XDG_RUNTIME_DIR: path.join(folder, 'gone') }, { XDG_RUNTIME_DIR: 'run' }])
      expect(path.dirname(pipeAddress('/state', posix({ env })))).toBe(path.join(folder, `hermes-gateway-${uid}`));
    expect(statSync(path.dirname(inRuntime)).mode & 0o777).toBe(0o700);
  });

  it('refuses a folder that other users may enter', () => {
    mkdirSync(path.join(folder, `hermes-gateway-${uid}`), { mode: 0o700 });
    chmodSync(path.join(folder, `hermes-gateway-${uid}`), 0o750);
    expect(() => pipeAddress('/state', posix())).toThrow(expect.objectContaining({ code: 'pipe-unavailable' }));
  });

  it('refuses a folder that belongs to another user', () => {
    pipeAddress('/state', posix());
    expect(() => pipeAddress('/state', posix({ tmpdir: folder, uid: uid + 1 }))).toThrow(
      expect.objectContaining({ code: 'pipe-unavailable' }),
    );
  });

  it('refuses a folder that is a link or a file', () => {
    const own = path.join(folder, 'own');
    mkdirSync(own, { mode: 0o700 });
    symlinkSync(own, path.join(folder, `hermes-gateway-${uid}`));
    expect(() => pipeAddress('/state', posix())).toThrow(expect.objectContaining({ code: 'pipe-unavailable' }));
    writeFileSync(path.join(own, `hermes-gateway-${uid}`), '');
    expect(() => pipeAddress('/state', posix({ tmpdir: own }))).toThrow(expect.objectContaining({ code: 'pipe-unavailable' }));
  });

  it('uses a separate folder when the usual one cannot be trusted and a fresh one is asked for', () => {
    writeFileSync(path.join(folder, `hermes-gateway-${uid}`), 'not a folder');
    const fresh = pipeAddress('/state', posix(), true);
    expect(statSync(path.dirname(fresh)).mode & 0o777).toBe(0o700);
    expect(path.dirname(path.dirname(fresh))).toBe(folder);
    removeFreshFolder(fresh);
    expect(existsSync(path.dirname(fresh))).toBe(false);
  });

  it('uses the state folder where the temporary folder is missing, or its path too long for a socket', () => {
    const long = path.join(folder, 'é'.repeat(30));
    mkdirSync(long);
    for (const tmpdir of [long, path.join(folder, 'gone')])
      expect(path.dirname(pipeAddress(folder, posix({ tmpdir })))).toBe(path.join(folder, 'control'));
  });

  it('refuses a place without a folder that exists and fits, because Node would truncate a longer path silently', () => {
    const refusal = expect.objectContaining({ code: 'pipe-unavailable', remedy: expect.stringContaining('TMPDIR') });
    const uid = 'é'.repeat(50) as unknown as number;
    expect(() => pipeAddress(path.join(folder, 'gone'), posix({ tmpdir: path.join(folder, 'gone'), uid }))).toThrow(refusal);
  });
});

describe('line reader', () => {
  it('returns the same lines however the text is split', () => {
    const cutter = new LineCutter();
    expect(cutter.push('a')).toEqual([]);
    expect(cutter.push('b\nc\n\nd')).toEqual(['ab', 'c', '']);
    expect(cutter.push('\n')).toEqual(['d']);
  });

  it('accepts lines up to the limit and refuses longer ones, finished or not', () => {
    expect(new LineCutter().push(`${'x'.repeat(MAX_LINE_BYTES)}\n`)).toHaveLength(1);
    expect(new LineCutter().push(`${'x'.repeat(MAX_LINE_BYTES + 1)}\n`)).toBeUndefined();
    expect(new LineCutter().push('x'.repeat(MAX_LINE_BYTES + 1))).toBeUndefined();
  });
});
