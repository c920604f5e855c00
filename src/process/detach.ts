/**
 * Starts the supervisor so that it outlives the process that requested it: the embedded `install` and `start`, the runner whose supervisor
 * was killed, the cleanup of an installed host after its end, and a command that would end with the gateway. Only this file detaches a
 * process.
 */

import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Starts `argv` in its own session, without a parent that could end it: a shell starts it in the background and ends, so that a kill of the
 * app's process tree or group does not reach it. Resolves when it has started.
 * @param options `windowsVerbatimArguments` for a program of Windows that parses its command line itself
 */
export async function startDetached(
  argv: readonly string[],
  cwd: string,
  options: Pick<SpawnOptions, 'env' | 'windowsVerbatimArguments'> = {},
): Promise<void> {
  const [program = '', ...rest] = argv;
  const child =
    process.platform === 'win32'
      ? spawn(program, rest, { ...options, cwd, detached: true, stdio: 'ignore', windowsHide: true })
      : spawn('/bin/sh', ['-c', '"$@" &', 'sh', program, ...rest], { ...options, cwd, detached: true, stdio: 'ignore' });
  await once(child, process.platform === 'win32' ? 'spawn' : 'exit');
  child.unref();
}
