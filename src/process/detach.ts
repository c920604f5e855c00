/**
 * Starts the supervisor so that it outlives the process that requested it: the embedded `install` and `start`, the runner whose supervisor
 * was killed, and a command that would end with the gateway.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Environment } from '../gateway/environment.ts';

/**
 * Starts `argv` without a parent that could end it. Resolves when it has started. Elsewhere than on Windows it has its own session: a shell
 * starts it in the background and ends, so that a kill of the app's process tree or group does not reach it.
 */
export async function startDetached(
  [program = '', ...args]: readonly string[],
  cwd: string,
  env: Environment = process.env,
): Promise<void> {
  if (process.platform === 'win32') {
    const { startIndependent } = await import('../windows/process-birth.ts');
    startIndependent({ program, args, cwd, env });
    return;
  }
  const child = spawn('/bin/sh', ['-c', '"$@" &', 'sh', program, ...args], { env, cwd, detached: true, stdio: 'ignore' });
  await once(child, 'exit');
}
