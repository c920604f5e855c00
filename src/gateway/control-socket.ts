/**
 * Sends requests to a gateway's own control pipe (`gateway/control_socket.py`, protocol 1): one JSON line out, one JSON line in, one
 * request per connection. An answer is better evidence of life than any file, and `pause-for-update` restarts without a signal. Gateways
 * before 0.21 have no such pipe. Every failure is a value; nothing here throws.
 */

import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AgentWork } from '../model/agent-work.ts';
import { normalizeCase, type ResolvePath, resolvedPath } from './home.ts';
import { asStartTime, type GatewayProcess } from './identity-files.ts';
import { asObject, asPid, asText, type JsonObject, parseJson, readTextFile } from './tolerant-json.ts';

/** `absent`: no server; `silent`: no answer in time; `garbage`: no answer of this protocol; `refused`: the gateway refused. */
type ControlFailure = 'absent' | 'silent' | 'garbage' | 'refused';
export type ControlAnswer<T> =
  | { readonly ok: true; readonly result: T }
  | { readonly ok: false; readonly failure: ControlFailure; readonly detail: string };

export interface RequestOptions {
  readonly timeoutMs?: number;
}

const PROTOCOL = 1;
const TIMEOUT_MS = 2_000;
const MAX_RESPONSE_BYTES = 512 * 1024;
/** `sun_path` holds 104 bytes on macOS and 108 on Linux; Hermes leaves a margin. */
const MAX_SOCKET_PATH_BYTES = 100;

/**
 * The address of the gateway of this home: on Windows `\\.\pipe\hermes-gateway-<hash of the home>`, elsewhere `<home>/gateway.sock`. Where
 * that is too long for a socket, the gateway chooses a short name in the temporary folder and writes it into `<home>/gateway.sock.path`.
 */
export function controlPath(home: string, platform: NodeJS.Platform = process.platform, resolve: ResolvePath = resolvedPath): string {
  if (platform === 'win32') return `\\\\.\\pipe\\hermes-gateway-${homeHash(home, platform, resolve)}`;
  const direct = path.posix.join(home, 'gateway.sock');
  if (Buffer.byteLength(direct) <= MAX_SOCKET_PATH_BYTES) return direct;
  const published = readTextFile(path.posix.join(home, 'gateway.sock.path'))?.trim();
  return published || path.posix.join(tmpdir(), `hermes-gw-${homeHash(home, platform, resolve)}.sock`);
}

function homeHash(home: string, platform: NodeJS.Platform, resolve: ResolvePath): string {
  return createHash('sha256')
    .update(normalizeCase(resolve(home, platform), platform), 'utf8')
    .digest('hex')
    .slice(0, 16);
}

/** Sends one verb to the control pipe at `address` and resolves with the `result` of its answer. */
export async function request(
  address: string,
  verb: string,
  { timeoutMs = TIMEOUT_MS }: RequestOptions = {},
): Promise<ControlAnswer<JsonObject>> {
  if (!isOurs(address)) return failed('absent', `${address} is no socket of this user`);
  const line = await exchange(address, `${JSON.stringify({ verb, id: 1, protocol: PROTOCOL })}\n`, timeoutMs);
  if (!line.ok) return line;
  const answer = asObject(parseJson(line.result));
  if (answer === undefined) return failed('garbage', 'the answer is not a JSON object');
  if (answer['ok'] !== true) return failed('refused', asText(answer['error']) ?? 'no reason given');
  const result = asObject(answer['result']);
  return result === undefined ? failed('garbage', 'the answer has no result') : { ok: true, result };
}

export async function identify(address: string, options?: RequestOptions): Promise<ControlAnswer<GatewayProcess>> {
  return typed(await request(address, 'identify', options), json => {
    const pid = asPid(json['pid']);
    const startTime = asStartTime(json['start_time']);
    return pid === undefined || startTime === undefined ? undefined : { pid, startTime };
  });
}

/** The process, and its work in progress. */
export async function readStatus(address: string, options?: RequestOptions): Promise<ControlAnswer<AgentWork & { readonly pid: number }>> {
  return typed(await request(address, 'status', options), json => {
    const pid = asPid(json['pid']);
    const activeAgents = json['active_agents'];
    if (pid === undefined || typeof activeAgents !== 'number') return undefined;
    const apiServer = asObject(asObject(json['platforms'])?.['api_server']);
    return { pid, active: activeAgents, isComplete: apiServer?.['state'] !== 'connected' };
  });
}

/** Requests that the gateway finish its work and exit, to be started again. Resolves with its PID. */
export async function pauseForUpdate(address: string, options?: RequestOptions): Promise<ControlAnswer<number>> {
  return typed(await request(address, 'pause-for-update', options), json =>
    json['pausing'] === true || json['already_stopping'] === true ? asPid(json['pid']) : undefined,
  );
}

/** One line out, one line in; the server closes. */
function exchange(address: string, line: string, timeoutMs: number): Promise<ControlAnswer<string>> {
  return new Promise(resolve => {
    const chunks: Buffer[] = [];
    let length = 0;
    const socket = net.connect({ path: address });
    const timer = setTimeout(() => settle(failed('silent', `no answer in ${timeoutMs} ms`)), timeoutMs);
    function settle(answer: ControlAnswer<string>): void {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    }
    socket.on('connect', () => socket.write(line));
    socket.on('data', chunk => {
      const end = chunk.indexOf(0x0a);
      chunks.push(end === -1 ? chunk : chunk.subarray(0, end));
      length += chunk.length;
      if (length > MAX_RESPONSE_BYTES) settle(failed('garbage', `an answer of more than ${MAX_RESPONSE_BYTES} bytes`));
      else if (end !== -1) settle({ ok: true, result: Buffer.concat(chunks).toString('utf8') });
    });
    socket.on('end', () => settle(failed(length === 0 ? 'silent' : 'garbage', 'it hung up without an answer')));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const nobody = error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || error.code === 'ENOTSOCK' || error.code === 'EINVAL';
      settle(failed(nobody ? 'absent' : 'silent', error.message));
    });
  });
}

/**
 * Every user may make a socket in the temporary folder: one of another user is not this gateway. Node would cut a path that is too long and
 * connect to another one. Windows pipes have no owner to check here.
 */
function isOurs(address: string): boolean {
  if (process.getuid === undefined) return true;
  if (Buffer.byteLength(address) > MAX_SOCKET_PATH_BYTES) return false;
  try {
    const stat = lstatSync(address);
    return stat.isSocket() && stat.uid === process.getuid();
  } catch {
    return false;
  }
}

function typed<T>(answer: ControlAnswer<JsonObject>, parse: (json: JsonObject) => T | undefined): ControlAnswer<T> {
  if (!answer.ok) return answer;
  const result = parse(answer.result);
  return result === undefined ? failed('garbage', 'the result has not the shape of this verb') : { ok: true, result };
}

function failed(
  failure: ControlFailure,
  detail: string,
): { readonly ok: false; readonly failure: ControlFailure; readonly detail: string } {
  return { ok: false, failure, detail };
}
