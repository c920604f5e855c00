/** What a gateway service costs while nothing happens: processor time of runner and supervisor over all their threads. Linux only. */

import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedGateway, type Role } from '../support/embedded-gateway.ts';
import type { Part } from './figure.ts';

const ROLES: readonly Role[] = ['runner', 'supervisor'];
const SETTLE_MS = 15_000;
const WINDOW_MS = 30_000;
/** V8 tidies up after the start up to three times, at its leisure: a late one (12 ms) falls into one window of these. */
const WINDOWS = 3;
const TARGET_MS = 10;

export const idle: Part = {
  name: 'idle',
  measure: async () => {
    const name = (role: Role) => `processor time of an idle ${role} in ${WINDOW_MS / 1_000} s`;
    if (process.platform !== 'linux') return ROLES.map(role => ({ name: name(role), skipped: 'it is read from /proc, on Linux only' }));
    const gateway = await EmbeddedGateway.install();
    try {
      const idlers = await Promise.all(ROLES.map(async role => ({ role, pid: await gateway.pid(role), values: [] as number[] })));
      // Lengths of time on purpose: idleness is what is measured.
      await delay(SETTLE_MS);
      for (let window = 0; window < WINDOWS; window += 1) {
        const before = idlers.map(({ pid }) => processorMs(pid));
        await delay(WINDOW_MS);
        for (const [i, { pid, values }] of idlers.entries()) values.push(processorMs(pid) - (before[i] ?? Number.NaN));
      }
      return idlers.map(({ role, values }) => ({
        name: name(role),
        unit: 'ms' as const,
        values,
        target: { bound: 'below' as const, value: TARGET_MS },
      }));
    } finally {
      await gateway.dispose();
    }
  },
};

/** The first field of `schedstat` is the time on a processor, in nanoseconds. */
function processorMs(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map(task => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1').split(' ')[0]))
    .reduce((sum, nanoseconds) => sum + nanoseconds / 1e6, 0);
}
