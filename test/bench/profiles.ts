/**
 * Many profiles of one user: how long they take to be all up after one command, whether the death of one is felt by another, and how long a
 * look at all of them takes. All is done by the commands that people use.
 */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Status } from '../../src/service/status.ts';
import { ManyProfiles } from '../support/many-profiles.ts';
import type { Part } from './figure.ts';

const COUNT = 20;

export const profiles: Part = {
  name: 'profiles',
  measure: async runs => {
    const many = new ManyProfiles(COUNT);
    const [ups, looks, disturbed]: [number[], number[], number[]] = [[], [], []];
    try {
      await many.install();
      for (let run = 0; run < runs; run += 1) {
        await many.cli('stop', '--all');
        ups.push(await timeOf(() => many.cli('start', '--all')));
        looks.push(await timeOf(() => promisify(execFile)(process.execPath, many.argv('status', '--all', '--json'))));
        disturbed.push(await othersDisturbed(many));
      }
    } finally {
      await many.dispose();
    }
    return [
      {
        name: `${COUNT} profiles: start --all → all up`,
        unit: 'ms',
        values: ups,
        target: { bound: 'below', value: 15_000, judged: 'max' },
      },
      { name: `${COUNT} profiles: status --all`, unit: 'ms', values: looks, target: { bound: 'below', value: 150 } },
      {
        name: `${COUNT} profiles: others touched by a kill in one`,
        unit: '',
        values: disturbed,
        target: { bound: 'at most', value: 0, judged: 'max' },
      },
    ];
  },
};

/** Kills one gateway, waits for its return, and counts the others whose gateway is not the one that it was. */
async function othersDisturbed(many: ManyProfiles): Promise<number> {
  const before = await many.statuses();
  const killed = before[Math.floor(before.length / 2)] as Status;
  await many.killAndAwaitReturn(killed);
  const after = await many.statuses();
  const same = (one: Status, other: Status | undefined) =>
    other?.gatewayPid === one.gatewayPid && other?.phase === 'running' && other.restarts.count === one.restarts.count;
  return before.filter(
    one =>
      one.service !== killed.service &&
      !same(
        one,
        after.find(({ service }) => service === one.service),
      ),
  ).length;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
