/** The user of a process: this user may not end the process of another one. */

import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { attempt } from '../model/attempt.ts';
import { GatewayServiceError, isPermissionError } from '../model/errors.ts';

/** @throws GatewayServiceError `gateway-of-another-user`, whose remedy names process and user */
export function refuseGatewayOfAnotherUser(pid: number): void {
  if (mayEnd(pid)) return;
  const user = ownerOf(pid) ?? 'another user';
  const end = process.platform === 'win32' ? 'end it with "hermes gateway stop"' : `end it with "hermes gateway stop" or "kill ${pid}"`;
  const remedy = `As the user ${user}, ${end} (PID ${pid}). To keep it, give this user a separate home with --home DIR.`;
  throw new GatewayServiceError('gateway-of-another-user', `(PID ${pid}, user ${user})`, { remedy });
}

function mayEnd(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isPermissionError(error);
  }
}

/** The name of its user, else the number; undefined where the system does not report it to this user. */
function ownerOf(pid: number): string | undefined {
  if (process.platform === 'win32') return undefined;
  if (process.platform !== 'linux') {
    const options = { encoding: 'utf8', stdio: 'pipe', timeout: 5_000 } as const;
    return attempt(() => execFileSync('/bin/ps', ['-o', 'user=', '-p', String(pid)], options).trim()) || undefined;
  }
  const uid = attempt(() => statSync(`/proc/${pid}`).uid);
  return uid === undefined ? undefined : (nameOf(uid) ?? `${uid}`);
}

function nameOf(uid: number): string | undefined {
  const users = attempt(() => readFileSync('/etc/passwd', 'utf8').split('\n')) ?? [];
  return users.map(line => line.split(':')).find(([, , id]) => id === String(uid))?.[0];
}
