/**
 * The thread in which sudo-prompt works: it waits for ever for a step that was killed, throws where nobody can catch it, and reads TEMP and
 * Path of its process. A thread has an environment of its own and can be ended; what it throws ends nobody else.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { exec } from 'sudo-prompt';
import type { FromPrompt, PromptData } from './sudo-prompt.ts';

const say = (message: FromPrompt): void => parentPort?.postMessage(message);

const { command, name } = workerData as PromptData;
say({ kind: 'loaded' });
exec(command, { name }, (error, stdout) => {
  if (!error) return say({ kind: 'ran', stdout: String(stdout) });
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  // Its folder is what it makes first. A number is the exit code of the step; a system call that failed is none of the user's doing.
  if (syscall === 'mkdir') return say({ kind: 'unusable', reason: error.message });
  say(typeof code === 'number' || syscall !== undefined ? { kind: 'ended', detail: error.message } : { kind: 'refused' });
});
