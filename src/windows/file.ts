/**
 * Files as CreateFileW opens them, and the question before an update replaces a file: is it in use? A running program or a loaded module
 * refuses every writer, whatever sharing was agreed.
 * Sources: CreateFileW, "Opening Files" (Microsoft Learn).
 */
import { closeHandle, INVALID_HANDLE_VALUE } from './handle.ts';
import { declare, type Outcome } from './library.ts';
import { DWORD, HANDLE, type Handle, POINTER, WIDE } from './types.ts';

const kernel32 = declare('kernel32.dll', { CreateFileW: [HANDLE, WIDE, DWORD, DWORD, POINTER, DWORD, DWORD, POINTER] });

export const GENERIC_READ = 0x8000_0000;
export const GENERIC_WRITE = 0x4000_0000;
export const FILE_SHARE_ALL = 7;
const OPEN_EXISTING = 3;
const FILE_SHARE_NONE = 0;

/** ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION, ERROR_USER_MAPPED_FILE. */
const IN_USE: ReadonlySet<number> = new Set([32, 33, 1224]);

/** Opens an existing file, folder or pipe; the result is INVALID_HANDLE_VALUE where that fails. */
export function openFile(file: string, access: number, share: number, flags = 0): Outcome<Handle> {
  return kernel32.CreateFileW(file, access, share, null, OPEN_EXISTING, flags, null);
}

/** Whether a program has the file open. False for a file that does not exist or that this user may not write. */
export function isInUse(file: string): boolean {
  const { result, lastError } = openFile(file, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_NONE);
  if (result === INVALID_HANDLE_VALUE) return IN_USE.has(lastError);
  closeHandle(result);
  return false;
}
