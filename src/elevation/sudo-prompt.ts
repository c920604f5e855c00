/**
 * Elevation with sudo-prompt, which has Windows PowerShell start a batch file as administrator and reads the output from files beside it.
 * It runs on its own thread (sudo-prompt-thread.ts), in a folder with a name that its batch files can use, and is ended at the deadline.
 */

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { type Elevation, type ElevationOutcome, parseAnswer } from '../model/elevation.ts';
import { packageFullName } from '../windows/app-package.ts';
import { knownFolder } from '../windows/known-folder.ts';
import { systemDirectory } from '../windows/library.ts';
import { currentUser } from '../windows/security.ts';
import { makePrivateFolder } from '../windows/security-attributes.ts';
import { type Prompted, type SettleTimes, settle } from './elevation-outcome.ts';
import { isSafeTemp, type PromptOptions, promptCommandHere, promptEnvironment } from './prompt-command.ts';

/** Input of the thread. */
export interface PromptData {
  readonly command: string;
  /** sudo-prompt names its folder after this; letters, digits and spaces. */
  readonly name: string;
}

/** Messages of the thread. */
export type FromPrompt =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'ran'; readonly stdout: string }
  | Extract<Prompted, { kind: 'refused' | 'ended' | 'unusable' }>;

/** The code of the thread in the bundled library, inserted by scripts/bundle-main.mjs; elsewhere it is in a file beside this one. */
declare const SUDO_PROMPT_THREAD: string;

/** The code page of a batch file depends on the machine; these characters are the same in all of them. */
const PLAIN = /^[ -~]+$/;
const TIMES: SettleTimes = { deadlineMs: 180_000, graceMs: 3_000 };

export function sudoPrompt({ hostCommand, factsOf, times = TIMES }: PromptOptions): Elevation {
  return {
    run: async (task, onRunning, signal) => {
      const systemFolder = systemDirectory();
      const command = promptCommandHere(hostCommand, task);
      if (command === undefined || !PLAIN.test(command))
        return unavailable(`a path that a batch file cannot take: ${hostCommand.join(' ')}`);
      if (!existsSync(`${systemFolder}\\WindowsPowerShell\\v1.0\\powershell.exe`)) return unavailable('Windows PowerShell is missing');
      const own = os.tmpdir();
      // A program outside of a package may not see the temporary files of one.
      const isSeen = isSafeTemp(own) && existsSync(own) && packageFullName() === undefined;
      const made = isSeen ? undefined : makeTemp();
      if (made === null) return unavailable('no folder whose path a batch file can take');
      const facts = factsOf(task);
      // The step reports a failure in its answer: sudo-prompt returns no output of a command that fails.
      const data: PromptData = { command: `${command}&exit /b 0`, name: 'Hermes Gateway Service' };
      const withdraw = facts.request?.();
      const prompt = ask(data, promptEnvironment(process.env, systemFolder, made ?? own));
      try {
        return await settle(prompt.prompted, facts, { times, withdraw, onRunning, signal });
      } finally {
        await prompt.end();
        // A running step still reads its batch files.
        if (made !== undefined && !facts.isRunning()) await rm(made, { recursive: true, force: true }).catch(() => undefined);
      }
    },
  };
}

const unavailable = (reason: string): ElevationOutcome => ({ kind: 'unavailable', reason });

/** A folder of this user only, with plain characters; null where none can be made. */
function makeTemp(): string | null {
  const folder = path.join(knownFolder('programData'), `HermesGateway-${randomBytes(4).toString('hex')}`);
  if (!isSafeTemp(folder)) return null;
  try {
    makePrivateFolder(folder, currentUser());
    return folder;
  } catch {
    return null;
  }
}

interface Prompt {
  readonly prompted: Promise<Prompted>;
  end(): Promise<unknown>;
}

const startThread = (options: WorkerOptions): Worker =>
  typeof SUDO_PROMPT_THREAD === 'undefined'
    ? new Worker(new URL('./sudo-prompt-thread.js', import.meta.url), options)
    : new Worker(SUDO_PROMPT_THREAD, { ...options, eval: true });

function ask(workerData: PromptData, env: Record<string, string>): Prompt {
  const thread = startThread({ workerData, env });
  let loaded = false;
  const prompted = new Promise<Prompted>(resolve => {
    thread.on('message', (message: FromPrompt) => {
      if (message.kind === 'loaded') loaded = true;
      else resolve(promptedOf(message));
    });
    const gone = (detail: string) => resolve(loaded ? { kind: 'ended', detail } : { kind: 'unusable', reason: detail });
    thread.on('error', ({ message }: Error) => gone(message));
    thread.on('exit', () => gone('sudo-prompt ended without a result.'));
  });
  return { prompted, end: () => thread.terminate() };
}

function promptedOf(message: Exclude<FromPrompt, { kind: 'loaded' }>): Prompted {
  if (message.kind !== 'ran') return message;
  const answer = parseAnswer(message.stdout);
  return answer ? { kind: 'answered', answer } : { kind: 'ended', detail: 'The step gave no valid answer.' };
}
