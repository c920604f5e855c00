/**
 * The security of an object from its creation on: SECURITY_ATTRIBUTES made from SDDL, for the calls that create keys and folders. Rights
 * that are set later leave a moment in which another user may write.
 * Source: ConvertStringSecurityDescriptorToSecurityDescriptorW (Microsoft Learn).
 */
import { localFree, received, using } from './handle.ts';
import { declare } from './library.ts';
import { BOOL, DWORD, out, POINTER, WIDE } from './types.ts';

const advapi32 = declare('advapi32.dll', {
  ConvertStringSecurityDescriptorToSecurityDescriptorW: [BOOL, WIDE, DWORD, out(POINTER), POINTER],
});

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
