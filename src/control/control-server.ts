/**
 * The runner's side of the control pipe. On Windows every user may open a default pipe for reading, so nothing is sent before a valid
 * hello. A client that sends nothing in time, too much or invalid data is closed; a taken pipe name does not stop the gateway.
 */

import net from 'node:net';
import { GatewayServiceError } from '../model/errors.ts';
import type { RunnerState } from '../model/facts.ts';
import { isPipeName, removeFreshFolder, removeStaleSocket, socketIdentity } from './pipe-address.ts';
import { type Ask, LineCutter, parseClientMessage, type ServerMessage } from './pipe-protocol.ts';

const MAX_CLIENTS = 32;
const HELLO_TIMEOUT_MS = 1_000;
/** A client that does not read is dropped when this many bytes wait for it. */
const MAX_UNREAD_BYTES = 1024 * 1024;

export interface ControlServerOptions {
  /** Returns the address to listen on; with `fresh` one that cannot be guessed. */
  readonly address: (fresh: boolean) => string;
  readonly state: () => RunnerState;
  /** Resolves when the request is done. */
  readonly onAsk: (ask: Ask) => Promise<void>;
}

export interface ControlServer {
  readonly address: string;
  /** True when another program had taken the usual name. */
  readonly squatted: boolean;
  /** False when the socket was removed, or another one has its name. */
  isReachable(): boolean;
  /** Sends the current state to every client. */
  publish(): void;
  close(): Promise<void>;
}

export async function serveControlPipe(options: ControlServerOptions): Promise<ControlServer> {
  const greeted = new Set<net.Socket>();
  const sockets = new Set<net.Socket>();

  const server = net.createServer(socket => {
    socket.on('error', () => socket.destroy());
    if (sockets.size >= MAX_CLIENTS) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    const silence = setTimeout(() => socket.destroy(), HELLO_TIMEOUT_MS);
    socket.on('close', () => {
      clearTimeout(silence);
      sockets.delete(socket);
      greeted.delete(socket);
    });
    const cutter = new LineCutter();
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      for (const line of cutter.push(text) ?? ['']) {
        const message = parseClientMessage(line);
        if (!message || (!('hello' in message) && !greeted.has(socket))) {
          socket.destroy();
          return;
        }
        if ('hello' in message) {
          clearTimeout(silence);
          greeted.add(socket);
          send(socket, { state: options.state() });
        } else {
          void options.onAsk(message.ask).then(() => send(socket, { done: message.id }));
        }
      }
    });
  });
  server.maxConnections = MAX_CLIENTS;

  const { address, squatted } = await listen(server, options.address);
  const socket = socketIdentity(address);
  return {
    address,
    squatted,
    isReachable: () => socketIdentity(address) === socket,
    publish: () => {
      const state = options.state();
      for (const socket of greeted) send(socket, { state });
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => {
          removeFreshFolder(address);
          resolve();
        });
        for (const socket of sockets) socket.destroySoon();
      }),
  };
}

function send(socket: net.Socket, message: ServerMessage): void {
  if (socket.destroyed || !socket.writable) return;
  if (socket.writableLength > MAX_UNREAD_BYTES) socket.destroy();
  else socket.write(`${JSON.stringify(message)}\n`);
}

async function listen(server: net.Server, address: (fresh: boolean) => string): Promise<{ address: string; squatted: boolean }> {
  try {
    const usual = address(false);
    // The socket of a killed runner is removed; one that is served belongs to a runner with another state folder of the same path.
    if (!(await isServed(usual))) removeStaleSocket(usual);
    await listenOn(server, usual);
    return { address: usual, squatted: false };
  } catch (error) {
    if (!isTaken(error)) throw error;
    const fresh = address(true);
    await listenOn(server, fresh);
    return { address: fresh, squatted: true };
  }
}

/** Whether a process accepts connections there. Only `listen` can say it of a Windows pipe. */
function isServed(address: string): Promise<boolean> {
  if (isPipeName(address)) return Promise.resolve(false);
  return new Promise(resolve => {
    const socket = net.connect(address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT'));
  });
}

/** Another program has the usual name, or the folder that it is in. */
function isTaken(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EADDRINUSE' || code === 'EACCES' || (error instanceof GatewayServiceError && error.code === 'pipe-unavailable');
}

function listenOn(server: net.Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      // One client that could not be accepted (too many open files) must not end the runner.
      server.on('error', () => undefined);
      resolve();
    });
  });
}
