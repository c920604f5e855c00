/** Whether a debugger is attached to a process of Linux or macOS. One that may not be read, or does not run, has none. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { attempt } from '../model/attempt.ts';

export function isDebugged(pid: number): boolean {
  if (process.platform === 'linux') return isTraced(attempt(() => readFileSync(`/proc/${pid}/status`, 'latin1')) ?? '');
  const ps = () => execFileSync('/bin/ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe', timeout: 5_000 });
  return attempt(ps)?.includes('X') ?? false;
}

/** @param status the text of /proc/<pid>/status */
export const isTraced = (status: string): boolean => /^TracerPid:\s*[1-9]/m.test(status);
