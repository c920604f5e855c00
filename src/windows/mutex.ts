/**
 * A named mutex of the machine: it says, across users and sessions, that something is at work, and Windows takes it back when its process
 * dies. A name in `Global\` can be made by everybody, so it says "at work" and "one at a time", and guards nothing.
 * Sources: CreateMutexW, OpenMutexW, WaitForSingleObject (Microsoft Learn).
 */
import { ERROR, win32Error } from './errors.ts';
import { closeHandle } from './handle.ts';
import { declare } from './library.ts';
import { BOOL, DWORD, type Handle, POINTER, WIDE } from './types.ts';

const CreateMutexW = declare<[null, number, string], Handle | null>('kernel32.dll', 'CreateMutexW', POINTER, [POINTER, BOOL, WIDE]);
const OpenMutexW = declare<[number, number, string], Handle | null>('kernel32.dll', 'OpenMutexW', POINTER, [DWORD, BOOL, WIDE]);
const ReleaseMutex = declare<[Handle], number>('kernel32.dll', 'ReleaseMutex', BOOL, [POINTER]);
const WaitForSingleObject = declare<[Handle, number], number>('kernel32.dll', 'WaitForSingleObject', DWORD, [POINTER, DWORD]);

const SYNCHRONIZE = 0x10_0000;
const WAIT_OBJECT_0 = 0;
/** Its last holder died with it; it is ours all the same. */
const WAIT_ABANDONED = 0x80;

/**
 * Takes the mutex and gives the function that gives it back, or undefined where somebody else has it for all of `waitMs`.
 * Blocks this thread, to which the mutex then belongs: for short-lived processes only.
 */
export function takeMutex(name: string, waitMs: number): (() => void) | undefined {
  const { result: mutex, lastError } = CreateMutexW(null, 0, name);
  // One of another user that we may not open is not ours to have.
  if (mutex === null && lastError === ERROR.accessDenied) return undefined;
  if (mutex === null) throw win32Error(lastError, `CreateMutexW ${name}`);
  const { result: waited } = WaitForSingleObject(mutex, waitMs);
  if (waited !== WAIT_OBJECT_0 && waited !== WAIT_ABANDONED) {
    closeHandle(mutex);
    return undefined;
  }
  return () => {
    ReleaseMutex(mutex);
    closeHandle(mutex);
  };
}

/** Whether any process has the mutex open. One that this user may not open is there. */
export function mutexExists(name: string): boolean {
  const { result: mutex, lastError } = OpenMutexW(SYNCHRONIZE, 0, name);
  if (mutex !== null) closeHandle(mutex);
  if (mutex === null && lastError !== ERROR.fileNotFound && lastError !== ERROR.accessDenied)
    throw win32Error(lastError, `OpenMutexW ${name}`);
  return mutex !== null || lastError === ERROR.accessDenied;
}
