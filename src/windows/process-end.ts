/** The end of a process whose handle is here. Sources: RegisterWaitForSingleObject, GetExitCodeProcess (Microsoft Learn). */
import koffi from 'koffi';
import { checkCall } from './errors.ts';
import { closeHandle, INVALID_HANDLE_VALUE, using } from './handle.ts';
import { declare } from './library.ts';
import { BOOL, DWORD, HANDLE, type Handle, out, POINTER, pointerTo, WAIT_OR_TIMER_CALLBACK } from './types.ts';

const kernel32 = declare('kernel32.dll', {
  RegisterWaitForSingleObject: [BOOL, out(POINTER), HANDLE, pointerTo(WAIT_OR_TIMER_CALLBACK), POINTER, DWORD, DWORD],
  UnregisterWaitEx: [BOOL, HANDLE, HANDLE],
  GetExitCodeProcess: [BOOL, HANDLE, out(DWORD)],
});

const INFINITE = 0xffff_ffff;
const WT_EXECUTEONLYONCE = 8;
/** The longest delay of setInterval, 31 bits of milliseconds. */
const LONGEST_TIMER_MS = 0x7fff_ffff;

/**
 * Resolves with the exit code when the process has ended, and closes its handle. Windows' own thread pool waits, not a worker of libuv:
 * Node joins its workers when it exits, so a waiting worker would keep this process from ending before the child.
 */
export async function exitCodeOf(process: Handle): Promise<number> {
  // A callback from Windows does not keep the event loop alive; this does.
  const alive = setInterval(() => undefined, LONGEST_TIMER_MS);
  const wait: [Handle | null] = [null];
  let ended: () => void = () => undefined;
  const end = new Promise<void>(resolve => {
    ended = resolve;
  });
  const callback = koffi.register(() => ended(), pointerTo(WAIT_OR_TIMER_CALLBACK));
  const registered = kernel32.RegisterWaitForSingleObject(wait, process, callback, null, INFINITE, WT_EXECUTEONLYONCE);
  if (registered.result) await end;
  // Blocks until the callback has returned on its thread, which it is about to do.
  if (wait[0] !== null) await kernel32.UnregisterWaitEx.async(wait[0], INVALID_HANDLE_VALUE);
  koffi.unregister(callback);
  clearInterval(alive);
  return using(process, closeHandle, handle => {
    checkCall(registered);
    const code: [number] = [0];
    checkCall(kernel32.GetExitCodeProcess(handle, code));
    return code[0];
  });
}
