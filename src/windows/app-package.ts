/**
 * The MSIX package that this process runs in. Windows has no such function before version 8, and Wine may lack it too.
 * Source: GetCurrentPackageFullName (appmodel.h, Microsoft Learn).
 */

import { win32Error } from './errors.ts';
import { declare, isExported } from './library.ts';
import { DWORD, inout, POINTER } from './types.ts';

const kernel32 = declare('kernel32.dll', { GetCurrentPackageFullName: ['int32', inout(DWORD), POINTER] });

const APPMODEL_ERROR_NO_PACKAGE = 15_700;
/** PACKAGE_FULL_NAME_MAX_LENGTH and the final NUL, in characters. */
const FULL_NAME_LENGTH = 128;

/** `Name_Version_Architecture_Resource_Publisher`; undefined for a process outside of a package. */
export function packageFullName(): string | undefined {
  if (!isExported('kernel32.dll', 'GetCurrentPackageFullName')) return undefined;
  const length: [number] = [FULL_NAME_LENGTH];
  const buffer = Buffer.alloc(2 * FULL_NAME_LENGTH);
  const { name, result } = kernel32.GetCurrentPackageFullName(length, buffer);
  if (result === APPMODEL_ERROR_NO_PACKAGE) return undefined;
  if (result !== 0) throw win32Error(result, name);
  return buffer.toString('utf16le', 0, 2 * (length[0] - 1));
}
