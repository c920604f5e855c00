// Shows a window for a moment, so that a watch that has seen none is known to see: show-window TITLE.
import koffi from 'koffi';
import { declare } from '../../../src/windows/library.ts';
import { BOOL, DWORD, type Handle, MSG, POINTER, WIDE } from '../../../src/windows/types.ts';

const WS_OVERLAPPEDWINDOW = 0x00cf_0000;
const WS_VISIBLE = 0x1000_0000;
const PM_REMOVE = 1;
const SHOWN_MS = 500;

type Creating = [number, string, string, number, number, number, number, number, null, null, null, null];
const CreateWindowExW = declare<Creating, Handle | null>('user32.dll', 'CreateWindowExW', POINTER, [
  ...[DWORD, WIDE, WIDE, DWORD],
  ...['int', 'int', 'int', 'int'],
  ...[POINTER, POINTER, POINTER, POINTER],
]);
const PeekMessageW = declare<[Buffer, null, number, number, number], number>('user32.dll', 'PeekMessageW', BOOL, [
  ...[POINTER, POINTER],
  ...['uint32', 'uint32', 'uint32'],
]);
const DispatchMessageW = declare<[Buffer], number | bigint>('user32.dll', 'DispatchMessageW', 'int64', [POINTER]);

const [, , title = ''] = process.argv;
const style = WS_OVERLAPPEDWINDOW | WS_VISIBLE;
const { result, lastError } = CreateWindowExW(0, 'STATIC', title, style, 10, 10, 200, 100, null, null, null, null);
if (result === null) throw new Error(`CreateWindowExW: ${lastError}`);
const message = Buffer.alloc(koffi.sizeof(MSG));
const until = Date.now() + SHOWN_MS;
setInterval(() => {
  while (PeekMessageW(message, null, 0, 0, PM_REMOVE).result) DispatchMessageW(message);
  if (Date.now() > until) process.exit(0);
}, 20);
