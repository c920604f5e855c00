/**
 * The security of an object from its creation on: SECURITY_ATTRIBUTES made from SDDL, for the calls that create keys and folders. Rights
 * that are set later leave a moment in which another user may write.
 * Sources: ConvertStringSecurityDescriptorToSecurityDescriptorW, CreateDirectoryW (Microsoft Learn).
 */
import { checkCall } from './errors.ts';
import { localFree, received, using } from './handle.ts';
import { declare } from './library.ts';
import type { Sid } from './sddl.ts';
import { BOOL, DWORD, out, POINTER, pointerTo, SECURITY_ATTRIBUTES, WIDE } from './types.ts';

const advapi32 = declare('advapi32.dll', {
  ConvertStringSecurityDescriptorToSecurityDescriptorW: [BOOL, WIDE, DWORD, out(POINTER), POINTER],
});

const kernel32 = declare('kernel32.dll', { CreateDirectoryW: [BOOL, WIDE, pointerTo(SECURITY_ATTRIBUTES)] });

const SDDL_REVISION_1 = 1;
/** sizeof(SECURITY_ATTRIBUTES) */
const ATTRIBUTES_BYTES = 24;

/** Gives `use` the attributes for a call that creates an object; null, which means the default, where no SDDL is given. */
export function withSecurityAttributes<T>(sddl: string | undefined, use: (attributes: object | null) => T): T {
  if (sddl === undefined) return use(null);
  const toDescriptor = advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW;
  const descriptor = received(slot => toDescriptor(sddl, SDDL_REVISION_1, slot, null), sddl);
  return using(descriptor, localFree, lpSecurityDescriptor => use({ nLength: ATTRIBUTES_BYTES, lpSecurityDescriptor, bInheritHandle: 0 }));
}

/** Full rights for the owner, SYSTEM and administrators, for this folder and everything in it; none for others. */
const privateFolderSddl = (owner: Sid): string => `D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;${owner})`;

/** Creates a folder that only `owner` writes. Throws where the name is taken: an existing folder is never taken over. */
export function makePrivateFolder(path: string, owner: Sid): void {
  withSecurityAttributes(privateFolderSddl(owner), attributes => checkCall(kernel32.CreateDirectoryW(path, attributes), path));
}
