/**
 * A named mutex of the machine, for administrators: it shows across users and sessions that an operation is running, and Windows releases
 * it when its process dies. Every user can create a name in `Global\`; one that belongs neither to the administrators nor to SYSTEM means
 * nothing. It coordinates and protects nothing.
 * Sources: CreateMutexW, OpenMutexW, WaitForSingleObject (Microsoft Learn).
 */
import { ERROR, win32Error } from './errors.ts';
import { closeHandle, using } from './handle.ts';
import { declare } from './library.ts';
import { securityOf } from './object-security.ts';
import { withSecurityAttributes } from './security-attributes.ts';
import { BOOL, DWORD, HANDLE, type Handle, POINTER, pointerTo, SECURITY_ATTRIBUTES, WIDE } from './types.ts';

const kernel32 = declare('kernel32.dll', {
  CreateMutexW: [POINTER, pointerTo(SECURITY_ATTRIBUTES), BOOL, WIDE],
  OpenMutexW: [POINTER, DWORD, BOOL, WIDE],
  ReleaseMutex: [BOOL, HANDLE],
  WaitForSingleObject: [DWORD, HANDLE, DWORD],
});

const READ_CONTROL = 0x2_0000;
/** Administrators own and take it. Others only look: with SYNCHRONIZE they could take it. */
const FOR_ADMINISTRATORS = 'O:BAD:P(A;;GA;;;SY)(A;;GA;;;BA)(A;;0x20000;;;WD)';
const BELIEVED_OWNERS: ReadonlySet<string | undefined> = new Set(['S-1-5-32-544', 'S-1-5-18']);
const WAIT_OBJECT_0 = 0;
/** The last holder died without a release; the mutex is ours all the same. */
const WAIT_ABANDONED = 0x80;

/**
 * Takes the mutex and gives its release; undefined where another process keeps it for `waitMs`. Blocks this thread, its owner. Where another
 * user has its name there is nothing to take, so that no user can keep administrators from an operation. Needs an administrator.
 */
export function takeMutex(name: string, waitMs: number): (() => void) | undefined {
  const made = withSecurityAttributes(FOR_ADMINISTRATORS, attributes => kernel32.CreateMutexW(attributes, 0, name));
  const { result: mutex, lastError } = made;
  if (mutex === null && lastError !== ERROR.accessDenied) throw win32Error(lastError, `CreateMutexW ${name}`);
  if (mutex === null) return () => undefined;
  if (!isBelieved(mutex)) return () => closeHandle(mutex);
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

const isBelieved = (mutex: Handle): boolean => BELIEVED_OWNERS.has(securityOf(mutex, 'kernel').owner);

/** Whether a process of an administrator has the mutex open. */
export function mutexExists(name: string): boolean {
  const { result: mutex, lastError } = kernel32.OpenMutexW(READ_CONTROL, 0, name);
  if (mutex !== null) return using(mutex, closeHandle, isBelieved);
  if (lastError !== ERROR.fileNotFound && lastError !== ERROR.accessDenied) throw win32Error(lastError, `OpenMutexW ${name}`);
  return false;
}
