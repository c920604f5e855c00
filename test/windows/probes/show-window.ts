// Shows a window for a moment, so that a watch that has seen none is known to see: show-window TITLE.
import { declare } from '../../../src/windows/library.ts';
import { BOOL, DWORD, LAYOUTS, POINTER, WIDE } from '../../../src/windows/types.ts';

const WS_OVERLAPPEDWINDOW = 0x00cf_0000;
const WS_VISIBLE = 0x1000_0000;
const PM_REMOVE = 1;
const SHOWN_MS = 500;

const user32 = declare('user32.dll', {
  CreateWindowExW: [POINTER, DWORD, WIDE, WIDE, DWORD, 'int', 'int', 'int', 'int', POINTER, POINTER, POINTER, POINTER],
  PeekMessageW: [BOOL, POINTER, POINTER, 'uint32', 'uint32', 'uint32'],
  DispatchMessageW: ['int64', POINTER],
});

const [, , title = ''] = process.argv;
const style = WS_OVERLAPPEDWINDOW | WS_VISIBLE;
const { result, lastError } = user32.CreateWindowExW(0, 'STATIC', title, style, 10, 10, 200, 100, null, null, null, null);
if (result === null) throw new Error(`CreateWindowExW: ${lastError}`);
const message = Buffer.alloc(LAYOUTS.MSG.size);
const until = Date.now() + SHOWN_MS;
setInterval(() => {
  while (user32.PeekMessageW(message, null, 0, 0, PM_REMOVE).result) user32.DispatchMessageW(message);
  if (Date.now() > until) process.exit(0);
}, 20);
