/**
 * The SCM mechanism below Wine's SCM: what a user of the Windows service waits for. The restarts are the work of the rebuilt SCM
 * (test/wine/scm), and Wine starts a program slower than Windows does; the figures are an upper bound, not Windows'.
 */

import { readFileSync } from 'node:fs';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import { poll } from '../../src/model/poll.ts';
import type { Status } from '../../src/model/status.ts';
import { RemoteManager, sampleGatewayIn } from '../wine/remote-manager.ts';
import { WineRig } from '../wine/rig.ts';
import { belowWine } from './below-wine.ts';
import { DOWNTIME, downtimeMs, STAMPED_UPDATE } from './downtime.ts';
import type { Outcome } from './figure.ts';

const DEADLINE_MS = 30_000;
const QUERIES = 200;
const SERVICES = 100;
const UPDATE = 'C:\\stamped-update.mjs';
const STAMPS = 'C:\\stamps.json';

export const wine = belowWine('wine', 'the SCM mechanism', measure);

async function measure(runs: number): Promise<Outcome[]> {
  const rig = await WineRig.start({ built: true });
  try {
    const manager = await RemoteManager.start(rig);
    rig.write(UPDATE, readFileSync(STAMPED_UPDATE, 'utf8'));
    const outcomes = await measureLives(rig, manager, runs);
    const listed = await rig.ask<number[]>('timing', 'list', String(SERVICES));
    manager.close();
    return [
      ...outcomes,
      { name: `status of ${SERVICES} services in one call`, unit: 'ms', values: listed, target: { bound: 'below', value: 20 } },
    ];
  } finally {
    await rig.dispose();
  }
}

async function measureLives(rig: WineRig, manager: RemoteManager, runs: number): Promise<Outcome[]> {
  const [kills, stops, running, up, downs]: [number[], number[], number[], number[], number[]] = [[], [], [], [], []];
  let queries: { readonly open: number[]; readonly whole: number[] } = { open: [], whole: [] };
  for (let run = 0; run < runs; run += 1) {
    // A separate service, because the SCM counts failures by service: every kill is a first one.
    const of = await manager.identity(`C:\\homes\\${run}`);
    const { gatewayPid = 0, startedAt } = await manager.install(of, { gatewayCommand: sampleGatewayIn(rig) });
    const back = heard(manager, of, status => status.phase === 'running' && status.startedAt !== startedAt);
    const killedAt = Date.now();
    await manager.kill(gatewayPid);
    kills.push((await back) - killedAt);

    const stopAt = Date.now();
    await manager.stop(of);
    stops.push(Date.now() - stopAt);

    // Only the desired state of `start`, without the SCM, so that the probe can call the SCM itself.
    await manager.wish(of, 'running');
    const started = heard(manager, of, status => status.phase === 'running');
    const { at, runningMs } = await rig.ask<{ at: number; runningMs: number }>('timing', 'start', of.service);
    running.push(runningMs);
    up.push((await started) - at);
    if (run === 0) queries = await rig.ask('timing', 'query', of.service, String(QUERIES));

    await rig.run([...rig.program, 'update', '--home', of.home, '--', rig.node, UPDATE, STAMPS]);
    downs.push(downtimeMs(await manager.history(of), rig.read(STAMPS)));
    await manager.uninstall(of);
  }
  return [
    { name: 'killed gateway → another one up (rebuilt SCM)', unit: 'ms', values: kills, target: { bound: 'at most', value: 2_000 } },
    { name: 'StartService → RUNNING', unit: 'ms', values: running, target: { bound: 'below', value: 300 } },
    { name: 'StartService → gateway up', unit: 'ms', values: up, target: { bound: 'below', value: 1_000 } },
    { name: DOWNTIME, unit: 'ms', values: downs, target: { bound: 'below', value: 500 } },
    { name: 'stop of a healthy gateway', unit: 'ms', values: stops, target: { bound: 'below', value: 1_000 } },
    { name: 'status query of the SCM', unit: 'ms', values: queries.open, target: { bound: 'below', value: 0.5 } },
    { name: 'status query, the service opened and closed for it', unit: 'ms', values: queries.whole },
  ];
}

/** When a watching client receives it, in milliseconds since 1970. It listens at once, even if it is awaited later. */
async function heard(manager: RemoteManager, of: GatewayIdentity, holds: (status: Status) => boolean): Promise<number> {
  let at: number | undefined;
  const unwatch = manager.watch(of, status => {
    if (holds(status)) at ??= Date.now();
  });
  try {
    return await poll(() => at, { what: 'the watch to hear of it', deadlineMs: DEADLINE_MS, everyMs: 5 });
  } finally {
    unwatch();
  }
}
