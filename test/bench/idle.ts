/** What a gateway service costs while nothing happens: processor time of runner and supervisor over all their threads. Linux only. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EmbeddedGateway, type Role } from '../support/embedded-gateway.ts';
import type { Part } from './figure.ts';
import { processorMs } from './process-cost.ts';

const ROLES: readonly Role[] = ['runner', 'supervisor'];
/** An open page listens to the shell, so that the shell watches its gateway. */
const SHELL = 'browser shell behind a hidden page';
const SHELL_PROGRAM = fileURLToPath(new URL('./shell-process.mjs', import.meta.url));
const SETTLE_MS = 15_000;
const WINDOW_MS = 30_000;
/** V8 tidies up after the start up to three times, at its leisure: a late one (12 ms) falls into one window of these. */
const WINDOWS = 3;
const TARGET_MS = 10;

export const idle: Part = {
  name: 'idle',
  measure: async () => {
    const name = (role: string) => `processor time of an idle ${role} in ${WINDOW_MS / 1_000} s`;
    if (process.platform !== 'linux')
      return [...ROLES, SHELL].map(role => ({ name: name(role), skipped: 'it is read from /proc, on Linux only' }));
    const gateway = await EmbeddedGateway.install();
    const shell = await openShell(gateway);
    try {
      const processes = await Promise.all(ROLES.map(async role => ({ role: role as string, pid: await gateway.pid(role) })));
      const idlers = [...processes, { role: SHELL, pid: shell.pid }].map(each => ({ ...each, values: [] as number[] }));
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
      shell.close();
      await gateway.dispose();
    }
  },
};

/** A browser shell as a separate process, with one listener to its events. */
async function openShell({ sandbox, identity }: EmbeddedGateway): Promise<{ readonly pid: number; close(): void }> {
  const args = [SHELL_PROGRAM, sandbox.stateRoot, JSON.stringify(identity)];
  const program = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [printed] = (await once(program.stdout, 'data')) as [Buffer];
  const address = new URL(printed.toString().trim());
  const listening = new AbortController();
  const events = await fetch(new URL(`/api/events${address.search}`, address), { signal: listening.signal });
  // Read to its end, so that nothing piles up.
  events.body?.pipeTo(new WritableStream()).catch(() => undefined);
  return {
    pid: program.pid ?? Number.NaN,
    close() {
      listening.abort();
      program.stdin.end();
    },
  };
}
