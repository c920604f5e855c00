/**
 * The owner's token without a password (S4U, "service for user"), for the time before a sign-in: of a network logon, which has no desktop
 * and no credentials of Windows. Needs LocalSystem with SeTcb.
 * Sources: LsaRegisterLogonProcess, LsaLookupAuthenticationPackage, LsaLogonUser, MSV1_0_S4U_LOGON, KERB_S4U_LOGON (Microsoft Learn).
 */
import koffi from 'koffi';
import { mayRunBeforeSignIn } from '../model/before-sign-in.ts';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import { ntStatusWords } from '../model/ntstatus.ts';
import { accountOf, type NamedAccount, principalOf } from './account.ts';
import { filteredToken } from './filtered-token.ts';
import { closeHandle, using } from './handle.ts';
import { declare } from './library.ts';
import type { Sid } from './sddl.ts';
import { userOfToken } from './security.ts';
import { DWORD, HANDLE, type Handle, LAYOUTS, out, POINTER } from './types.ts';

const secur32 = declare('secur32.dll', {
  LsaRegisterLogonProcess: [DWORD, POINTER, out(POINTER), out(DWORD)],
  LsaLookupAuthenticationPackage: [DWORD, HANDLE, POINTER, out(DWORD)],
  LsaLogonUser: [
    ...([DWORD, HANDLE, POINTER, DWORD, DWORD, POINTER, DWORD, POINTER, POINTER] as const),
    ...([out(POINTER), out(DWORD), POINTER, out(POINTER), POINTER, out(DWORD)] as const),
  ],
  LsaFreeReturnBuffer: [DWORD, HANDLE],
  LsaDeregisterLogonProcess: [DWORD, HANDLE],
});

const S4U_LOGON = 12;
/** Only in the hours in which the account may sign in. */
const CHECK_LOGON_HOURS = 2;
const NETWORK_LOGON = 3;
const ORIGIN = 'Hermes';

/** An authentication package of Windows, and the name of the account as it takes it. */
export interface LogonRequest {
  readonly by: 'MICROSOFT_AUTHENTICATION_PACKAGE_V1_0' | 'Kerberos';
  readonly user: string;
  readonly domain: string;
}

/** `status` is an NTSTATUS; with 0 there is a token, which the caller closes. */
export interface LogonAnswer {
  readonly status: number;
  readonly token?: Handle;
}

export interface LogonPorts {
  readonly account: (owner: Sid) => NamedAccount;
  readonly principal: (account: NamedAccount) => string;
  readonly logOn: (request: LogonRequest) => LogonAnswer;
  readonly userOf: (token: Handle) => Sid;
  /** A primary token with the rights of programs without consent. */
  readonly filtered: (token: Handle) => Handle;
  readonly close: (token: Handle) => void;
}

/** A token of the owner, which the caller closes. */
export interface OwnerToken {
  readonly token: Handle;
  /** The name of the account. */
  readonly name: string;
}

/** @throws GatewayServiceError `before-sign-in-refused` */
export function passwordlessToken(owner: Sid, ports: LogonPorts = windows): OwnerToken {
  if (!mayRunBeforeSignIn(owner)) throw refusal('Windows makes no token of an account of Entra ID without its password');
  const account = accountNamed(owner, ports);
  const { status, token } = ports.logOn(requestFor(account, ports));
  if (status !== 0 || token === undefined) throw refusal(ntStatusWords(status) ?? `NTSTATUS 0x${status.toString(16).toUpperCase()}`);
  return using(token, ports.close, given => {
    // The name may be that of another account by now.
    if (ports.userOf(given) !== owner) throw refusal('Windows gave the token of another user');
    return { token: ports.filtered(given), name: account.name };
  });
}

function accountNamed(owner: Sid, { account }: LogonPorts): NamedAccount {
  try {
    return account(owner);
  } catch (error) {
    throw refusal(`the account ${owner} has no name: ${toGatewayServiceError(error).message}`);
  }
}

function requestFor(account: NamedAccount, { principal }: LogonPorts): LogonRequest {
  if (account.isLocal) return { by: 'MICROSOFT_AUTHENTICATION_PACKAGE_V1_0', user: account.name, domain: '.' };
  return { by: 'Kerberos', user: principal(account), domain: '' };
}

const refusal = (why: string) => new GatewayServiceError('before-sign-in-refused', `(${why})`);

const windows: LogonPorts = {
  account: accountOf,
  principal: principalOf,
  logOn,
  userOf: userOfToken,
  filtered: filteredToken,
  close: closeHandle,
};

function logOn({ by, user, domain }: LogonRequest): LogonAnswer {
  const lsa: [Handle | null] = [null];
  const { result: refused } = secur32.LsaRegisterLogonProcess(lsaString(ORIGIN), lsa, [0]);
  if (refused !== 0 || lsa[0] === null) return { status: refused };
  return using(lsa[0], secur32.LsaDeregisterLogonProcess, connection => {
    const number: [number] = [0];
    const { result: unknown } = secur32.LsaLookupAuthenticationPackage(connection, lsaString(by), number);
    if (unknown !== 0) return { status: unknown };
    const request = s4uLogon(user, domain);
    const source = Buffer.alloc(LAYOUTS.TOKEN_SOURCE.size);
    source.write(ORIGIN, 'latin1');
    const [id, quotas] = [Buffer.alloc(8), Buffer.alloc(LAYOUTS.QUOTA_LIMITS.size)];
    const profile: [Handle | null] = [null];
    const token: [Handle | null] = [null];
    const given = [connection, lsaString(ORIGIN), NETWORK_LOGON, number[0], request, request.length, null, source] as const;
    const { result: status } = secur32.LsaLogonUser(...given, profile, [0], id, token, quotas, [0]);
    if (profile[0] !== null) secur32.LsaFreeReturnBuffer(profile[0]);
    return { status, ...(token[0] !== null && { token: token[0] }) };
  });
}

/** MSV1_0_S4U_LOGON, which KERB_S4U_LOGON equals, and the texts behind it. */
export function s4uLogon(user: string, domain: string): Buffer {
  const { size, UserPrincipalName, DomainName } = LAYOUTS.MSV1_0_S4U_LOGON;
  const texts = [user, domain].map(text => Buffer.from(text, 'utf16le'));
  const bytes = Buffer.concat([Buffer.alloc(size), ...texts]);
  bytes.writeUInt32LE(S4U_LOGON, 0);
  bytes.writeUInt32LE(CHECK_LOGON_HOURS, 4);
  writeText(bytes, UserPrincipalName, size, texts[0]?.length ?? 0);
  writeText(bytes, DomainName, size + (texts[0]?.length ?? 0), texts[1]?.length ?? 0);
  return bytes;
}

/** LSA_STRING with its text behind it. */
function lsaString(text: string): Buffer {
  const { size } = LAYOUTS.LSA_STRING;
  const bytes = Buffer.concat([Buffer.alloc(size), Buffer.from(text, 'latin1')]);
  writeText(bytes, 0, size, text.length);
  return bytes;
}

/** A counted string at an offset of a structure, whose text is in the same memory: bytes in use, bytes in all, address. */
function writeText(bytes: Buffer, offset: number, at: number, length: number): void {
  bytes.writeUInt16LE(length, offset);
  bytes.writeUInt16LE(length, offset + 2);
  bytes.writeBigUInt64LE(koffi.address(bytes) + BigInt(at), offset + 8);
}
