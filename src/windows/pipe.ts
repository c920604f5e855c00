/**
 * Pipes to a child: its stdin, written here, and its output, read here as Node streams. Output comes through a named pipe: one end is a
 * Node server, the other is inherited by the child. So Node needs no file descriptor for it, and a child that gets one would open a
 * console.
 * Sources: CreatePipe, GetNamedPipeServerProcessId (Microsoft Learn).
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import type { Readable } from 'node:stream';
import { GatewayServiceError } from '../model/errors.ts';
import { poll } from '../model/poll.ts';
import { checkCall, ERROR, win32Error } from './errors.ts';
import { FILE_SHARE_ALL, GENERIC_READ, GENERIC_WRITE, openFile } from './file.ts';
import { closeHandle, INVALID_HANDLE_VALUE, opened, using } from './handle.ts';
import { declare } from './library.ts';
import { BOOL, DWORD, HANDLE, type Handle, out, POINTER } from './types.ts';

const kernel32 = declare('kernel32.dll', {
  CreatePipe: [BOOL, out(POINTER), out(POINTER), POINTER, DWORD],
  WriteFile: [BOOL, HANDLE, POINTER, DWORD, out(DWORD), POINTER],
  GetNamedPipeServerProcessId: [BOOL, HANDLE, out(DWORD)],
});

/** How long a pipe may be busy with other clients, in milliseconds. */
const BUSY_MS = 1_000;
/** Identification only: the server may know the client's user, and may not act as that user. */
const SECURITY_IDENTIFICATION = 0x11_0000;

/** The parent's end of a child's stdin. */
function childInput(handle: Handle) {
  let last: Promise<void> = Promise.resolve();
  return {
    /** Writes after all earlier writes; rejects when the child has closed its end. A child that does not read blocks a pool worker. */
    write: (text: string): Promise<void> => {
      const bytes = Buffer.from(text);
      const step = last.then(async () => checkCall(await kernel32.WriteFile.async(handle, bytes, bytes.length, [0], null)));
      last = step.catch(() => undefined);
      return step;
    },
    /** Ends the child's stdin after all writes. */
    end: (): Promise<void> => {
      last = last.then(() => closeHandle(handle));
      return last;
    },
  };
}

/** An anonymous pipe: what is written at one end is read at the other. */
export function createPipe(): { readonly read: Handle; readonly write: Handle } {
  const read: [Handle | null] = [null];
  const write: [Handle | null] = [null];
  const { result, lastError } = kernel32.CreatePipe(read, write, null, 0);
  if (!result || read[0] === null || write[0] === null) throw win32Error(lastError, 'CreatePipe');
  return { read: read[0], write: write[0] };
}

/** A pipe whose `childEnd` becomes a child's stdin; close that end here once the child is started. */
export function openChildInput() {
  const { read, write } = createPipe();
  return { input: childInput(write), childEnd: read };
}

/** A stream of what a child writes into `childEnd`. Close that end here once the child is started; the stream ends with the child. */
export async function openChildOutput(): Promise<{ readonly stream: Readable; readonly childEnd: Handle }> {
  const name = `\\\\.\\pipe\\hermes-gateway-output-${randomUUID()}`;
  // libuv creates the first instance with FILE_FLAG_FIRST_PIPE_INSTANCE, so a name that another program has taken is an error here.
  const server = net.createServer();
  server.listen(name);
  await once(server, 'listening');
  try {
    const connected = once(server, 'connection') as Promise<[net.Socket]>;
    const childEnd = opened(openFile(name, GENERIC_WRITE, 0), name);
    const [stream] = await connected;
    return { stream, childEnd };
  } finally {
    server.close();
  }
}

/** A handle to NUL, for the stdin of a child that reads nothing. */
export function openNothing(): Handle {
  return opened(openFile('NUL', GENERIC_READ, FILE_SHARE_ALL), 'NUL');
}

/** Opens a pipe as a client that the server may identify but not act as; undefined while all instances are taken by other clients. */
function openPipe(name: string): Handle | undefined {
  const { result, lastError } = openFile(name, GENERIC_READ, FILE_SHARE_ALL, SECURITY_IDENTIFICATION);
  if (result !== INVALID_HANDLE_VALUE) return result;
  if (lastError === ERROR.pipeBusy) return undefined;
  throw new GatewayServiceError('pipe-unavailable', `(${name}.)`, { win32: lastError });
}

/**
 * The PID of the process that serves a named pipe, to check the server. It costs the server a connection that closes at once. Rejects with
 * `pipe-unavailable` where no process serves it, or none that this user may read from, and with `timed-out` where it stays busy.
 */
export async function pipeServerPid(name: string): Promise<number> {
  const pipe = await poll(() => openPipe(name), { what: `the pipe ${name} to have a place`, deadlineMs: BUSY_MS });
  return using(pipe, closeHandle, handle => {
    const pid: [number] = [0];
    checkCall(kernel32.GetNamedPipeServerProcessId(handle, pid), name);
    return pid[0];
  });
}
