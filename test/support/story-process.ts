// `npm start` as a process of its own, in a process group of its own, as a shell starts it.
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { REPOSITORY } from './sandbox.ts';

export interface StoryEnded {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StoryProcessOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Told everything that was printed by now, each time when there is more. */
  readonly onOutput?: (stdout: string, child: ChildProcess) => void;
}

export function startStory(
  argv: readonly string[],
  { env, onOutput }: StoryProcessOptions = {},
): { readonly child: ChildProcess; readonly ended: Promise<StoryEnded> } {
  const child = spawn(process.execPath, [path.join(REPOSITORY, 'demo/start.mjs'), ...argv], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', chunk => {
    stdout += chunk;
    onOutput?.(stdout, child);
  });
  child.stderr.on('data', chunk => {
    stderr += chunk;
  });
  return { child, ended: new Promise(resolve => child.once('close', code => resolve({ code, stdout, stderr }))) };
}

/** What a terminal does at Ctrl+C: everybody of the group hears of it. */
export function pressCtrlC({ pid }: ChildProcess): void {
  if (pid === undefined) throw new Error('It did not start.');
  process.kill(-pid, 'SIGINT');
}
