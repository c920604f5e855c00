/**
 * Starting the supervisor so that it outlives the process that asked: the embedded `install` and `start` do this, and the runner whose supervisor
 * was killed; and what removes an installed host after its own end. This is the only place of the module that detaches a process.
 */

import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Starts `argv` in a session of its own, with no parent that could take it along: a shell starts it in the background and ends, so that
 * killing the tree of the app, or its process group, leaves it alone. Resolves when it was handed over.
 * @param windows for a program of Windows that takes its command line apart in its own way
 */
export async function startDetached(
  argv: readonly string[],
  cwd: string,
  windows: Pick<SpawnOptions, 'env' | 'windowsVerbatimArguments'> = {},
): Promise<void> {
  const [program = '', ...rest] = argv;
  const child =
    process.platform === 'win32'
      ? spawn(program, rest, { ...windows, cwd, detached: true, stdio: 'ignore', windowsHide: true })
      : spawn('/bin/sh', ['-c', '"$@" &', 'sh', program, ...rest], { cwd, detached: true, stdio: 'ignore' });
  await once(child, process.platform === 'win32' ? 'spawn' : 'exit');
  child.unref();
}
