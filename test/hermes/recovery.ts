/** What ends a gateway, and what is running again after it. */

import { rmSync } from 'node:fs';
import path from 'node:path';
import { check } from './check.ts';
import type { HermesStage } from './hermes-stage.ts';
import { type Scenario, since } from './scenario.ts';

/** After a kill the gateway runs again within its own start and this. */
const OWN_START_AND_MS = 2_000;

export const RECOVERY: readonly Scenario[] = [
  {
    title: 'runs again after kill -9 within the own start of the gateway + 2 s',
    // The two durations are compared.
    alone: true,
    play: async stage => {
      // The first start in a home takes longer.
      await ownStartMs(stage);
      const ownMs = Math.max(await ownStartMs(stage), await ownStartMs(stage));
      const before = await stage.install();
      const killedMs = performance.now();
      process.kill(before, 'SIGKILL');
      await stage.untilAnother(before);
      const ms = performance.now() - killedMs;
      check(ms <= ownMs + OWN_START_AND_MS, `it took ${Math.round(ms)} ms; the own start takes ${Math.round(ownMs)} ms`);
      return { ms, fact: `own start ${seconds(ownMs)}` };
    },
  },
  {
    title: 'starts a gateway again at once that asks for it by exit code 75 (SIGUSR1)',
    play: async stage => {
      const before = await stage.install();
      const beganMs = performance.now();
      process.kill(before, 'SIGUSR1');
      await stage.untilAnother(before);
      const { code, outcome } = await stage.lastEnd();
      check(code === 75 && outcome === 'restart-in-place', `it ended with ${code}, ${outcome}`);
      return { ms: performance.now() - beganMs };
    },
  },
  {
    title: 'names a SIGTERM of an unknown process in the history, and restarts the gateway',
    play: async stage => {
      const before = await stage.install();
      const beganMs = performance.now();
      process.kill(before, 'SIGTERM');
      await stage.untilAnother(before);
      const { reason } = await stage.lastEnd();
      check(reason.includes('An unknown process ended the gateway by SIGTERM'), `the history says: ${reason}`);
      return { ms: performance.now() - beganMs, fact: reason };
    },
  },
  {
    title: 'notices a gateway that hangs (SIGSTOP), and that it answers again, and restarts one that stays silent',
    waits: true,
    notFor: since(22, 'this version has no control pipe, and stamps its file only every 30 s'),
    play: async stage => {
      const pid = await stage.installProbed();
      process.kill(pid, 'SIGSTOP');
      const { problems } = await stage.untilPhase('degraded');
      check(
        problems.some(({ code }) => code === 'gateway-silent'),
        'the status does not name the problem',
      );
      process.kill(pid, 'SIGCONT');
      await stage.untilPhase('running');
      check(stage.gatewayPid() === pid, 'the gateway that answers again was ended');
      const beganMs = performance.now();
      process.kill(pid, 'SIGSTOP');
      await stage.untilAnother(pid);
      const ms = performance.now() - beganMs;
      const { outcome, reason } = await stage.lastEnd();
      check(outcome === 'failure' && reason.includes('did not answer for 20 s'), `the history says: ${outcome}, ${reason}`);
      return { ms, fact: reason };
    },
  },
  {
    title: 'replaces a gateway that hangs (SIGSTOP) at a restart',
    waits: true,
    play: async stage => {
      const pid = await stage.install();
      process.kill(pid, 'SIGSTOP');
      const { ms } = await stage.ours('restart');
      check(stage.gatewayPid() !== pid, 'the same gateway still runs');
      const { killed } = await stage.lastEnd();
      check(killed, 'the history does not say that it was killed');
      return { ms, fact: 'killed, recorded' };
    },
  },
];

/** How long this Hermes takes without us, from its launch until it says that it runs. */
async function ownStartMs(stage: HermesStage): Promise<number> {
  const beganMs = performance.now();
  const alone = stage.startHermes('gateway', 'run');
  await stage.until('the gateway alone to run', () => stage.ownState()?.state === 'running');
  const ms = performance.now() - beganMs;
  process.kill(stage.gatewayPid(), 'SIGKILL');
  await alone.ended;
  for (const name of ['gateway.pid', 'gateway.lock', 'gateway_state.json', 'gateway-starts.log'])
    rmSync(path.join(stage.home, name), { force: true });
  return ms;
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
