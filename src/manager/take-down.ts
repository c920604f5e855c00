/** Takes a gateway down: asks its runner to stop, then its host, and waits until no process of it is left. */

import { removeStaleSocket } from '../control/pipe-address.ts';
import type { Ask } from '../control/pipe-protocol.ts';
import type { HostPort } from '../mechanisms/host-port.ts';
import { type Operation, progress, type Report } from '../model/operation-steps.ts';
import { poll } from '../model/poll.ts';
import { isSameProcess, type ProcessRef } from '../model/process-ref.ts';
import { endOrphan } from '../process/orphaned-gateway.ts';
import { lockHolder } from '../state/lock.ts';
import type { GatewayService } from './gateway-service.ts';
import { DOWN_MS } from './hold-down.ts';
import { connectRunner, reachRunner } from './runner-connection.ts';

/** How long a host may take to end after its runner, in milliseconds. */
const HOST_ENDS_MS = 5_000;

export async function takeDown(
  service: GatewayService,
  operation: Operation,
  report: Report,
  ask: 'stop' | 'stop-now' = 'stop',
): Promise<void> {
  const { identity, folder, processes } = service;
  report(progress(operation, 'stopping'));
  // Our own processes too: one that still writes its log would create a removed folder again.
  const ours: ProcessRef[] = [];
  const lookForOurs = () => {
    const found = [folder.supervisorLock, folder.runnerLock].map(lock => lockHolder(lock, processes));
    ours.push(...found.filter(ref => ref !== undefined));
  };
  lookForOurs();
  const { host } = await service.mechanisms.inCharge(identity, folder);
  await folder.writeDesired('stopped');
  const isDown = async () => {
    lookForOurs();
    return (await host.isGone(identity, folder)) && !ours.some(ref => isSameProcess(ref, processes));
  };
  // A stop by the host leaves the gateway less time than one by the user. The host ends after its runner, and Windows refuses to stop a
  // service that is ending.
  const ends = await askRunner(service, ask, operation, report);
  const ended = ends && (await poll(isDown, { deadlineMs: HOST_ENDS_MS, what: 'the host to end' }).catch(() => false));
  if (!ended) await host.stop(identity, folder);
  await poll(isDown, { deadlineMs: DOWN_MS, what: 'the gateway to stop' });
  await endOrphan(folder, processes);
  const killed = await folder.runner.read();
  if (killed) removeStaleSocket(killed.pipe);
}

/**
 * Takes a gateway down whose host has another program than this one would start, or one that was moved or deleted: such a host cannot
 * start a runner. True when it did: desired is "stopped" then, and the caller starts the gateway again.
 */
export async function endOtherHost(service: GatewayService, operation: Operation, report: Report): Promise<boolean> {
  if ((await service.hostProgram()) === 'same') return false;
  await takeDown(service, operation, report);
  return true;
}

/** Sends a request to the runner and waits until it is done; false where none answers. Reports when the agent has work to finish. */
export async function askRunner(service: GatewayService, ask: Ask, operation: Operation, report: Report): Promise<boolean> {
  const connection = await reachRunner(service.source, {
    onState: ({ finishingWork }) => finishingWork && report(progress(operation, 'finishing-work')),
    onEnd: () => undefined,
  });
  if (!connection) return false;
  let done = false;
  const asked = connection.ask(ask).finally(() => {
    done = true;
  });
  asked.catch(() => undefined);
  // The end of a connection may not be reported; the end of the runner is seen in any case.
  const settled = () => done || !lockHolder(service.folder.runnerLock, service.processes);
  await poll(settled, { deadlineMs: DOWN_MS, what: 'the runner' }).catch(() => undefined);
  connection.close();
  if (done) await asked;
  return true;
}

/** Ends a gateway that is stopping, without waiting for the work of its agent. */
export async function stopNow(service: GatewayService): Promise<void> {
  const connection = await connectRunner(service.source);
  const { phase, restartRequested } = connection?.state ?? {};
  if (phase === 'stopping' || restartRequested) await connection?.ask('stop-now');
  connection?.close();
}

/** Waits for the former hosts: they read the definition of the new one, stop their gateway and end. */
export async function standDown(hosts: readonly HostPort[], { identity, folder, processes }: GatewayService): Promise<void> {
  const gone = async () => (await Promise.all(hosts.map(host => host.isGone(identity, folder)))).every(Boolean);
  await poll(gone, { deadlineMs: DOWN_MS, what: 'the former host of the gateway to end' });
  // After an interrupted takeover the runner of the new host may be running already, and the gateway belongs to it.
  if (!lockHolder(folder.runnerLock, processes)) await endOrphan(folder, processes);
}
