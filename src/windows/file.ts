/**
 * Files as CreateFileW opens them, and the question before an update replaces a file: is it in use? A running program or a loaded module
 * refuses every writer, whatever sharing was agreed.
 * Sources: CreateFileW, "Opening Files" (Microsoft Learn).
 */
import { closeHandle, INVALID_HANDLE_VALUE } from './handle.ts';
import { declare } from './library.ts';
import { DWORD, HANDLE, POINTER, WIDE } from './types.ts';

export const { CreateFileW } = declare('kernel32.dll', { CreateFileW: [HANDLE, WIDE, DWORD, DWORD, POINTER, DWORD, DWORD, POINTER] });

export const GENERIC_READ = 0x8000_0000;
export const GENERIC_WRITE = 0x4000_0000;
export const FILE_SHARE_ALL = 7;
export const OPEN_EXISTING = 3;
const FILE_SHARE_NONE = 0;

/** ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION, ERROR_USER_MAPPED_FILE. */
const IN_USE: ReadonlySet<number> = new Set([32, 33, 1224]);

/**
 * Whether a program has the file open, so that it cannot be replaced. False for a file that does not exist or that this user may not write.
 */
export function isInUse(file: string): boolean {
  const { result, lastError } = CreateFileW(file, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_NONE, null, OPEN_EXISTING, 0, null);
  if (result === INVALID_HANDLE_VALUE) return IN_USE.has(lastError);
  closeHandle(result);
  return false;
}
