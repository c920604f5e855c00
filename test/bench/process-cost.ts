/** Memory and processor time of a process, as Linux reports them. A program below Wine is a process of Linux, too. */

import { readdirSync, readFileSync } from 'node:fs';

/** Bytes; `VmHWM` is the most that it ever was. */
export function residentBytes(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  return Number(kilobytes) * 1_024;
}

/**
 * Bytes that a process takes of the machine's memory (Linux' PSS). A page that several processes map counts by its part in each, so what
 * two processes of one program have together is counted once.
 */
export function memoryBytes(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1];
  return Number(kilobytes) * 1_024;
}

/** Milliseconds over all threads that live. The first field of `schedstat` is the time on a processor, in nanoseconds. */
export function processorMs(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map(task => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1').split(' ')[0]))
    .reduce((sum, nanoseconds) => sum + nanoseconds / 1e6, 0);
}
