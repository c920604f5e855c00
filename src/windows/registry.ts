/**
 * The registry, as typed values under a key: Windows keeps there the failure actions of a service, the list of installed apps and the
 * sources of the event log, and the broker its facts. A key is created with its security descriptor in one call, so that no other user can
 * write it in between.
 * Sources: RegCreateKeyExW, RegSetValueExW, RegQueryValueExW, RegEnumValueW, RegDeleteTreeW (Microsoft Learn).
 */
import { ERROR, win32Error } from './errors.ts';
import { using } from './handle.ts';
import { declare, type Outcome } from './library.ts';
import { withSecurityAttributes } from './security-attributes.ts';
import { DWORD, HANDLE, type Handle, inout, out, POINTER, pointerTo, SECURITY_ATTRIBUTES, WIDE } from './types.ts';

/** A value with its type: a string is REG_SZ, a number REG_DWORD, a list REG_MULTI_SZ, bytes REG_BINARY. */
export type RegistryValue = string | number | readonly string[] | Buffer | ExpandableString;

/** REG_EXPAND_SZ: a string in which Windows replaces %NAME% when the value is used. */
interface ExpandableString {
  readonly expand: string;
}

/** A key below HKEY_LOCAL_MACHINE, HKEY_CURRENT_USER or HKEY_USERS, for example `HKLM\SOFTWARE\Hermes`. */
export type RegistryPath = `HKLM\\${string}` | `HKCU\\${string}` | `HKU\\${string}`;

export interface KeyOptions {
  /** The key and its content are removed when Windows stops. */
  readonly volatile?: boolean;
  /** The security descriptor, in SDDL, of a key that this call creates; an existing key keeps its own. */
  readonly sddl?: string;
}

const ROOTS: Readonly<Record<string, Handle>> = {
  HKCU: 0xffff_ffff_8000_0001n,
  HKLM: 0xffff_ffff_8000_0002n,
  HKU: 0xffff_ffff_8000_0003n,
};
const KEY_READ = 0x2_0019;
const KEY_WRITE = 0x2_0006;
const DELETE = 0x1_0000;
const KEY_ENUMERATE_QUERY_SET = 0x000b;
/** Always the 64-bit view: a 32-bit installer and this module must use the same key. */
const KEY_WOW64_64KEY = 0x0100;
const REG_OPTION_VOLATILE = 1;
const REG = { sz: 1, expandSz: 2, binary: 3, dword: 4, multiSz: 7 } as const;

const advapi32 = declare('advapi32.dll', {
  RegOpenKeyExW: ['int32', HANDLE, WIDE, DWORD, DWORD, out(POINTER)],
  RegCreateKeyExW: ['int32', HANDLE, WIDE, DWORD, POINTER, DWORD, DWORD, pointerTo(SECURITY_ATTRIBUTES), out(POINTER), out(DWORD)],
  RegCloseKey: ['int32', HANDLE],
  RegSetValueExW: ['int32', HANDLE, WIDE, DWORD, DWORD, POINTER, DWORD],
  RegQueryValueExW: ['int32', HANDLE, WIDE, POINTER, out(DWORD), POINTER, inout(DWORD)],
  RegEnumValueW: ['int32', HANDLE, DWORD, POINTER, inout(DWORD), POINTER, POINTER, POINTER, POINTER],
  RegEnumKeyExW: ['int32', HANDLE, DWORD, POINTER, inout(DWORD), POINTER, POINTER, POINTER, POINTER],
  RegDeleteTreeW: ['int32', HANDLE, WIDE],
  RegDeleteKeyExW: ['int32', HANDLE, WIDE, DWORD, DWORD],
});
/** The longest name of a value, with its terminator; that of a key is shorter. */
const MAX_NAME = 16_384;

function split(path: RegistryPath): { readonly root: Handle; readonly subkey: string } {
  const end = path.indexOf('\\');
  return { root: ROOTS[path.slice(0, end)] ?? 0n, subkey: path.slice(end + 1) };
}

/** The functions of the registry return the error. */
function check({ name, result }: Outcome<number>, subject: string): void {
  if (result !== ERROR.success) throw win32Error(result, `${name} ${subject}`);
}

/** Opens a key and gives it to `use`; undefined where there is no such key. */
function withKey<T>(path: RegistryPath, access: number, use: (key: Handle) => T): T | undefined {
  const { root, subkey } = split(path);
  const key: [Handle | null] = [null];
  const outcome = advapi32.RegOpenKeyExW(root, subkey, 0, access | KEY_WOW64_64KEY, key);
  if (outcome.result === ERROR.fileNotFound) return undefined;
  check(outcome, path);
  return using(key[0] ?? 0n, advapi32.RegCloseKey, use);
}

/** A value as the bytes and the type number that Windows stores. */
export function encodeValue(value: RegistryValue): { readonly type: number; readonly bytes: Buffer } {
  const wide = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le');
  if (Buffer.isBuffer(value)) return { type: REG.binary, bytes: value };
  if (typeof value === 'string') return { type: REG.sz, bytes: wide(value) };
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return { type: REG.dword, bytes };
  }
  if ('expand' in value) return { type: REG.expandSz, bytes: wide(value.expand) };
  return { type: REG.multiSz, bytes: wide(value.map(text => `${text}\0`).join('')) };
}

/** The inverse; a value of another type is given as its bytes. Strings in the registry need not be terminated. */
export function decodeValue(type: number, bytes: Buffer): RegistryValue {
  const text = (): string => bytes.toString('utf16le').replace(/\0+$/, '');
  if (type === REG.sz) return text();
  if (type === REG.expandSz) return { expand: text() };
  if (type === REG.multiSz) return text() === '' ? [] : text().split('\0');
  if (type === REG.dword && bytes.length === 4) return bytes.readUInt32LE();
  return bytes;
}

function query(key: Handle, name: string): RegistryValue | undefined {
  for (let capacity = 512; ; ) {
    const bytes = Buffer.alloc(capacity);
    const type: [number] = [0];
    const size: [number] = [capacity];
    const outcome = advapi32.RegQueryValueExW(key, name, null, type, bytes, size);
    if (outcome.result === ERROR.fileNotFound) return undefined;
    if (outcome.result !== ERROR.moreData) {
      check(outcome, name);
      return decodeValue(type[0], Buffer.from(bytes.subarray(0, size[0])));
    }
    capacity = Math.max(size[0], capacity * 2);
  }
}

/** One value; undefined where the key or the value is missing. */
export function readValue(path: RegistryPath, name: string): RegistryValue | undefined {
  return withKey(path, KEY_READ, key => query(key, name));
}

/** The names that RegEnumValueW or RegEnumKeyExW gives. */
function namesBelow(key: Handle, next: typeof advapi32.RegEnumValueW, path: RegistryPath): readonly string[] {
  const found: string[] = [];
  const name = Buffer.alloc(2 * MAX_NAME);
  for (;;) {
    const length: [number] = [MAX_NAME];
    const outcome = next(key, found.length, name, length, null, null, null, null);
    if (outcome.result === ERROR.noMoreItems) return found;
    check(outcome, path);
    found.push(name.toString('utf16le', 0, 2 * length[0]));
  }
}

/** All values of a key by their names; undefined where there is no such key. */
export function readKey(path: RegistryPath): Record<string, RegistryValue> | undefined {
  return withKey(path, KEY_READ, key => {
    const values = namesBelow(key, advapi32.RegEnumValueW, path).map(name => [name, query(key, name)] as const);
    return Object.fromEntries(values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  });
}

/** The names of the keys directly below a key; none where there is no such key. */
export function readSubkeys(path: RegistryPath): readonly string[] {
  return withKey(path, KEY_READ, key => namesBelow(key, advapi32.RegEnumKeyExW, path)) ?? [];
}

/** Writes values under a key, which is created where it is missing; other values stay. */
export function writeValues(path: RegistryPath, values: Readonly<Record<string, RegistryValue>>, options: KeyOptions = {}): void {
  const { root, subkey } = split(path);
  const key: [Handle | null] = [null];
  withSecurityAttributes(options.sddl, attributes => {
    const access = KEY_WRITE | KEY_WOW64_64KEY;
    const lifetime = options.volatile ? REG_OPTION_VOLATILE : 0;
    check(advapi32.RegCreateKeyExW(root, subkey, 0, null, lifetime, access, attributes, key, [0]), path);
  });
  using(key[0] ?? 0n, advapi32.RegCloseKey, opened => {
    for (const [name, value] of Object.entries(values)) {
      const { type, bytes } = encodeValue(value);
      check(advapi32.RegSetValueExW(opened, name, 0, type, bytes, bytes.length), `${path} ${name}`);
    }
  });
}

/** Removes a key with everything below it; false where there was none. */
export function deleteKey(path: RegistryPath): boolean {
  const { root, subkey } = split(path);
  const found = withKey(path, KEY_ENUMERATE_QUERY_SET | DELETE, key => {
    check(advapi32.RegDeleteTreeW(key, null), path);
    return true;
  });
  if (!found) return false;
  const outcome = advapi32.RegDeleteKeyExW(root, subkey, KEY_WOW64_64KEY, 0);
  if (outcome.result !== ERROR.fileNotFound) check(outcome, path);
  return true;
}
