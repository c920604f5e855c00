/**
 * The folders of Windows, queried from Windows, because the user can set the variables that name them (ProgramFiles, ProgramData, APPDATA),
 * and a policy may have moved the folders.
 * Source: SHGetKnownFolderPath, KNOWNFOLDERID, KNOWN_FOLDER_FLAG (Microsoft Learn).
 */
import koffi from 'koffi';
import { checkResult, guid } from './com.ts';
import { declare } from './library.ts';
import { DWORD, type Handle, out, POINTER } from './types.ts';

const shell32 = declare('shell32.dll', { SHGetKnownFolderPath: ['int32', POINTER, DWORD, POINTER, out(POINTER)] });
const ole32 = declare('ole32.dll', { CoTaskMemFree: ['void', POINTER] });

const FOLDERS = {
  startup: guid('B97D20BB-F46A-4C97-BA10-5E3608430854'),
  /** That of 64-bit programs. */
  programFiles: guid('905E63B6-C1BF-494E-B29C-65B732D3D21A'),
  programData: guid('62AB5D82-FDC1-4DC3-A9DD-070D1D495D97'),
};
/** Also the path of a folder that is missing or cannot be reached now. */
const KF_FLAG_DONT_VERIFY = 0x4000;

/** The folder need not exist. @throws GatewayServiceError for a failed call */
export function knownFolder(name: keyof typeof FOLDERS): string {
  const path: [Handle | null] = [null];
  const { result } = shell32.SHGetKnownFolderPath(FOLDERS[name], KF_FLAG_DONT_VERIFY, null, path);
  try {
    checkResult(result, `SHGetKnownFolderPath ${name}`);
    return koffi.decode(path[0], 'char16', -1) as string;
  } finally {
    ole32.CoTaskMemFree(path[0]);
  }
}
