/**
 * Receives the end of the session in time to stop the gateway gracefully. A process without a window is ended without notice; a hidden
 * window is asked first (WM_QUERYENDSESSION), and Windows waits for its answer to WM_ENDSESSION. The window has a separate thread,
 * session-end-thread.ts.
 */
import { Worker } from 'node:worker_threads';
import { GatewayServiceError } from '../model/errors.ts';
import { checkCall } from './errors.ts';
import { declare } from './library.ts';
import { terminateSelf } from './process-info.ts';
import { type EndReason, FLAG, type FromThread, raise, type ThreadData, WM_CLOSE } from './session-end-messages.ts';
import { assetText, singleExecutable } from './single-executable.ts';
import { BOOL, DWORD, HANDLE, type Handle } from './types.ts';

/**
 * Windows ends the processes of a session by their level, the highest first; 0x280 is that of a process that sets none, and 0x3FF the
 * highest of applications (SetProcessShutdownParameters, Microsoft Learn). So this process is asked before its gateway is.
 */
const SHUTDOWN_LEVEL = 0x3ff;

const kernel32 = declare('kernel32.dll', { SetProcessShutdownParameters: [BOOL, DWORD, DWORD] });
const user32 = declare('user32.dll', { PostMessageW: [BOOL, HANDLE, 'uint32', 'uint64', 'int64'] });

/** How long the end of the process waits for the window to close, in milliseconds. */
const GONE_MS = 2_000;

/** The thread is beside this file, with its extension (`.ts` in the sources, `.js` where they are compiled), or in the executable. */
function startThread(workerData: ThreadData): Worker {
  if (singleExecutable()) return new Worker(assetText('session-end-thread.cjs'), { eval: true, workerData });
  const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  return new Worker(new URL(`./session-end-thread${ending}`, import.meta.url), { workerData });
}

/**
 * Calls `onEnding` when the session ends and delays Windows until it has settled or this process has ended, at most for `maxHoldMs`. It
 * does not keep the process alive. Throws where there is no desktop for a window.
 */
export async function listenForSessionEnd(
  onEnding: (reason: EndReason) => Promise<void>,
  { blockReason, maxHoldMs }: Pick<ThreadData, 'blockReason' | 'maxHoldMs'>,
): Promise<{ close(): Promise<void> }> {
  checkCall(kernel32.SetProcessShutdownParameters(SHUTDOWN_LEVEL, 0), SHUTDOWN_LEVEL);
  const flags = new Int32Array(new SharedArrayBuffer(8));
  let asked = false;
  const answer = (): void => {
    asked = false;
    raise(flags, FLAG.stopped);
  };
  const worker = startThread({ blockReason, maxHoldMs, flags });
  // Not events.once(): it also rejects at an error, and this promise may have no handler then.
  const exited = new Promise<void>(resolve => worker.once('exit', () => resolve()));
  const listening = await new Promise<Handle>((resolve, reject) => {
    worker.on('error', reject);
    void exited.then(() => reject(new GatewayServiceError('unsupported', 'The thread of the hidden window has ended.')));
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'listening') resolve(message.window);
      else {
        asked = true;
        onEnding(message.reason).then(answer, answer);
      }
    });
  });
  worker.unref();
  // The thread waits inside Windows, where Node cannot end it: without this message the process would wait for it when it exits.
  const release = (): void => {
    answer();
    user32.PostMessageW(listening, WM_CLOSE, 0, 0);
  };
  // A callback that runs while its environment is torn down crashes the process, so the window is closed first.
  const releaseAndWait = (exitCode: number): void => {
    // The listener may end this process with another code: the end of the process is the answer.
    if (asked) terminateSelf(exitCode);
    release();
    Atomics.wait(flags, FLAG.gone, 0, GONE_MS);
  };
  process.once('exit', releaseAndWait);
  return {
    close: async () => {
      process.removeListener('exit', releaseAndWait);
      release();
      worker.ref();
      await exited;
    },
  };
}
