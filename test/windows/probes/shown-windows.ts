// Writes down every window that is shown on this desktop, as one JSON line each, until a file appears: shown-windows OUT STOP [created]. An
// event comes for every window, however short it lives; by the time it is looked at it may be gone, and its line then says what is still
// known.
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import koffi from 'koffi';
import { declare } from '../../../src/windows/library.ts';
import { commandLineOf, listProcesses } from '../../../src/windows/process-info.ts';
import { BOOL, DWORD, HANDLE, type Handle, LAYOUTS, out, POINTER, pointerTo } from '../../../src/windows/types.ts';
import type { ShownWindow } from '../shown-windows.ts';

/** winuser.h. A window is created once and shown any number of times; Wine 8 tells only of the first. */
const EVENTS = { created: 0x8000, shown: 0x8002 } as const;
const OBJID_WINDOW = 0;
const WINEVENT_OUTOFCONTEXT = 0;
const PM_REMOVE = 1;
const LOOK_MS = 15;

const WINEVENTPROC = koffi.proto('__stdcall', 'WINEVENTPROC', 'void', [POINTER, DWORD, POINTER, 'int32', 'int32', DWORD, DWORD]);
const user32 = declare('user32.dll', {
  SetWinEventHook: [POINTER, DWORD, DWORD, POINTER, pointerTo(WINEVENTPROC), DWORD, DWORD, DWORD],
  UnhookWinEvent: [BOOL, HANDLE],
  PeekMessageW: [BOOL, POINTER, POINTER, 'uint32', 'uint32', 'uint32'],
  DispatchMessageW: ['int64', POINTER],
  GetWindowThreadProcessId: [DWORD, HANDLE, out(DWORD)],
  GetClassNameW: ['int', HANDLE, POINTER, 'int'],
  GetWindowTextW: ['int', HANDLE, POINTER, 'int'],
  GetParent: [POINTER, HANDLE],
});
type Texting = [Handle, Buffer, number];

const [, , file = '', stop = '', what = 'shown'] = process.argv;
const event = what === 'created' ? EVENTS.created : EVENTS.shown;

function textBy(read: (...args: Texting) => { readonly result: number }, window: Handle): string {
  const buffer = Buffer.alloc(512);
  return buffer.toString('utf16le', 0, 2 * read(window, buffer, 256).result);
}

/** The process and those that started it, as far as they still live. */
function lineageOf(pid: number): ShownWindow['lineage'] {
  const all = new Map(listProcesses().map(entry => [entry.pid, entry]));
  const lineage: { pid: number; program: string; line: string }[] = [];
  for (let at = all.get(pid); at && lineage.length < 12 && !lineage.some(known => known.pid === at?.pid); at = all.get(at.parentPid)) {
    lineage.push({ pid: at.pid, program: at.program, line: commandLineOf(at.pid)?.join(' ') ?? '' });
  }
  return lineage;
}

const callback = koffi.register((_hook: Handle, _event: number, window: Handle | null, object: number, child: number): void => {
  // Parts of windows, carets and the mouse pointer are shown, too.
  if (window === null || object !== OBJID_WINDOW || child !== 0 || user32.GetParent(window).result !== null) return;
  const pid: [number] = [0];
  user32.GetWindowThreadProcessId(window, pid);
  const shown: ShownWindow = {
    at: new Date().toISOString(),
    className: textBy(user32.GetClassNameW, window),
    title: textBy(user32.GetWindowTextW, window),
    lineage: lineageOf(pid[0]),
  };
  appendFileSync(file, `${JSON.stringify(shown)}\n`);
}, pointerTo(WINEVENTPROC));
const hooked = user32.SetWinEventHook(event, event, null, callback as bigint, 0, 0, WINEVENT_OUTOFCONTEXT);
if (hooked.result === null) throw new Error(`SetWinEventHook: ${hooked.lastError}`);
const hook = hooked.result;
writeFileSync(file, '');
const message = Buffer.alloc(LAYOUTS.MSG.size);
const looking = setInterval(() => {
  while (user32.PeekMessageW(message, null, 0, 0, PM_REMOVE).result) user32.DispatchMessageW(message);
  if (!existsSync(stop)) return;
  clearInterval(looking);
  user32.UnhookWinEvent(hook);
  process.exit(0);
}, LOOK_MS);
