/**
 * A folder that one user writes, below a folder that many may write: created with its rights in one call, so that no other user can create
 * it first.
 * Source: CreateDirectoryW (Microsoft Learn).
 */
import { checkCall } from './errors.ts';
import { declare } from './library.ts';
import type { Sid } from './sddl.ts';
import { withSecurityAttributes } from './security-attributes.ts';
import { BOOL, pointerTo, SECURITY_ATTRIBUTES, WIDE } from './types.ts';

const kernel32 = declare('kernel32.dll', { CreateDirectoryW: [BOOL, WIDE, pointerTo(SECURITY_ATTRIBUTES)] });

/** Full rights for the owner, SYSTEM and administrators, for this folder and everything in it; none for others. */
export const privateFolderSddl = (owner: Sid): string => `D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;${owner})`;

/** Creates the folder. Throws where the name is taken: an existing folder is never taken over. */
export function makePrivateFolder(path: string, owner: Sid): void {
  withSecurityAttributes(privateFolderSddl(owner), attributes => {
    checkCall(kernel32.CreateDirectoryW(path, attributes), path);
  });
}
