/**
 * Which processors this process, and whatever it starts, may use. Wine's programs, its SCM and its server wake each other for every call,
 * and on a virtual machine it takes longer to wake another processor than to do what is asked for; how long is the host's affair. So each
 * test worker has one processor, and so has all that is measured below Wine, ours and whatever it is compared with.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** On Linux; none where this cannot be told. */
export function allowedProcessors(): readonly number[] {
  if (process.platform !== 'linux') return [];
  const allowed = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '';
  return allowed.split(',').flatMap(range => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** False where this cannot be had: then everything is slower, and nothing else. */
export function keepTo(processors: readonly number[]): boolean {
  if (processors.length === 0) return false;
  try {
    execFileSync('taskset', ['-acp', processors.join(), String(process.pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
