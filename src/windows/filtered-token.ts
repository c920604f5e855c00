/**
 * A token with the rights of the programs that a signed-in user starts without a consent: Windows gives an administrator's full one to a
 * network logon.
 * Sources: DuplicateTokenEx, CreateRestrictedToken, SetTokenInformation, TOKEN_MANDATORY_LABEL (Microsoft Learn).
 */
import koffi from 'koffi';
import { checkCall } from './errors.ts';
import { closeHandle, received, using } from './handle.ts';
import { declare } from './library.ts';
import { parseSid, sidToBytes } from './sddl.ts';
import { BOOL, DWORD, HANDLE, type Handle, LAYOUTS, out, POINTER } from './types.ts';

const advapi32 = declare('advapi32.dll', {
  DuplicateTokenEx: [BOOL, HANDLE, DWORD, POINTER, 'int', 'int', out(POINTER)],
  CreateRestrictedToken: [BOOL, HANDLE, DWORD, DWORD, POINTER, DWORD, POINTER, DWORD, POINTER, out(POINTER)],
  SetTokenInformation: [BOOL, HANDLE, 'int', POINTER, DWORD],
});

const MAXIMUM_ALLOWED = 0x0200_0000;
const SECURITY_IMPERSONATION = 2;
const TOKEN_PRIMARY = 1;
/** Groups of administrators only deny, and privileges of administrators are absent. */
const LUA_TOKEN = 4;
const TOKEN_INTEGRITY_LEVEL = 25;
const SE_GROUP_INTEGRITY = 0x20;
const MEDIUM_INTEGRITY = parseSid('S-1-16-8192');

/** A primary token at medium integrity, which the caller closes. */
export function filteredToken(token: Handle): Handle {
  const duplicate = (slot: [Handle | null]) =>
    advapi32.DuplicateTokenEx(token, MAXIMUM_ALLOWED, null, SECURITY_IMPERSONATION, TOKEN_PRIMARY, slot);
  const restricted = using(received(duplicate), closeHandle, primary =>
    received(slot => advapi32.CreateRestrictedToken(primary, LUA_TOKEN, 0, null, 0, null, 0, null, slot)),
  );
  const { size, Attributes } = LAYOUTS.TOKEN_MANDATORY_LABEL;
  const label = Buffer.concat([Buffer.alloc(size), sidToBytes(MEDIUM_INTEGRITY)]);
  label.writeBigUInt64LE(koffi.address(label) + BigInt(size), 0);
  label.writeUInt32LE(SE_GROUP_INTEGRITY, Attributes);
  try {
    checkCall(advapi32.SetTokenInformation(restricted, TOKEN_INTEGRITY_LEVEL, label, label.length));
    return restricted;
  } catch (error) {
    closeHandle(restricted);
    throw error;
  }
}
