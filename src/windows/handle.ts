/**
 * Handles and memory that Windows gives and that must be returned: they are closed in the reverse order, also when a step throws. An open
 * handle keeps a deleted service alive (1072), a pipe from ending and a job from closing.
 */
import { callError, checkCall } from './errors.ts';
import { declare, type Outcome } from './library.ts';
import { BOOL, DWORD, HANDLE, type Handle, POINTER } from './types.ts';

const kernel32 = declare('kernel32.dll', {
  CloseHandle: [BOOL, HANDLE],
  LocalFree: [POINTER, HANDLE],
  SetHandleInformation: [BOOL, HANDLE, DWORD, DWORD],
});

/** The result of CreateFileW when it fails, instead of NULL. */
export const INVALID_HANDLE_VALUE: Handle = 0xffff_ffff_ffff_ffffn;

export function closeHandle(handle: Handle): void {
  kernel32.CloseHandle(handle);
}

/** Frees memory of LocalAlloc: the C runtime's `free` would corrupt the heap. */
export function localFree(memory: Handle): void {
  kernel32.LocalFree(memory);
}

const HANDLE_FLAG_INHERIT = 1;

/** Makes the handle inheritable; with a handle list, a child inherits it only if the list names it. */
export function makeInheritable(handle: Handle): void {
  checkCall(kernel32.SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
}

/** The handle that a call returned, or the failure of its last error. */
export function opened(outcome: Outcome<Handle | null>, subject?: string | number): Handle {
  const { result } = outcome;
  if (result === null || result === 0n || result === INVALID_HANDLE_VALUE) throw callError(outcome, subject);
  return result;
}

/** The handle or memory that a call gives in its out parameter, or the failure of its last error. */
export function received(call: (slot: [Handle | null]) => Outcome<number>, subject?: string | number): Handle {
  const slot: [Handle | null] = [null];
  const outcome = call(slot);
  if (!outcome.result || slot[0] === null) throw callError(outcome, subject);
  return slot[0];
}

/** Uses a handle and closes it in every case. */
export function using<T>(handle: Handle, close: (handle: Handle) => unknown, use: (handle: Handle) => T): T {
  try {
    return use(handle);
  } finally {
    close(handle);
  }
}
