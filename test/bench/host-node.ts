/**
 * The host on each Node that it can be built on: what it weighs, how fast the SCM starts it, and the memory of broker and runner. On Windows
 * it is built on the newest; what is measured here is below Wine.
 */

import { statSync } from 'node:fs';
import { WINDOWS_NODES, type WindowsNode, windowsNodeVersion, wineMajor } from '../../scripts/windows-node.mjs';
import { RemoteManager, sampleGatewayIn } from '../wine/remote-manager.ts';
import { WineRig } from '../wine/rig.ts';
import { belowWine } from './below-wine.ts';
import { ours, up } from './contenders.ts';
import type { Outcome } from './figure.ts';
import { memoryBytes } from './process-cost.ts';

const MB = 1_024 * 1_024;

export const hostNode = belowWine('host-node', 'the host on each Node', async runs => {
  const wine = wineMajor();
  const outcomes: Outcome[] = [];
  for (const node of WINDOWS_NODES) {
    const who = `host on Node ${windowsNodeVersion(node)}`;
    if (wine >= node.wine) outcomes.push(...(await measured(who, node, runs)));
    else outcomes.push({ name: `${who}: size, start and memory`, skipped: `Wine ${wine} does not run it; Wine ${node.wine} does` });
  }
  return outcomes;
});

async function measured(who: string, node: WindowsNode, runs: number): Promise<readonly Outcome[]> {
  const rig = await WineRig.start({ built: true, node });
  try {
    const manager = await RemoteManager.start(rig);
    const { size } = statSync(rig.onLinux('C:\\app\\host\\hermes-gateway-host.exe'));
    const lives = [];
    for (let run = 0; run < runs; run += 1) lives.push(await life(rig, manager, run));
    manager.close();
    return [
      { name: `${who}: size of one executable`, unit: 'MB', values: [size / MB] },
      { name: `${who}: StartService → RUNNING`, unit: 'ms', values: lives.map(({ runningMs }) => runningMs) },
      { name: `${who}: StartService → gateway up`, unit: 'ms', values: lives.map(({ upMs }) => upMs) },
      { name: `${who}: memory of broker and runner`, unit: 'MB', values: lives.map(({ bytes }) => bytes / MB) },
    ];
  } finally {
    await rig.dispose();
  }
}

async function life(rig: WineRig, manager: RemoteManager, run: number) {
  const service = await ours(rig, manager).register(`C:\\homes\\node-${run}`, sampleGatewayIn(rig));
  try {
    const there = up(rig, service.home);
    there.catch(() => undefined);
    const { at, runningMs } = await rig.ask<{ at: number; runningMs: number }>('timing', 'start', service.service);
    const upMs = (await there).at - at;
    const bytes = service.supervisors().reduce((sum, pid) => sum + memoryBytes(pid), 0);
    return { runningMs, upMs, bytes };
  } finally {
    await service.remove();
  }
}
