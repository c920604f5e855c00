/**
 * Where Windows has its folders: asked of Windows, because the variables that name them (ProgramFiles, ProgramData, APPDATA) are the user's
 * to set, and a policy may have put the folders elsewhere.
 * Source: SHGetKnownFolderPath, KNOWNFOLDERID, KNOWN_FOLDER_FLAG (Microsoft Learn).
 */
import koffi from 'koffi';
import { checkResult, guid } from './com.ts';
import { declare } from './library.ts';
import { DWORD, type Handle, out, POINTER } from './types.ts';

const SHGetKnownFolderPath = declare<[Buffer, number, null, [Handle | null]], number>('shell32.dll', 'SHGetKnownFolderPath', 'int32', [
  POINTER,
  DWORD,
  POINTER,
  out(POINTER),
]);
const CoTaskMemFree = declare<[Handle | null], void>('ole32.dll', 'CoTaskMemFree', 'void', [POINTER]);

const FOLDERS = {
  startup: guid('B97D20BB-F46A-4C97-BA10-5E3608430854'),
  /** That of 64-bit programs. */
  programFiles: guid('905E63B6-C1BF-494E-B29C-65B732D3D21A'),
  programData: guid('62AB5D82-FDC1-4DC3-A9DD-070D1D495D97'),
};
/** The path also of a folder that is missing, or that cannot be reached just now. */
const KF_FLAG_DONT_VERIFY = 0x4000;

/** The folder need not exist. @throws GatewayServiceError what Windows says */
export function knownFolder(name: keyof typeof FOLDERS): string {
  const path: [Handle | null] = [null];
  const { result } = SHGetKnownFolderPath(FOLDERS[name], KF_FLAG_DONT_VERIFY, null, path);
  try {
    checkResult(result, `SHGetKnownFolderPath ${name}`);
    return koffi.decode(path[0], 'char16', -1) as string;
  } finally {
    CoTaskMemFree(path[0]);
  }
}
