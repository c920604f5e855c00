/**
 * A name that a process holds in its session until it releases it or ends: it tells other processes of the session, also those of an
 * administrator, that something is still wanted. Every process of the session can hold any name, so it protects nothing.
 * Sources: CreateMutexW, OpenMutexW, Kernel object namespaces (Microsoft Learn).
 */
import { ERROR, win32Error } from './errors.ts';
import { closeHandle } from './handle.ts';
import { declare } from './library.ts';
import { BOOL, DWORD, HANDLE, POINTER, WIDE } from './types.ts';

const kernel32 = declare('kernel32.dll', {
  CreateMutexW: [HANDLE, POINTER, BOOL, WIDE],
  OpenMutexW: [HANDLE, DWORD, BOOL, WIDE],
});

const SYNCHRONIZE = 0x10_0000;

/** @returns releases the name */
export function holdName(name: string): () => void {
  const { result: mutex, lastError } = kernel32.CreateMutexW(null, 0, `Local\\${name}`);
  if (mutex !== null) return () => closeHandle(mutex);
  // Another user of this session holds it.
  if (lastError === ERROR.accessDenied) return () => undefined;
  throw win32Error(lastError, `CreateMutexW ${name}`);
}

export function isNameHeld(name: string): boolean {
  const { result: mutex, lastError } = kernel32.OpenMutexW(SYNCHRONIZE, 0, `Local\\${name}`);
  if (mutex !== null) closeHandle(mutex);
  else if (lastError === ERROR.fileNotFound) return false;
  else if (lastError !== ERROR.accessDenied) throw win32Error(lastError, `OpenMutexW ${name}`);
  return true;
}
