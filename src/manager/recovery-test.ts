/** Kills a gateway that runs, and measures how soon the next one runs. What then happens is what happens after any crash. */

import { GatewayServiceError } from '../model/errors.ts';
import { lastEnded } from '../model/history.ts';
import type { RecoveryTest } from '../model/manager.ts';
import { progress, type Report } from '../model/operation-steps.ts';
import { poll } from '../model/poll.ts';
import type { Status } from '../model/status.ts';
import { agentWork } from './agent-work.ts';
import { isHeld, notUp } from './bring-up.ts';
import type { GatewayService } from './gateway-service.ts';
import { connectRunner } from './runner-connection.ts';

/** How long the next gateway may take, in milliseconds. */
const BACK_MS = 90_000;
const LOOK_MS = 100;

export async function testRecovery(service: GatewayService, report: Report): Promise<RecoveryTest> {
  const { killedPid, killedAtMs } = await service.exclusively('test-recovery', report, () => kill(service, report));
  report(progress('test-recovery', 'starting'));
  const options = { deadlineMs: BACK_MS, everyMs: LOOK_MS, what: 'the gateway to be back' };
  const status = await poll(() => isBack(service, killedPid), options);
  return { status, backMs: await backMs(service, killedAtMs) };
}

async function kill(service: GatewayService, report: Report) {
  await service.requireInstalled();
  const { gatewayPid: killedPid } = await service.status();
  const connection = await connectRunner(service.source);
  const why = connection ? await whyNotNow(service) : 'its runner does not answer';
  try {
    if (why !== undefined) throw new GatewayServiceError('recovery-not-tested', `(${why})`);
    report(progress('test-recovery', 'ending'));
    const killedAtMs = Date.now();
    await connection?.ask('test-recovery');
    return { killedPid, killedAtMs };
  } finally {
    connection?.close();
  }
}

/** Why it would disturb, or measure something else. */
async function whyNotNow(service: GatewayService): Promise<string | undefined> {
  const { phase, restarts } = await service.status();
  if (phase === 'held-for-update' || (await isHeld(service))) return 'an update is in progress';
  if (phase !== 'running') return 'the gateway is not running';
  if (restarts.crashes) return 'it has crashed a moment ago';
  const work = await agentWork(service);
  return work && work.active > 0 ? 'the agent is at work' : undefined;
}

async function isBack(service: GatewayService, formerPid: number | undefined): Promise<Status | undefined> {
  const status = await service.status();
  const { phase, desired, gatewayPid } = status;
  if (phase === 'running' && gatewayPid !== formerPid) return status;
  const isLost = phase === 'failed' || phase === 'needs-attention' || desired === 'stopped' || phase === 'not-installed';
  if (isLost) throw notUp(lastEnded(await service.history()), status.detail);
  return undefined;
}

/** From the recorded end of the former gateway to the evidence that the next one runs. */
async function backMs(service: GatewayService, killedAtMs: number): Promise<number> {
  const ended = lastEnded(await service.history());
  const connection = await connectRunner(service.source);
  const { phase, since } = connection?.state ?? {};
  connection?.close();
  const runsAtMs = phase === 'running' && since !== undefined ? Date.parse(since) : Date.now();
  return Math.max(0, runsAtMs - Math.max(killedAtMs, Date.parse(ended?.at ?? '') || 0));
}
