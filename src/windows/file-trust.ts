/**
 * Whether a file may decide what runs with more rights than its reader has: its path is exact, it is on a local disk, and only
 * administrators can write, replace or rename it or any folder above it. What was checked is held open, so that it cannot change until it
 * is used.
 * Sources: CreateFileW, GetFinalPathNameByHandleW, GetFileInformationByHandle, GetSecurityInfo, SetKernelObjectSecurity, "File Security and
 * Access Rights", ACCESS_MASK (Microsoft Learn); CWE-59, CWE-367, CWE-732.
 */
import path from 'node:path';
import { GatewayServiceError } from '../model/errors.ts';
import { checkCall, win32Error } from './errors.ts';
import { GENERIC_READ, openFile } from './file.ts';
import { closeHandle, opened } from './handle.ts';
import { declare, isExported } from './library.ts';
import { type ObjectSecurity, securityOf } from './object-security.ts';
import { currentUser } from './security.ts';
import { withSecurityAttributes } from './security-attributes.ts';
import { BOOL, DWORD, HANDLE, type Handle, LAYOUTS, POINTER, WIDE } from './types.ts';

const kernel32 = declare('kernel32.dll', {
  GetFinalPathNameByHandleW: [DWORD, HANDLE, POINTER, DWORD, DWORD],
  GetFileInformationByHandle: [BOOL, HANDLE, POINTER],
  GetDriveTypeW: [DWORD, WIDE],
});
const advapi32 = declare('advapi32.dll', {
  SetKernelObjectSecurity: [BOOL, HANDLE, DWORD, HANDLE],
});

const DRIVE_FIXED = 3;
const FILE_SHARE_READ = 1;
const FILE_SHARE_WRITE = 2;
const FILE_FLAG_OPEN_REPARSE_POINT = 0x0020_0000;
const FILE_FLAG_BACKUP_SEMANTICS = 0x0200_0000;
const FILE_ATTRIBUTE_REPARSE_POINT = 0x400;

/** winnt.h: the rights to change a file's content, name, rights or owner. */
const DELETE = 0x1_0000;
const CHANGES_RIGHTS = 0x4_0000 | 0x8_0000;
const GENERIC_CHANGE = 0x5000_0000;
/** FILE_WRITE_DATA (in a folder: add a file), FILE_APPEND_DATA (add a folder), FILE_WRITE_EA, FILE_DELETE_CHILD, FILE_WRITE_ATTRIBUTES. */
const FILE_WRITES = 0x2 | 0x4 | 0x10 | 0x40 | 0x100;
const FILE_DELETE_CHILD = 0x40;

/** Rights that let another user decide: in the program's folder any write (it may load a file beside it), above it a replacement. */
const DANGEROUS = {
  own: FILE_WRITES | DELETE | CHANGES_RIGHTS | GENERIC_CHANGE,
  above: FILE_DELETE_CHILD | DELETE | CHANGES_RIGHTS | GENERIC_CHANGE,
} as const;

/** SYSTEM, the administrators and TrustedInstaller: trusted as writers and as owners. */
const TRUSTED: ReadonlySet<string> = new Set([
  'S-1-5-18',
  'S-1-5-32-544',
  'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464',
  'S-1-3-4',
]);

/** Why an untrusted user could change it; undefined where none could. Pure. */
export function distrust(
  { owner, entries }: ObjectSecurity,
  place: keyof typeof DANGEROUS,
  trusted: ReadonlySet<string> = TRUSTED,
): string | undefined {
  if (owner === undefined || !trusted.has(owner)) return `it is owned by ${owner ?? 'nobody'}`;
  if (!entries) return 'everybody may do everything with it';
  const other = entries.find(
    ({ allows, inheritOnly, sid, mask }) => allows && !inheritOnly && !trusted.has(sid) && mask & DANGEROUS[place],
  );
  return other && `${other.sid} may change it`;
}

/** Characters that a file name cannot contain, and signs of an indirect path: a stream, a wildcard, another spelling. */
const STRANGE = /[<>:"/|?*]|\p{Cc}|[ .](\\|$)/u;

/** Whether a path is a full and direct path of a disk of this machine. Pure. */
export function isPlainPath(file: string): boolean {
  return /^[A-Za-z]:\\[^\\]/.test(file) && !STRANGE.test(file.slice(2)) && path.win32.normalize(file) === file;
}

/** The folders above a file, the root of the disk first. */
export function foldersAbove(file: string): string[] {
  const above = path.win32.dirname(file);
  return above === file ? [] : [...foldersAbove(above), above];
}

/** Files that cannot be written, renamed or removed while this is open. */
export interface Held {
  close(): void;
}

/**
 * Holds files of one folder, the folder itself and all folders above.
 * @param seal Makes administrators the owner of folder and files: a folder made below Program Files has the rights of its parent, but its
 * owner may be the user who made it, and an owner can grant himself any right. Needs an administrator.
 * @throws GatewayServiceError `service-program-unsafe` with the reason
 */
export function holdTrusted(folder: string, names: readonly string[], { seal = false } = {}): Held {
  if (!isPlainPath(folder)) throw unsafe(folder, 'it is no plain path of a disk');
  const disk = `${folder.slice(0, 2)}\\`;
  if (kernel32.GetDriveTypeW(disk).result !== DRIVE_FIXED) throw unsafe(folder, 'it is not on a disk of this machine');
  const trusted = isWine() ? new Set([...TRUSTED, currentUser()]) : TRUSTED;
  const held: Handle[] = [];
  const close = () => {
    for (const handle of held.splice(0).reverse()) closeHandle(handle);
  };
  const hold = (file: string, place: keyof typeof DANGEROUS, isFile = false): void => {
    const sealed = seal && place === 'own';
    const handle = openHeld(file, isFile, sealed);
    held.push(handle);
    const elsewhere = detour(handle, file, isFile);
    if (elsewhere !== undefined) throw unsafe(file, elsewhere);
    if (sealed) giveToAdministrators(handle, file);
    const wrong = distrust(securityOf(handle, 'file'), place, trusted);
    if (wrong !== undefined) throw unsafe(file, wrong);
  };
  try {
    for (const above of foldersAbove(folder)) hold(above, 'above');
    hold(folder, 'own');
    for (const name of names) hold(`${folder}\\${name}`, 'own', true);
    return { close };
  } catch (error) {
    close();
    throw error;
  }
}

/** SYSTEM and administrators write, users read and run. */
const SEALED = 'O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)';
const OWNER_AND_PROTECTED_DACL = 0x8000_0005;

function giveToAdministrators(handle: Handle, file: string): void {
  withSecurityAttributes(SEALED, attributes => {
    const { lpSecurityDescriptor } = attributes as { lpSecurityDescriptor: Handle };
    checkCall(advapi32.SetKernelObjectSecurity(handle, OWNER_AND_PROTECTED_DACL, lpSecurityDescriptor), file);
  });
}

const unsafe = (file: string, why: string) => new GatewayServiceError('service-program-unsafe', `(${file}: ${why}.)`);

/** Wine keeps no owner of a file and reports the user of the process. Its files are guarded by Linux. */
const isWine = (): boolean => isExported('ntdll.dll', 'wine_get_version');

/** Others may read, and may write entries of a folder; nobody may remove or rename it. */
function openHeld(file: string, isFile: boolean, sealed: boolean): Handle {
  const access = GENERIC_READ + (sealed ? CHANGES_RIGHTS : 0);
  const share = isFile ? FILE_SHARE_READ : FILE_SHARE_READ | FILE_SHARE_WRITE;
  return opened(openFile(file, access, share, FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS), file);
}

/** What else than this exact path leads to the file, or from it. */
function detour(handle: Handle, file: string, isFile: boolean): string | undefined {
  const { size, dwFileAttributes, nNumberOfLinks } = LAYOUTS.BY_HANDLE_FILE_INFORMATION;
  const information = Buffer.alloc(size);
  checkCall(kernel32.GetFileInformationByHandle(handle, information), file);
  if (information.readUInt32LE(dwFileAttributes) & FILE_ATTRIBUTE_REPARSE_POINT) return 'it is a link';
  if (isFile && information.readUInt32LE(nNumberOfLinks) !== 1) return 'it has a second name';
  const found = finalPath(handle);
  return found.toLowerCase() === file.toLowerCase() ? undefined : `it is ${found} in truth`;
}

function finalPath(handle: Handle): string {
  const buffer = Buffer.alloc(2 * 32_768);
  const { result: length, lastError } = kernel32.GetFinalPathNameByHandleW(handle, buffer, buffer.length / 2, 0);
  if (length === 0) throw win32Error(lastError, 'GetFinalPathNameByHandleW');
  return buffer.toString('utf16le', 0, 2 * length).replace(/^\\\\\?\\/, '');
}
