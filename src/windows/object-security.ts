/** Owner and rights of an object that is open. Source: GetSecurityInfo (Microsoft Learn). */
import koffi from 'koffi';
import { win32Error } from './errors.ts';
import { localFree, using } from './handle.ts';
import { declare } from './library.ts';
import { type AccessEntry, accessEntries, ownerOf, type Sid } from './sddl.ts';
import { DWORD, HANDLE, type Handle, out, POINTER } from './types.ts';

const advapi32 = declare('advapi32.dll', {
  GetSecurityInfo: [DWORD, HANDLE, 'int', DWORD, POINTER, POINTER, POINTER, POINTER, out(POINTER)],
  GetSecurityDescriptorLength: [DWORD, HANDLE],
});

/** SE_OBJECT_TYPE */
const KINDS = { file: 1, kernel: 6 } as const;
const OWNER_AND_DACL = 5;

export interface ObjectSecurity {
  readonly owner: Sid | undefined;
  /** Undefined where there is no DACL: then every user may do everything. */
  readonly entries: readonly AccessEntry[] | undefined;
}

/** The handle needs READ_CONTROL. */
export function securityOf(handle: Handle, kind: keyof typeof KINDS): ObjectSecurity {
  const pointer: [Handle | null] = [null];
  const { result } = advapi32.GetSecurityInfo(handle, KINDS[kind], OWNER_AND_DACL, null, null, null, null, pointer);
  if (result !== 0 || pointer[0] === null) throw win32Error(result, 'GetSecurityInfo');
  return using(pointer[0], localFree, descriptor => {
    const bytes = Buffer.from(
      koffi.decode(descriptor, koffi.array('uint8', advapi32.GetSecurityDescriptorLength(descriptor).result)) as Uint8Array,
    );
    return { owner: ownerOf(bytes), entries: accessEntries(bytes) };
  });
}
