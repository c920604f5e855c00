// The end of a session, as Windows announces it: `session-end` listens and tells what it heard; `session-end send` is Windows.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { declare } from '../../../src/windows/library.ts';
import { SESSION_END_CLASS, WM_ENDSESSION, WM_QUERYENDSESSION } from '../../../src/windows/session-end-messages.ts';
import { listenForSessionEnd } from '../../../src/windows/session-end-window.ts';
import { BOOL, DWORD, HANDLE, inout, out, POINTER, WIDE } from '../../../src/windows/types.ts';

const ENDSESSION_LOGOFF = 0x8000_0000n;
const HOLD_MS = 700;

/** Asks, is told yes, announces the end, and says how long the answer to that took. */
function send(): void {
  const user32 = declare('user32.dll', {
    FindWindowW: [POINTER, WIDE, WIDE],
    SendMessageTimeoutW: ['int64', HANDLE, 'uint32', 'uint64', 'int64', 'uint32', 'uint32', inout('uint64')],
  });
  const { result: window } = user32.FindWindowW(SESSION_END_CLASS, null);
  if (window === null) process.exit(20);
  const answer: [number | bigint] = [0];
  user32.SendMessageTimeoutW(window, WM_QUERYENDSESSION, 0, ENDSESSION_LOGOFF, 0, 5000, answer);
  if (Number(answer[0]) !== 1) process.exit(21);
  const before = performance.now();
  user32.SendMessageTimeoutW(window, WM_ENDSESSION, 1, ENDSESSION_LOGOFF, 0, 5000, answer);
  process.exit(performance.now() - before >= HOLD_MS / 2 ? 0 : 22);
}

async function listen(): Promise<void> {
  const heard: string[] = [];
  const window = await listenForSessionEnd(
    async reason => {
      heard.push(reason);
      await new Promise(resolve => setTimeout(resolve, HOLD_MS));
      heard.push('stopped');
    },
    { blockReason: 'The gateway is saving its work.', maxHoldMs: 5000 },
  );
  const windows = spawn(process.execPath, [fileURLToPath(import.meta.url), 'send'], { stdio: 'ignore' });
  const [code] = await once(windows, 'exit');
  await window.close();
  // A second one, left open: the process must end all the same.
  await listenForSessionEnd(async () => undefined, { blockReason: '', maxHoldMs: 1 });
  const level: [number] = [0];
  declare('kernel32.dll', { GetProcessShutdownParameters: [BOOL, out(DWORD), out(DWORD)] }).GetProcessShutdownParameters(level, [0]);
  console.log(JSON.stringify({ heard, code, level: level[0] }));
  process.exit(0);
}

if (process.argv[2] === 'send') send();
else await listen();
