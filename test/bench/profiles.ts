/**
 * Many profiles of one user: how long they take to be all up after one command, whether the death of one is felt by another, and how long a
 * look at all of them takes, and what grows with their number. All is done by the commands that people use.
 */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Status } from '../../src/model/status.ts';
import { ManyProfiles } from '../support/many-profiles.ts';
import type { Outcome, Part } from './figure.ts';
import { residentBytes } from './process-cost.ts';

/** The growth is shown by these; the last is what the targets are for. */
const COUNTS = [1, 5, 10, 20] as const;
const MOST = 20;
const MB = 1_024 * 1_024;

export const profiles: Part = {
  name: 'profiles',
  measure: async runs => {
    const outcomes: Outcome[] = [];
    for (const count of COUNTS) outcomes.push(...(await measured(count, runs)));
    return outcomes;
  },
};

async function measured(count: number, runs: number): Promise<readonly Outcome[]> {
  const many = new ManyProfiles(count);
  const [ups, looks, disturbed, memory]: [number[], number[], number[], number[]] = [[], [], [], []];
  try {
    await many.install();
    for (let run = 0; run < runs; run += 1) {
      await many.cli('stop', '--all');
      ups.push(await timeOf(() => many.cli('start', '--all')));
      looks.push(await timeOf(() => promisify(execFile)(process.execPath, many.argv('status', '--all', '--json'))));
      if (process.platform === 'linux') memory.push((await keepersBytes(many)) / MB / count);
      if (count === MOST) disturbed.push(await othersDisturbed(many));
    }
  } finally {
    await many.dispose();
  }
  const who = count === 1 ? '1 profile' : `${count} profiles`;
  const most = count === MOST;
  const weight = `${who}: memory of supervisor and runner, each`;
  return [
    {
      name: `${who}: start --all → all up`,
      unit: 'ms',
      values: ups,
      ...(most && { target: { bound: 'below', value: 15_000, judged: 'max' } }),
    },
    { name: `${who}: status --all`, unit: 'ms', values: looks, ...(most && { target: { bound: 'below', value: 150 } }) },
    memory.length > 0 ? { name: weight, unit: 'MB', values: memory } : { name: weight, skipped: 'it is read from /proc, on Linux only' },
    ...(most
      ? [
          {
            name: `${who}: others touched by a kill in one`,
            unit: '' as const,
            values: disturbed,
            target: { bound: 'at most' as const, value: 0, judged: 'max' as const },
          },
        ]
      : []),
  ];
}

async function keepersBytes(many: ManyProfiles): Promise<number> {
  const supervisors = (await many.statuses()).flatMap(({ servicePid }) => servicePid ?? []);
  const runners = await Promise.all(many.names.map(name => many.sandbox.folder(many.identity(name)).runner.read()));
  const pids = [...supervisors, ...runners.flatMap(runner => runner?.process.pid ?? [])];
  return pids.reduce((sum, pid) => sum + residentBytes(pid, 'VmRSS'), 0);
}

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
