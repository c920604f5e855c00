/**
 * The address of a service's control pipe: `\\.\pipe\hermes-gateway-service-<id>` on Windows, elsewhere a Unix socket with a short name in
 * a folder that only its owner may enter. Node silently cuts a socket path of more than 107 bytes, so a longer one is not used.
 */

import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { GatewayServiceError } from '../model/errors.ts';

const MAX_SOCKET_PATH_BYTES = 100;
/** Prefix of a folder that is made when the usual one cannot be trusted. */
const FRESH_FOLDER = 'hermes-gateway-fresh-';

export interface PipeSurroundings {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly tmpdir: string;
  readonly uid: number;
}

/** The address for a state folder; `fresh` gives another one, for when the usual name is taken. */
export function pipeAddress(stateFolder: string, { platform, env, tmpdir, uid }: PipeSurroundings, fresh = false): string {
  const id = createHash('sha256').update(stateFolder).digest('hex').slice(0, 16);
  const name = fresh ? randomBytes(8).toString('hex') : id;
  if (platform === 'win32') return `\\\\.\\pipe\\hermes-gateway-service-${name}`;
  const runtime = env['XDG_RUNTIME_DIR'];
  const places = [
    ...(runtime && path.isAbsolute(runtime) ? [path.join(runtime, 'hermes-gateway')] : []),
    path.join(tmpdir, `hermes-gateway-${uid}`),
    path.join(stateFolder, 'control'),
    path.join('/tmp', `hermes-gateway-${uid}`),
  ];
  // Any place will do, because the address is published in the state folder.
  const longest = (place: string) => path.join(fresh ? `${path.dirname(place)}/${FRESH_FOLDER}XXXXXX` : place, name);
  const usual = places.find(place => Buffer.byteLength(longest(place)) <= MAX_SOCKET_PATH_BYTES && fs.existsSync(path.dirname(place)));
  if (usual === undefined) {
    throw new GatewayServiceError('pipe-unavailable', `(${places.join(', ')}: each is missing or too long for a socket)`, {
      remedy: 'Set TMPDIR or XDG_RUNTIME_DIR to a shorter folder that exists.',
    });
  }
  return path.join(privateFolder(usual, uid, fresh ? path.dirname(usual) : undefined), name);
}

/** Removes the folder that was made for this address only, if any. */
export function removeFreshFolder(address: string): void {
  const folder = path.dirname(address);
  if (path.basename(folder).startsWith(FRESH_FOLDER)) fs.rmSync(folder, { recursive: true, force: true });
}

/** Removes the socket of a killed runner, and nothing else of that name. */
export function removeStaleSocket(address: string): void {
  if (isPipeName(address)) return;
  if (fs.lstatSync(address, { throwIfNoEntry: false })?.isSocket()) fs.rmSync(address, { force: true });
}

/** Whether it is the name of a Windows pipe, which is no file. */
export const isPipeName = (address: string): boolean => address.startsWith('\\\\');

/**
 * What identifies the socket at an address; undefined where there is none. Another socket may get the same name later. The name of a
 * Windows pipe is no file, and is enough: nothing removes it while it is served.
 */
export function socketIdentity(address: string): string | undefined {
  if (address.startsWith('\\\\')) return address;
  const stat = fs.lstatSync(address, { throwIfNoEntry: false });
  return stat?.isSocket() ? `${stat.dev}:${stat.ino}` : undefined;
}

/** Whether the socket belongs to this user: only its own processes can make one under its name. */
export function isOwnSocket(address: string): boolean {
  const stat = fs.statSync(address, { throwIfNoEntry: false });
  return stat?.isSocket() === true && stat.uid === process.getuid?.();
}

/** Makes the folder, or checks that the existing one is a real folder of this user, closed to others; else uses one below `elsewhere`. */
function privateFolder(folder: string, uid: number, elsewhere: string | undefined): string {
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const stat = fs.lstatSync(folder);
  if (stat.isDirectory() && stat.uid === uid && (stat.mode & 0o077) === 0) return folder;
  if (elsewhere !== undefined) return fs.mkdtempSync(path.join(elsewhere, FRESH_FOLDER));
  throw new GatewayServiceError('pipe-unavailable', `(${folder} is not a folder that only you may enter)`, {
    remedy: 'Remove that folder, or set XDG_RUNTIME_DIR to a folder of your own.',
  });
}
