/** Hermes' own command line beside the service. */

import { endProcess } from '../support/sandbox.ts';
import { check } from './check.ts';
import { type HermesStage, lastLines, type Ran, type Started } from './hermes-stage.ts';
import type { Scenario } from './scenario.ts';

/** Hermes' own command may wait for a gateway that it has stopped. */
const COMMAND_MS = 120_000;

export const BESIDE: readonly Scenario[] = [
  {
    title: 'keeps the gateway stopped after "hermes gateway stop", as the request of the user that it is',
    alone: true,
    play: async stage => {
      await stage.install();
      const { exit, ms, text } = await stage.startHermes('gateway', 'stop').ended;
      check(exit === 0, `it ended with ${exit}: ${lastLines(text)}`);
      const { desired, lastExit } = await stage.untilPhase('stopped');
      check(desired === 'stopped', `desired is ${desired}`);
      check(lastExit?.code === 0, `it ended with ${lastExit?.code}: ${lastExit?.reason}`);
      return { ms, fact: lastExit.reason };
    },
  },
  {
    title: 'keeps its gateway when "hermes gateway run" starts a second one',
    play: async stage => {
      const before = await stage.install();
      const second = stage.startHermes('gateway', 'run');
      const { exit, ms, text } = await withinDeadline(second);
      await stage.checkBelowService();
      check(stage.gatewayPid() === before, 'another gateway runs');
      return { ms, fact: `the second one ends with ${exit}: ${firstLine(text)}` };
    },
  },
  {
    title: 'waits while a "hermes gateway run --replace" runs, says so, and starts its gateway after it',
    play: async stage => {
      const before = await stage.install();
      const other = stage.startHermes('gateway', 'run', '--replace');
      const { detail = '', lastExit } = await stage.untilPhase('held-for-update');
      check(lastExit?.reason.includes('--replace'), `the history says: ${lastExit?.reason}`);
      await stage.until('the other gateway to run', () => stage.ownState()?.state === 'running' && stage.gatewayPid() !== before);
      const beganMs = performance.now();
      process.kill(other.pid, 'SIGTERM');
      await stage.untilAnother(stage.gatewayPid());
      await stage.checkBelowService();
      return { ms: performance.now() - beganMs, fact: detail };
    },
  },
  {
    title: 'has its gateway below the service again after "hermes gateway restart"',
    alone: true,
    play: async stage => {
      const before = await stage.install();
      const restart = stage.startHermes('gateway', 'restart');
      const beganMs = performance.now();
      const how = await stage.until('a gateway after the restart', async () => {
        const { phase, gatewayPid } = await stage.status();
        if (phase === 'running' && gatewayPid !== undefined && gatewayPid !== before) return 'the service starts it';
        return phase === 'held-for-update' && isRunning(stage) && 'Hermes runs one in its own terminal until that ends';
      });
      // Without a service of its own, an older Hermes runs the new gateway itself.
      if (how.startsWith('Hermes')) endProcess(restart.pid);
      await stage.untilAnother(before);
      await stage.checkBelowService();
      return { ms: performance.now() - beganMs, fact: how };
    },
  },
];

const isRunning = (stage: HermesStage) => stage.ownState()?.state === 'running';
const firstLine = (text: string) => text.trim().split('\n')[0]?.trim() ?? '';

async function withinDeadline(started: Started): Promise<Ran> {
  const timer = setTimeout(() => endProcess(started.pid), COMMAND_MS);
  return started.ended.finally(() => clearTimeout(timer));
}
