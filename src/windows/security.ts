/**
 * The user of a process or a session, as a SID, and whether a process is elevated. Names do not identify users: they are localized,
 * renamed, and shared between machines.
 * Sources: GetTokenInformation, TOKEN_USER, TOKEN_ELEVATION, WTSQuerySessionInformationW (Microsoft Learn).
 */
import koffi from 'koffi';
import { GatewayServiceError } from '../model/errors.ts';
import { checkCall, ERROR } from './errors.ts';
import { closeHandle, received, using } from './handle.ts';
import { declare } from './library.ts';
import { readLogons, userAmong } from './logons.ts';
import { type Sid, sidFromBytes } from './sddl.ts';
import { BOOL, DWORD, HANDLE, type Handle, out, POINTER } from './types.ts';

const advapi32 = declare('advapi32.dll', {
  OpenProcessToken: [BOOL, HANDLE, DWORD, out(POINTER)],
  GetTokenInformation: [BOOL, HANDLE, 'int', POINTER, DWORD, out(DWORD)],
});
const kernel32 = declare('kernel32.dll', { GetCurrentProcess: [HANDLE] });
const wtsapi32 = declare('wtsapi32.dll', {
  WTSQuerySessionInformationW: [BOOL, POINTER, DWORD, 'int', out(POINTER), out(DWORD)],
  WTSFreeMemory: ['void', HANDLE],
});

const TOKEN_QUERY = 8;
const TOKEN_INFORMATION = { user: 1, sessionId: 12, elevationType: 18, elevation: 20 } as const;
/** TokenElevationTypeFull: the user has another token with fewer rights for everything that was not consented to. */
const ELEVATION_FULL = 2;
const WTS_INFO = { userName: 5, domainName: 7 } as const;

function tokenInformation(token: Handle, kind: number): Buffer {
  const buffer = Buffer.alloc(256);
  const size: [number] = [0];
  checkCall(advapi32.GetTokenInformation(token, kind, buffer, buffer.length, size));
  return buffer.subarray(0, size[0]);
}

function withOwnToken<T>(use: (token: Handle) => T): T {
  const token = received(slot => advapi32.OpenProcessToken(kernel32.GetCurrentProcess().result, TOKEN_QUERY, slot));
  return using(token, closeHandle, use);
}

/** The user of a token. TOKEN_USER is a pointer to the SID and its attributes; the SID follows in the same buffer. */
export const userOfToken = (token: Handle): Sid => sidFromBytes(tokenInformation(token, TOKEN_INFORMATION.user), 16);

/** The session of a token. */
export const sessionOfToken = (token: Handle): number => tokenInformation(token, TOKEN_INFORMATION.sessionId).readUInt32LE();

/** The user of this process. With the consent of another administrator that is not the user of the session. */
export const currentUser = (): Sid => withOwnToken(userOfToken);

/** The session of this process; an elevated process stays in the session of the user who asked. */
export const currentSession = (): number => withOwnToken(sessionOfToken);

/** Whether this process has the full rights of an administrator. */
export const isElevated = (): boolean => withOwnToken(token => tokenInformation(token, TOKEN_INFORMATION.elevation).readUInt32LE() !== 0);

/** Whether this process has more rights than the programs that its user starts without a consent. */
export const isElevatedByConsent = (): boolean =>
  withOwnToken(token => tokenInformation(token, TOKEN_INFORMATION.elevationType).readUInt32LE() === ELEVATION_FULL);

function sessionText(session: number, kind: number): string {
  const text = received(slot => wtsapi32.WTSQuerySessionInformationW(null, session, kind, slot, [0]), session);
  return using(text, wtsapi32.WTSFreeMemory, memory => koffi.decode.string16(memory));
}

/**
 * The user who is signed in to a session: the owner of a service that an elevated step registers, even where another user consented.
 * Throws `not-signed-in` for a session without a user (session 0, the sign-in screen), and `windows-refused` where the logons that this
 * process may read do not show the user.
 */
export function userOfSession(session: number): { readonly sid: Sid; readonly name: string } {
  const user = sessionText(session, WTS_INFO.userName);
  if (user === '') throw new GatewayServiceError('not-signed-in', `Session ${session} has no user.`, { win32: ERROR.noToken });
  const domain = sessionText(session, WTS_INFO.domainName);
  const name = domain === '' ? user : `${domain}\\${user}`;
  const logons = readLogons();
  // Without elevation, a process belongs to the user of its session.
  const isOwn = session === currentSession() && (logons === undefined || !isElevated());
  const sid = isOwn ? currentUser() : userAmong(logons ?? [], session, { name: user, domain });
  if (sid === undefined) throw new GatewayServiceError('windows-refused', `(No logon of ${name} in session ${session} can be read.)`);
  return { sid, name };
}
