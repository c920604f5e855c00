/**
 * The sessions of this machine and their users. The gateway runs in a session of its owner; lock, disconnect and user switching keep the
 * session, so they end nothing.
 * Sources: WTSEnumerateSessionsW, WTSQueryUserToken, WTSGetActiveConsoleSessionId (Microsoft Learn).
 */
import koffi from 'koffi';
import { GatewayServiceError } from '../model/errors.ts';
import { callError, checkCall, ERROR } from './errors.ts';
import { closeHandle, using } from './handle.ts';
import { declare } from './library.ts';
import { readKey } from './registry.ts';
import type { Sid } from './sddl.ts';
import { userOfToken } from './security.ts';
import { BOOL, DWORD, HANDLE, type Handle, out, POINTER, WTS_SESSION_INFOW } from './types.ts';

const wtsapi32 = declare('wtsapi32.dll', {
  WTSEnumerateSessionsW: [BOOL, POINTER, DWORD, DWORD, out(POINTER), out(DWORD)],
  WTSFreeMemory: ['void', HANDLE],
  WTSQueryUserToken: [BOOL, DWORD, out(POINTER)],
});
const kernel32 = declare('kernel32.dll', { WTSGetActiveConsoleSessionId: [DWORD] });

/** wtsapi32.h: WTSActive is 0, WTSDisconnected 4; the other states have no signed-in user. */
const ACTIVE = 0;
const DISCONNECTED = 4;
const NO_SESSION = 0xffff_ffff;

export interface Session {
  readonly id: number;
  readonly state: 'active' | 'disconnected' | 'other';
}

/** A session with a signed-in user. */
export interface UserSession extends Session {
  readonly user: Sid;
}

/**
 * The owner's session in which the gateway runs: the present one, else an active one, else a disconnected one. Pure; undefined where the
 * owner has none. Among equals the lowest number, so that the choice is the same each time.
 */
export function chooseSession<S extends Session>(sessions: readonly S[], current?: number): S | undefined {
  const byNumber = [...sessions].sort((one, other) => one.id - other.id);
  return (
    byNumber.find(session => session.id === current) ??
    byNumber.find(session => session.state === 'active') ??
    byNumber.find(session => session.state === 'disconnected')
  );
}

/** The sessions that Windows lists. Session 0 is always among them, so an empty list means that this system keeps none (Wine). */
function enumeratedSessions(): Session[] {
  const memory: [Handle | null] = [null];
  const count: [number] = [0];
  checkCall(wtsapi32.WTSEnumerateSessionsW(null, 0, 1, memory, count));
  if (memory[0] === null || count[0] === 0) return [];
  return using(memory[0], wtsapi32.WTSFreeMemory, address => {
    const raw = koffi.decode(address, WTS_SESSION_INFOW, count[0]) as { SessionId: number; State: number }[];
    return raw.map(({ SessionId: id, State }) => ({
      id,
      state: State === ACTIVE ? 'active' : State === DISCONNECTED ? 'disconnected' : 'other',
    }));
  });
}

/** Whether this system lists its sessions. */
export const hasSessionList = (): boolean => enumeratedSessions().length > 0;

/** All sessions, session 0 among them. Without a list, only the one at the console. */
export function listSessions(): Session[] {
  const enumerated = enumeratedSessions();
  if (enumerated.length > 0) return enumerated;
  const { result: console } = kernel32.WTSGetActiveConsoleSessionId();
  return console === NO_SESSION ? [] : [{ id: console, state: 'active' }];
}

/**
 * The token of the user of a session; close it after use. For an administrator it is the filtered token. Needs LocalSystem with SeTcb:
 * throws `privilege-missing` (1314) without. Throws `not-signed-in` where no user is signed in, for each of the numbers that Windows has
 * for that (1008, 2 for a session that is gone, 7022 for one that is ending).
 */
export function openSessionToken(session: number): Handle {
  const token: [Handle | null] = [null];
  const outcome = wtsapi32.WTSQueryUserToken(session, token);
  if (outcome.result && token[0] !== null) return token[0];
  if (outcome.lastError === ERROR.privilegeNotHeld) throw callError(outcome, session);
  throw new GatewayServiceError('not-signed-in', `(Session ${session}.)`, { win32: outcome.lastError });
}

/** The user of a session; undefined where no user is signed in, also for a session that ends during the query. */
function userOf(session: number): Sid | undefined {
  try {
    return using(openSessionToken(session), closeHandle, userOfToken);
  } catch (error) {
    if (error instanceof GatewayServiceError && error.code === 'not-signed-in') return undefined;
    throw error;
  }
}

/** Whether the profile of a user is loaded: Windows then has the user's registry below HKEY_USERS. */
export const isProfileLoaded = (user: Sid): boolean => readKey(`HKU\\${user}`) !== undefined;

/** The sessions with a signed-in user. Needs LocalSystem with SeTcb. */
export function sessionsWithUser(): UserSession[] {
  return listSessions().flatMap(session => {
    const user = userOf(session.id);
    return user === undefined ? [] : [{ ...session, user }];
  });
}
