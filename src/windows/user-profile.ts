/**
 * The profile of a user who is not signed in: without it a process has the registry and the folders of nobody. Needs SeBackup and SeRestore,
 * which LocalSystem has and which are off until they are used.
 * Sources: LoadUserProfileW, UnloadUserProfile, PROFILEINFOW (Microsoft Learn); RtlAdjustPrivilege has no page, its parameters are those of
 * phnt.
 */
import koffi from 'koffi';
import { win32Error } from './errors.ts';
import { declare } from './library.ts';
import type { OwnerToken } from './passwordless-logon.ts';
import { BOOL, HANDLE, LAYOUTS, out, POINTER } from './types.ts';

const userenv = declare('userenv.dll', { LoadUserProfileW: [BOOL, HANDLE, POINTER], UnloadUserProfile: [BOOL, HANDLE, HANDLE] });
const ntdll = declare('ntdll.dll', { RtlAdjustPrivilege: ['uint32', 'uint32', 'uint8', 'uint8', out('uint8')] });

const SE_BACKUP = 17;
const SE_RESTORE = 18;
/** No message box. */
const PI_NOUI = 1;

/** Loads the profile; the returned function unloads it. @throws GatewayServiceError */
export function loadProfile({ token, name }: OwnerToken): () => void {
  for (const privilege of [SE_BACKUP, SE_RESTORE]) ntdll.RtlAdjustPrivilege(privilege, 1, 0, [0]);
  const { size, dwFlags, lpUserName, hProfile } = LAYOUTS.PROFILEINFOW;
  const info = Buffer.concat([Buffer.alloc(size), Buffer.from(`${name}\0`, 'utf16le')]);
  info.writeUInt32LE(size, 0);
  info.writeUInt32LE(PI_NOUI, dwFlags);
  info.writeBigUInt64LE(koffi.address(info) + BigInt(size), lpUserName);
  const { result, lastError } = userenv.LoadUserProfileW(token, info);
  if (!result) throw win32Error(lastError, `LoadUserProfileW ${name}`);
  const profile = info.readBigUInt64LE(hProfile);
  return () => void (profile !== 0n && userenv.UnloadUserProfile(token, profile));
}
