/** Nothing is started in the middle of an update, and nothing stays stopped after one. */

import { existsSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UPDATE_MARKER } from '../../src/gateway/update-marker.ts';
import { endProcess, parentOf } from '../support/sandbox.ts';
import { check } from './check.ts';
import { createdAtS, type HermesStage } from './hermes-stage.ts';
import { type Scenario, since } from './scenario.ts';

/** What upstream's updater waits for a gateway that is ready. */
const READY_MS = 60_000;
/** Hermes judges an older marker of version 1 as one whose process has ended. */
const AGED_S = 21 * 60;
const VERSION_2 = since(22, 'this version writes markers of version 1');

export const UPDATES: readonly Scenario[] = [
  {
    title: 'does not start the gateway while the update of a marker of version 2 runs',
    notFor: VERSION_2,
    play: stage =>
      heldBy(stage, () => {
        const owner = stage.sleeper();
        mark(stage, owner, `ct:${createdAtS(owner)}`);
        return owner;
      }),
  },
  {
    title: 'does not start the gateway while the delegate of an ended updater runs',
    notFor: VERSION_2,
    play: stage =>
      heldBy(stage, () => {
        const [owner, delegate] = [stage.sleeper(), stage.sleeper()];
        mark(stage, owner, `ct:${createdAtS(owner)}`, `delegate:${delegate} ct:${createdAtS(delegate)}`);
        endProcess(owner);
        return delegate;
      }),
  },
  {
    title: 'does not start the gateway while the update of a marker of version 1 runs',
    play: stage =>
      heldBy(stage, () => {
        const owner = stage.sleeper();
        mark(stage, owner);
        return owner;
      }),
  },
  {
    title: 'starts the gateway beside a marker of version 1 that is 21 minutes old, and one that is cut off',
    play: async stage => {
      const pid = await stage.install();
      const owner = stage.sleeper();
      writeFileSync(marker(stage), `${owner}\n${Math.round(Date.now() / 1_000) - AGED_S}\n`);
      const beganMs = performance.now();
      process.kill(pid, 'SIGKILL');
      const second = await stage.untilAnother(pid);
      const ms = performance.now() - beganMs;
      writeFileSync(marker(stage), `${owner}`);
      utimesSync(marker(stage), new Date(), new Date());
      process.kill(second, 'SIGKILL');
      await stage.untilAnother(second);
      return { ms };
    },
  },
  {
    title: 'has a ready gateway below the service within 60 s after an update',
    play: async stage => {
      const before = await stage.install();
      const { ms } = await stage.ours('update', '--', 'true');
      await stage.checkBelowService();
      check(stage.gatewayPid() !== before, 'the gateway was not stopped');
      check(ms <= READY_MS, `it took ${Math.round(ms)} ms`);
      return { ms };
    },
  },
  {
    title: 'starts the gateway again when our own update is killed in the middle',
    play: async stage => {
      await stage.install();
      const proof = path.join(stage.path, 'updating');
      const { pid } = stage.startOurs('update', '--', 'sh', '-c', `touch ${proof}; exec sleep 600`);
      await stage.until('the update to begin', () => existsSync(proof));
      const { phase } = await stage.status();
      check(phase === 'held-for-update', `the phase of the update is ${phase}`);
      const beganMs = performance.now();
      // The command too: as long as it runs, the gateway is held.
      const isBelow = (each: number): boolean => each > 1 && (each === pid || isBelow(parentOf(each)));
      for (const each of stage.processes().filter(isBelow)) endProcess(each);
      await stage.untilPhase('running');
      const ms = performance.now() - beganMs;
      const { reason } = (await stage.history()).findLast(record => record.kind === 'noted') ?? {};
      return { ms, fact: reason ?? 'no note' };
    },
  },
];

const marker = (stage: HermesStage) => path.join(stage.home, UPDATE_MARKER);

function mark(stage: HermesStage, owner: number, ...more: readonly string[]): void {
  writeFileSync(marker(stage), [owner, Math.round(Date.now() / 1_000), ...more, ''].join('\n'));
}

/** Kills the gateway beside the marker of a running process: it is not started before that process has ended. */
async function heldBy(stage: HermesStage, begin: () => number): Promise<{ ms: number; fact: string }> {
  const pid = await stage.install();
  const updater = begin();
  const watch = stage.watch();
  process.kill(pid, 'SIGKILL');
  const { detail = '' } = await stage.untilPhase('held-for-update');
  const beganMs = performance.now();
  endProcess(updater);
  rmSync(marker(stage), { force: true });
  await stage.untilAnother(pid);
  watch.stop();
  const phases = watch.seen.map(({ phase }) => phase);
  check(!phases.slice(1, phases.indexOf('held-for-update')).includes('running'), `the phases were ${phases.join(', ')}`);
  return { ms: performance.now() - beganMs, fact: detail };
}
