/**
 * Wine's programs, its SCM and its server wake each other for every call. On a virtual machine it takes longer to wake another processor than
 * to do what is asked for, and how long is the host's affair: what is measured below Wine has one processor, ours and whatever it is compared with.
 */

import { execFileSync } from 'node:child_process';

/** Keeps this process, and whatever it starts meanwhile, to the first processor that it may use. Where that cannot be done, it says so. */
export async function onOneProcessor<T>(work: () => Promise<T>): Promise<T> {
  const before = processors();
  const [first] = before?.split(/[,-]/) ?? [];
  if (before === undefined || first === undefined) {
    process.stderr.write('taskset is missing: measured on all processors\n');
    return work();
  }
  keepTo(first);
  try {
    return await work();
  } finally {
    keepTo(before);
  }
}

/** As `taskset` lists them, for example `0,1` or `0-3`. */
function processors(): string | undefined {
  try {
    return /: ([\d,-]+)\s*$/.exec(execFileSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' }))?.[1];
  } catch {
    return undefined;
  }
}

function keepTo(list: string): void {
  execFileSync('taskset', ['-acp', list, String(process.pid)], { stdio: 'ignore' });
}
