/**
 * The thread behind session-end-window.ts: it owns the hidden window, because Windows sends a window's messages to the thread that created
 * it, and it may block while Windows waits for an answer, because another thread stops the gateway meanwhile.
 * Sources: WM_QUERYENDSESSION, WM_ENDSESSION, ShutdownBlockReasonCreate, GetMessageW (Microsoft Learn).
 */
import { parentPort, workerData } from 'node:worker_threads';
import koffi from 'koffi';
import { win32Error } from './errors.ts';
import { opened } from './handle.ts';
import { declare } from './library.ts';
import {
  type EndReason,
  FLAG,
  type FromThread,
  raise,
  SESSION_END_CLASS,
  type ThreadData,
  WM_CLOSE,
  WM_ENDSESSION,
  WM_QUERYENDSESSION,
} from './session-end-messages.ts';
import { BOOL, DWORD, HANDLE, type Handle, LAYOUTS, POINTER, pointerTo, WIDE, WNDCLASSW, WNDPROC } from './types.ts';

const user32 = declare('user32.dll', {
  RegisterClassW: ['uint16', pointerTo(WNDCLASSW)],
  CreateWindowExW: [POINTER, DWORD, WIDE, WIDE, DWORD, 'int', 'int', 'int', 'int', POINTER, POINTER, POINTER, POINTER],
  DestroyWindow: [BOOL, HANDLE],
  UnregisterClassW: [BOOL, WIDE, POINTER],
  DefWindowProcW: ['int64', HANDLE, 'uint32', 'uint64', 'int64'],
  GetMessageW: ['int', POINTER, POINTER, 'uint32', 'uint32'],
  DispatchMessageW: ['int64', POINTER],
  PostQuitMessage: ['void', 'int'],
  ShutdownBlockReasonCreate: [BOOL, HANDLE, WIDE],
  ShutdownBlockReasonDestroy: [BOOL, HANDLE],
});
const kernel32 = declare('kernel32.dll', { GetModuleHandleW: [POINTER, WIDE] });

/** winuser.h: what lParam says about the end of the session. */
const ENDSESSION_CLOSEAPP = 0x0000_0001n;
const ENDSESSION_LOGOFF = 0x8000_0000n;

function endReason(lParam: number | bigint): EndReason {
  const bits = BigInt(lParam);
  if (bits & ENDSESSION_LOGOFF) return 'sign-out';
  return bits & ENDSESSION_CLOSEAPP ? 'close-requested' : 'shutdown';
}

const { blockReason, maxHoldMs, flags } = workerData as ThreadData;
const say = (message: FromThread): void => parentPort?.postMessage(message);

const windowProcedure = koffi.register(
  (window: Handle, message: number, wParam: number | bigint, lParam: number | bigint): number | bigint => {
    switch (message) {
      case WM_QUERYENDSESSION:
        // Yes, with a text for the user in case Windows must wait for the stop that follows.
        user32.ShutdownBlockReasonCreate(window, blockReason);
        return 1;
      case WM_ENDSESSION:
        // With 0 another program refused: the session continues.
        if (wParam) {
          say({ kind: 'ending', reason: endReason(lParam) });
          // Windows may end this process as soon as it has its answer, so the answer waits for the stop.
          Atomics.wait(flags, FLAG.stopped, 0, maxHoldMs);
        }
        user32.ShutdownBlockReasonDestroy(window);
        return 0;
      case WM_CLOSE:
        user32.PostQuitMessage(0);
        return 0;
      default:
        return user32.DefWindowProcW(window, message, wParam, lParam).result;
    }
  },
  pointerTo(WNDPROC),
);

const instance = kernel32.GetModuleHandleW(null).result;
const registered = user32.RegisterClassW({ lpfnWndProc: windowProcedure, hInstance: instance, lpszClassName: SESSION_END_CLASS });
if (!registered.result) throw win32Error(registered.lastError, 'RegisterClassW');
// A top-level window that is never shown: a message-only window does not receive the session's end.
const created = user32.CreateWindowExW(0, SESSION_END_CLASS, '', 0, 0, 0, 0, 0, null, null, instance, null);
if (created.result === null) user32.UnregisterClassW(SESSION_END_CLASS, instance);
const window = opened(created);
say({ kind: 'listening', window });
const message = Buffer.alloc(LAYOUTS.MSG.size);
while (user32.GetMessageW(message, null, 0, 0).result > 0) user32.DispatchMessageW(message);
// Otherwise the class would outlive this thread and point to a procedure that is gone.
user32.DestroyWindow(window);
user32.UnregisterClassW(SESSION_END_CLASS, instance);
raise(flags, FLAG.gone);
