/** What a gateway service costs while nothing happens: processor time of runner and supervisor over all their threads. Linux only. */

import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedGateway, type Role } from '../support/embedded-gateway.ts';
import type { Part } from './figure.ts';

const ROLES: readonly Role[] = ['runner', 'supervisor'];
const SETTLE_MS = 15_000;
const WINDOW_MS = 30_000;
const TARGET_MS = 10;

export const idle: Part = {
  name: 'idle',
  measure: async () => {
    const name = (role: Role) => `processor time of an idle ${role} in ${WINDOW_MS / 1_000} s`;
    if (process.platform !== 'linux') return ROLES.map(role => ({ name: name(role), skipped: 'it is read from /proc, on Linux only' }));
    const gateway = await EmbeddedGateway.install();
    try {
      const pids = await Promise.all(ROLES.map(role => gateway.pid(role)));
      // A measured length of time, not a wait for a fact: compilers and garbage collectors come to rest.
      await delay(SETTLE_MS);
      const before = pids.map(processorMs);
      await delay(WINDOW_MS);
      const after = pids.map(processorMs);
      return ROLES.map((role, i) => ({
        name: name(role),
        unit: 'ms' as const,
        values: [(after[i] ?? Number.NaN) - (before[i] ?? Number.NaN)],
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
