/**
 * Each test worker has one processor, with all that it starts. Wine's programs, its SCM and its server wake each other for every call, and on
 * a virtual machine it takes longer to wake another processor than to do what is asked for. Where this cannot be had, tests run all the same.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Of this process, for example `0-3,6`. */
function allowedProcessors(): number[] {
  const allowed = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '';
  return allowed.split(',').flatMap(range => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

if (process.platform === 'linux') {
  try {
    const processors = allowedProcessors();
    const mine = processors[Number(process.env['VITEST_POOL_ID'] ?? 0) % processors.length];
    execFileSync('taskset', ['-acp', String(mine), String(process.pid)], { stdio: 'ignore' });
  } catch {
    // Without taskset they are slower.
  }
}
