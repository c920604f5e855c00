/** Starts a program with an administrator's consent (verb `runas`). Sources: ShellExecuteExW, SHELLEXECUTEINFOW (Microsoft Learn). */
import koffi from 'koffi';
import type { ShellStart } from './argv.ts';
import { win32Error } from './errors.ts';
import { declare } from './library.ts';
import { exitCodeOf } from './process-end.ts';
import { BOOL, type Handle, inout, SHELLEXECUTEINFOW } from './types.ts';

const shell32 = declare('shell32.dll', { ShellExecuteExW: [BOOL, inout(SHELLEXECUTEINFOW)] });

/** shellapi.h */
const SEE_MASK_NOCLOSEPROCESS = 0x40;
const SEE_MASK_NOASYNC = 0x100;
const SEE_MASK_FLAG_NO_UI = 0x400;
const SW_HIDE = 0;
/** Consent was declined. */
const ERROR_CANCELLED = 1223;

/**
 * Asks for consent and starts the program without a window. Resolves with its exit code, or with undefined where consent was declined.
 * Waits on a worker of libuv's pool while Windows asks. Throws for any other failure.
 */
export async function runElevated({ program, parameters, cwd }: ShellStart): Promise<number | undefined> {
  const info = {
    cbSize: koffi.sizeof(SHELLEXECUTEINFOW),
    fMask: SEE_MASK_NOCLOSEPROCESS | SEE_MASK_NOASYNC | SEE_MASK_FLAG_NO_UI,
    lpVerb: 'runas',
    lpFile: program,
    lpParameters: parameters,
    lpDirectory: cwd,
    nShow: SW_HIDE,
    hProcess: null as Handle | null,
  };
  const { result, lastError } = await shell32.ShellExecuteExW.async(info);
  if (!result && lastError === ERROR_CANCELLED) return undefined;
  if (!result) throw win32Error(lastError, `ShellExecuteExW ${program}`);
  const { hProcess } = info;
  if (!hProcess) throw win32Error(lastError, `ShellExecuteExW ${program} gave no process`);
  return exitCodeOf(hProcess);
}
