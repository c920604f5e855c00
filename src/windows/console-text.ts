/** Text as console tools write it to a pipe, in the OEM code page. Source: MultiByteToWideChar (Microsoft Learn). */
import { declare } from './library.ts';
import { DWORD, POINTER } from './types.ts';

const kernel32 = declare('kernel32.dll', { MultiByteToWideChar: ['int', DWORD, DWORD, POINTER, 'int', POINTER, 'int'] });
const CP_OEMCP = 1;

/** Never throws: an invalid byte becomes a replacement character. */
export function decodeOem(bytes: Buffer): string {
  if (bytes.length === 0) return '';
  const length = kernel32.MultiByteToWideChar(CP_OEMCP, 0, bytes, bytes.length, null, 0).result;
  const wide = Buffer.alloc(2 * length);
  kernel32.MultiByteToWideChar(CP_OEMCP, 0, bytes, bytes.length, wide, length);
  return wide.toString('utf16le');
}
