/**
 * The embedded mechanism beside what people write who have no service manager: a shell that starts the gateway again a second after its
 * end. It has no ladder, holds, log or status, so it is the lower bound for the time of a restart.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { poll } from '../../src/model/poll.ts';
import { EmbeddedGateway } from '../support/embedded-gateway.ts';
import { DEADLINE_MS, Sandbox } from '../support/sandbox.ts';
import type { Part } from './figure.ts';
import { runningPid } from './gateway-up.ts';
import { residentBytes } from './process-cost.ts';

const PAIRS = 10;
/** The first step of our ladder, and the loop's only one. */
const DELAY_MS = 1_000;
const LOOP = 'while :; do "$@"; sleep 1; done';
const MB = 1_024 * 1_024;

interface Return {
  readonly respawnMs: number;
  readonly memoryMb: number;
}

export const shellLoop: Part = {
  name: 'shell-loop',
  measure: async runs => {
    if (process.platform !== 'linux')
      return [{ name: 'the supervisor beside a shell loop', skipped: 'memory is read from /proc, on Linux only' }];
    const [own, loop]: [Return[], Return[]] = [[], []];
    for (let pair = 0; pair < Math.max(runs, PAIRS); pair += 1) {
      own.push(await supervised());
      loop.push(await looped());
    }
    const all = (returns: readonly Return[], of: keyof Return) => returns.map(each => each[of]);
    return [
      { name: "supervisor: killed gateway → up, beyond the ladder's delay", unit: 'ms', values: all(own, 'respawnMs') },
      { name: "shell loop: killed gateway → up, beyond the loop's delay", unit: 'ms', values: all(loop, 'respawnMs') },
      {
        name: 'respawn, supervisor ÷ shell loop',
        unit: '×',
        values: own.map(({ respawnMs }, i) => respawnMs / (loop[i]?.respawnMs ?? Number.NaN)),
      },
      { name: 'supervisor and runner: resident memory', unit: 'MB', values: all(own, 'memoryMb') },
      { name: 'shell loop: resident memory', unit: 'MB', values: all(loop, 'memoryMb') },
    ];
  },
};

async function supervised(): Promise<Return> {
  const gateway = await EmbeddedGateway.install();
  try {
    const pids = [await gateway.pid('supervisor'), await gateway.pid('runner')];
    const memoryMb = pids.reduce((sum, pid) => sum + residentBytes(pid, 'VmRSS'), 0) / MB;
    const killed = await gateway.pid('gateway');
    return { memoryMb, respawnMs: (await killedUntilUp(gateway.identity.home, killed)) - DELAY_MS };
  } finally {
    await gateway.dispose();
  }
}

async function looped(): Promise<Return> {
  const sandbox = new Sandbox();
  const home = path.join(sandbox.path, 'looped');
  mkdirSync(home);
  const shell = spawn('/bin/sh', ['-c', LOOP, 'loop', ...sandbox.gatewayCommand()], {
    env: { ...process.env, HERMES_HOME: home },
    stdio: 'ignore',
    detached: true,
  });
  const ended = once(shell, 'exit');
  try {
    const pid = await upPid(home);
    const respawnMs = (await killedUntilUp(home, pid)) - DELAY_MS;
    return { memoryMb: residentBytes(shell.pid ?? Number.NaN, 'VmRSS') / MB, respawnMs };
  } finally {
    // The loop, its gateway and the pause between two of them are one group.
    process.kill(-(shell.pid ?? Number.NaN), 'SIGKILL');
    await ended;
    await sandbox.dispose();
  }
}

async function killedUntilUp(home: string, pid: number): Promise<number> {
  const startedAt = performance.now();
  process.kill(pid, 'SIGKILL');
  await upPid(home, pid);
  return performance.now() - startedAt;
}

/** The PID of a gateway that reports itself as running, and is not the one that was killed. */
function upPid(home: string, killed?: number): Promise<number> {
  const file = path.join(home, 'gateway_state.json');
  const look = () => (existsSync(file) ? runningPid(readFileSync(file, 'utf8'), killed) : undefined);
  return poll(look, { what: `the gateway of ${home}`, deadlineMs: DEADLINE_MS, everyMs: 2 });
}
