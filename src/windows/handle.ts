/**
 * Handles and memory that Windows hands out and wants back: closed in the reverse order of their birth, also when a step throws.
 * A handle that stays open keeps a deleted service alive (1072), a pipe from ending and a job from closing.
 */
import { win32Error } from './errors.ts';
import { declare } from './library.ts';
import { BOOL, DWORD, type Handle, POINTER } from './types.ts';

const CloseHandleNative = declare<[Handle], number>('kernel32.dll', 'CloseHandle', BOOL, [POINTER]);
const LocalFreeNative = declare<[Handle], Handle | null>('kernel32.dll', 'LocalFree', POINTER, [POINTER]);
const SetHandleInformationNative = declare<[Handle, number, number], number>('kernel32.dll', 'SetHandleInformation', BOOL, [
  POINTER,
  DWORD,
  DWORD,
]);

/** What CreateFileW gives instead of NULL when it fails. */
export const INVALID_HANDLE_VALUE: Handle = 0xffff_ffff_ffff_ffffn;

export function closeHandle(handle: Handle): void {
  CloseHandleNative(handle);
}

/** Frees what LocalAlloc made: the C runtime's own `free` would corrupt the heap. */
export function localFree(memory: Handle): void {
  LocalFreeNative(memory);
}

const HANDLE_FLAG_INHERIT = 1;

/** Lets a child inherit the handle; with a handle list at its birth, only if the list names it too. */
export function makeInheritable(handle: Handle): void {
  const { result, lastError } = SetHandleInformationNative(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
  if (!result) throw win32Error(lastError, 'SetHandleInformation');
}

/** The handle that a call gave, or the failure that its last error means. */
export function opened(outcome: { readonly result: Handle | null; readonly lastError: number }, step: string): Handle {
  if (outcome.result === null || outcome.result === 0n || outcome.result === INVALID_HANDLE_VALUE) {
    throw win32Error(outcome.lastError, step);
  }
  return outcome.result;
}

/** Uses a handle and gives it back, whatever happens. */
export function using<T>(handle: Handle, close: (handle: Handle) => void, use: (handle: Handle) => T): T {
  try {
    return use(handle);
  } finally {
    close(handle);
  }
}
