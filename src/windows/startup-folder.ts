/**
 * The user's own Startup folder, wherever a policy or the user has put it, and Windows' own switch for what lies in it (Settings, Apps,
 * Startup; Task Manager). The switch is the user's: it is read here and never written.
 * Sources: SHGetKnownFolderPath, KNOWN_FOLDER_FLAG (Microsoft Learn); the switch's bytes are not documented, only their first one is read.
 */
import koffi from 'koffi';
import { checkResult, guid } from './com.ts';
import { declare } from './library.ts';
import { readValue } from './registry.ts';
import { DWORD, type Handle, out, POINTER } from './types.ts';

const SHGetKnownFolderPath = declare<[Buffer, number, null, [Handle | null]], number>('shell32.dll', 'SHGetKnownFolderPath', 'int32', [
  POINTER,
  DWORD,
  POINTER,
  out(POINTER),
]);
const CoTaskMemFree = declare<[Handle | null], void>('ole32.dll', 'CoTaskMemFree', 'void', [POINTER]);

const FOLDERID_STARTUP = guid('B97D20BB-F46A-4C97-BA10-5E3608430854');
/** The path also of a folder that is missing, or that cannot be reached just now. */
const KF_FLAG_DONT_VERIFY = 0x4000;

const APPROVED = 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\StartupApproved\\StartupFolder';

/** The folder need not exist. @throws GatewayServiceError what Windows says */
export function startupFolder(): string {
  const path: [Handle | null] = [null];
  const { result } = SHGetKnownFolderPath(FOLDERID_STARTUP, KF_FLAG_DONT_VERIFY, null, path);
  try {
    checkResult(result, 'SHGetKnownFolderPath FOLDERID_Startup');
    return koffi.decode(path[0], 'char16', -1) as string;
  } finally {
    CoTaskMemFree(path[0]);
  }
}

/** What the bytes of the switch say: an odd first one means that the user has switched the entry off. */
export function isSwitchedOn(bytes: Buffer): boolean {
  return ((bytes[0] ?? 0) & 1) === 0;
}

/** Whether Windows opens an entry of the Startup folder at sign-in; one that the user never switched has no value, and is opened. */
export function isStartupEntryEnabled(fileName: string): boolean {
  const value = readValue(APPROVED, fileName);
  return !Buffer.isBuffer(value) || isSwitchedOn(value);
}
