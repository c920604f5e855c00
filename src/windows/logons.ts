/**
 * The logons of this machine with their users. They give the SID of a session's user without a look-up by account name, which fails for an
 * account of Entra ID and for a domain that cannot be reached. Every process reads the logons of its own user, an administrator all of them.
 * Sources: LsaEnumerateLogonSessions, LsaGetLogonSessionData, SECURITY_LOGON_SESSION_DATA (Microsoft Learn).
 */
import koffi from 'koffi';
import { using } from './handle.ts';
import { declare } from './library.ts';
import { type Sid, sidFromBytes } from './sddl.ts';
import { DWORD, HANDLE, type Handle, LAYOUTS, out, POINTER } from './types.ts';

const secur32 = declare('secur32.dll', {
  LsaEnumerateLogonSessions: [DWORD, out(DWORD), out(POINTER)],
  LsaGetLogonSessionData: [DWORD, POINTER, out(POINTER)],
  LsaFreeReturnBuffer: [DWORD, HANDLE],
});

const LUID_BYTES = 8;
/** A SID has at most 15 sub-authorities; its second byte is their number. */
const SID_HEADER_BYTES = 8;

/** A user's account, as Windows names it: `CORP` and `ann`; `AzureAD` is the domain of Entra ID. */
export interface Account {
  readonly name: string;
  readonly domain: string;
}

export interface Logon extends Account {
  readonly session: number;
  readonly sid: Sid;
  /** `ann@example.com`; empty where there is none. */
  readonly principal: string;
}

const isSame = (one: string, other: string): boolean => one.toUpperCase() === other.toUpperCase();

/**
 * The user of a session among its logons: the one with the name of the session's account. Another administrator who consents to an
 * elevation has a logon in the session too. Pure; undefined where two users fit, or none.
 */
export function userAmong(logons: readonly Logon[], session: number, { name, domain }: Account): Sid | undefined {
  const named = logons.filter(logon => logon.session === session && isSame(logon.name, name));
  const exact = named.filter(logon => isSame(logon.domain, domain));
  const sids = new Set((exact.length > 0 ? exact : named).map(({ sid }) => sid));
  return sids.size === 1 ? [...sids][0] : undefined;
}

/** Whether an account name is one of the names that a user has among these logons: `ann`, `CORP\ann`, `ann@example.com`. Pure. */
export function isNameOf(logons: readonly Logon[], user: Sid, account: string): boolean {
  return logons.some(
    ({ sid, name, domain, principal }) =>
      sid === user && name !== '' && [name, `${domain}\\${name}`, principal].some(one => isSame(one, account)),
  );
}

/** The logons that this process may read; undefined on a system that keeps none (Wine). */
export function readLogons(): readonly Logon[] | undefined {
  const count: [number] = [0];
  const list: [Handle | null] = [null];
  const { result } = secur32.LsaEnumerateLogonSessions(count, list);
  if (result !== 0 || list[0] === null || count[0] === 0) return undefined;
  return using(list[0], secur32.LsaFreeReturnBuffer, address =>
    Array.from({ length: count[0] }, (_, index) => readLogon(bytesAt(address + BigInt(LUID_BYTES * index), LUID_BYTES))).filter(
      logon => logon !== undefined,
    ),
  );
}

/** Undefined for a logon of another user, without the rights of an administrator. */
function readLogon(id: Buffer): Logon | undefined {
  const data: [Handle | null] = [null];
  const { result } = secur32.LsaGetLogonSessionData(id, data);
  return result !== 0 || data[0] === null ? undefined : using(data[0], secur32.LsaFreeReturnBuffer, logonAt);
}

/** The logon in a SECURITY_LOGON_SESSION_DATA; undefined for one without a user. */
export function logonAt(address: Handle): Logon | undefined {
  const { size, UserName, LogonDomain, Session, Sid: SidPointer, Upn } = LAYOUTS.SECURITY_LOGON_SESSION_DATA;
  const bytes = bytesAt(address, size);
  const sid = bytes.readBigUInt64LE(SidPointer);
  if (sid === 0n) return undefined;
  return {
    session: bytes.readUInt32LE(Session),
    sid: sidAt(sid),
    name: textAt(bytes, UserName),
    domain: textAt(bytes, LogonDomain),
    principal: textAt(bytes, Upn),
  };
}

const bytesAt = (address: Handle, length: number): Buffer => Buffer.from(koffi.decode(address, koffi.array('uint8', length)) as Uint8Array);

function sidAt(address: Handle): Sid {
  const [, subAuthorities = 0] = bytesAt(address, SID_HEADER_BYTES);
  return sidFromBytes(bytesAt(address, SID_HEADER_BYTES + 4 * subAuthorities));
}

/** LSA_UNICODE_STRING: bytes in use, bytes in all, and after four more bytes the address of the text. */
function textAt(bytes: Buffer, offset: number): string {
  const length = bytes.readUInt16LE(offset);
  const address = bytes.readBigUInt64LE(offset + 8);
  return length === 0 || address === 0n ? '' : bytesAt(address, length).toString('utf16le');
}
