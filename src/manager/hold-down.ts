/** Keeps a gateway stopped during an update: places the hold and waits for the gateway's end. Releases the hold when that fails. */

import { randomUUID } from 'node:crypto';
import type { HoldReason } from '../model/manager.ts';
import { progress, type Report } from '../model/operation-steps.ts';
import { poll } from '../model/poll.ts';
import { thisProcess } from '../model/process-ref.ts';
import { KILL_MS, USER_GRACE_MS } from '../model/stop-times.ts';
import { endOrphan } from '../process/orphaned-gateway.ts';
import { HOLD_CAP_MS, systemUptimeMs } from '../state/holds.ts';
import { lockHolder } from '../state/lock.ts';
import { connectRunner, reachRunner } from './runner-connection.ts';
import type { StatusSource } from './status-source.ts';

/** How long a gateway may take to stop at the request of the user, in milliseconds. */
export const DOWN_MS = USER_GRACE_MS + KILL_MS + 10_000;

/** Resolves when the gateway has stopped, with the function that releases the hold. */
export async function holdDown(
  source: StatusSource,
  { who, why, id = randomUUID() }: HoldReason,
  report: Report,
): Promise<() => Promise<void>> {
  const { folder, processes } = source;
  const now = Date.now();
  const until = new Date(now + HOLD_CAP_MS).toISOString();
  const since = new Date(now).toISOString();
  await folder.placeHold({ schema: 1, id, who, why, since, until, uptimeMs: systemUptimeMs(), holder: thisProcess(processes) });
  // The runner reports it: a hold in force does not mean that the gateway has ended.
  const isHeld = async () => {
    const connection = await connectRunner(source);
    const state = connection?.state;
    connection?.close();
    if (state?.finishingWork) report(progress('update', 'finishing-work'));
    return state?.phase === 'held-for-update';
  };
  const hasRunner = () => lockHolder(folder.runnerLock, processes) !== undefined;
  try {
    (await reachRunner(source))?.close();
    const isDown = async () => (await isHeld()) || !hasRunner();
    await poll(isDown, { deadlineMs: DOWN_MS, everyMs: 20, what: 'the gateway to stop' });
    if (!hasRunner()) await endOrphan(folder, processes);
  } catch (error) {
    folder.releaseHold(id);
    throw error;
  }
  return async () => folder.releaseHold(id);
}
