/**
 * A folder that one user writes, below one that many may write to: made with its rights in one call, so that nobody is quicker.
 * Source: CreateDirectoryW (Microsoft Learn).
 */
import { win32Error } from './errors.ts';
import { declare } from './library.ts';
import type { Sid } from './sddl.ts';
import { withSecurityAttributes } from './security-attributes.ts';
import { BOOL, pointerTo, SECURITY_ATTRIBUTES, WIDE } from './types.ts';

const CreateDirectoryW = declare<[string, object | null], number>('kernel32.dll', 'CreateDirectoryW', BOOL, [
  WIDE,
  pointerTo(SECURITY_ATTRIBUTES),
]);

/** Full rights for the owner, SYSTEM and administrators, for this folder and all that is made in it; nothing for anybody else. */
export const privateFolderSddl = (owner: Sid): string => `D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;${owner})`;

/** Makes the folder. Throws where the name is taken: a folder of somebody else is never taken over. */
export function makePrivateFolder(path: string, owner: Sid): void {
  withSecurityAttributes(privateFolderSddl(owner), attributes => {
    const { result, lastError } = CreateDirectoryW(path, attributes);
    if (!result) throw win32Error(lastError, `CreateDirectoryW ${path}`);
  });
}
