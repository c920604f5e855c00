/**
 * The thread in which sudo-prompt runs: it waits forever for a killed step, throws where nothing can catch it, and reads TEMP and Path of
 * its process. A thread has its own environment and can be ended, and its exceptions do not end the process.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { exec } from 'sudo-prompt';
import { watchStartProcess } from './start-process.ts';
import type { FromPrompt, PromptData } from './sudo-prompt.ts';

const post = (message: FromPrompt): void => parentPort?.postMessage(message);

const { command, name } = workerData as PromptData;
const hasStarted = watchStartProcess();
post({ kind: 'loaded' });
exec(command, { name }, (error, stdout) => {
  if (!error) return post({ kind: 'ran', stdout: String(stdout) });
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  // It makes its folder first. A number is the exit code of the step; a failed system call is no decision of the user.
  if (syscall === 'mkdir') return post({ kind: 'unusable', reason: error.message });
  post(hasStarted() || typeof code === 'number' || syscall !== undefined ? { kind: 'ended', detail: error.message } : { kind: 'refused' });
});
