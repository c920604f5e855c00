/**
 * A named mutex of the machine: it shows across users and sessions that an operation is running, and Windows releases it when its process
 * dies. Every user can create a name in `Global\`, so it coordinates and protects nothing.
 * Sources: CreateMutexW, OpenMutexW, WaitForSingleObject (Microsoft Learn).
 */
import { ERROR, win32Error } from './errors.ts';
import { closeHandle } from './handle.ts';
import { declare } from './library.ts';
import { BOOL, DWORD, HANDLE, POINTER, WIDE } from './types.ts';

const kernel32 = declare('kernel32.dll', {
  CreateMutexW: [POINTER, POINTER, BOOL, WIDE],
  OpenMutexW: [POINTER, DWORD, BOOL, WIDE],
  ReleaseMutex: [BOOL, HANDLE],
  WaitForSingleObject: [DWORD, HANDLE, DWORD],
});

const SYNCHRONIZE = 0x10_0000;
const WAIT_OBJECT_0 = 0;
/** The last holder died without a release; the mutex is ours all the same. */
const WAIT_ABANDONED = 0x80;

/** Takes the mutex and gives its release; undefined where another process keeps it for `waitMs`. Blocks this thread, its owner. */
export function takeMutex(name: string, waitMs: number): (() => void) | undefined {
  const { result: mutex, lastError } = kernel32.CreateMutexW(null, 0, name);
  // A mutex of another user that this process may not open cannot be taken.
  if (mutex === null && lastError === ERROR.accessDenied) return undefined;
  if (mutex === null) throw win32Error(lastError, `CreateMutexW ${name}`);
  const { result: waited } = kernel32.WaitForSingleObject(mutex, waitMs);
  if (waited !== WAIT_OBJECT_0 && waited !== WAIT_ABANDONED) {
    closeHandle(mutex);
    return undefined;
  }
  return () => {
    kernel32.ReleaseMutex(mutex);
    closeHandle(mutex);
  };
}

/** Whether any process has the mutex open, also one that this user may not open. */
export function mutexExists(name: string): boolean {
  const { result: mutex, lastError } = kernel32.OpenMutexW(SYNCHRONIZE, 0, name);
  if (mutex !== null) closeHandle(mutex);
  if (mutex === null && lastError !== ERROR.fileNotFound && lastError !== ERROR.accessDenied)
    throw win32Error(lastError, `OpenMutexW ${name}`);
  return mutex !== null || lastError === ERROR.accessDenied;
}
