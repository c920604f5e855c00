/**
 * Stops a gateway as gracefully as time allows: by its control pipe, else by the planned-stop marker (and SIGTERM, where there are
 * signals), else with its whole process tree. Hermes' updater waits 30 s until every descendant of a service has ended; this needs 20 s.
 */

import { GatewayServiceError } from '../model/errors.ts';
import { poll } from '../model/poll.ts';
import { controlPath, identify, pauseForUpdate } from './control-socket.ts';
import type { GatewayProcess } from './identity-files.ts';
import { clearPlannedStop, writePlannedStop } from './planned-stop.ts';

const GRACEFUL_MS = 14_000;
const TOTAL_MS = 20_000;
/** Time for the gateway's child processes to end by themselves after it. */
const LEFTOVERS_MS = 1_000;
const KILL_AGAIN_MS = 500;

export interface StopTarget {
  readonly home: string;
  /** The gateway as its files prove it; undefined for a program that keeps none, which gets the signal or is ended. */
  readonly gateway?: GatewayProcess;
}

/** What only the owner of the process tree can do. */
export interface StopPorts {
  /** The gateway itself has ended; processes that it started may still run. */
  gatewayIsGone(): boolean;
  /** No process of the tree is left. */
  treeIsEmpty(): boolean;
  killTree(): void | Promise<void>;
  /** Absent where there are no signals. */
  signal?(name: 'SIGTERM'): void;
}

export interface StopOptions {
  /** From the start until the tree is ended. */
  readonly gracefulMs?: number;
  /** From the start until the stop fails. */
  readonly totalMs?: number;
}

/**
 * Resolves when no process of the tree is left.
 * @throws GatewayServiceError `timed-out` where one is after `totalMs`
 */
export async function stopGateway(target: StopTarget, ports: StopPorts, options: StopOptions = {}): Promise<void> {
  const { gracefulMs = GRACEFUL_MS, totalMs = TOTAL_MS } = options;
  if (ports.treeIsEmpty()) return;
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  try {
    const asked = await ask(target, ports, Math.min(2_000, gracefulMs / 4));
    const ended = asked && (await happens(() => ports.gatewayIsGone(), gracefulMs - elapsed()));
    let empty = ended && (await happens(() => ports.treeIsEmpty(), LEFTOVERS_MS));
    while (!empty && elapsed() < totalMs) {
      await ports.killTree();
      empty = await happens(() => ports.treeIsEmpty(), Math.min(KILL_AGAIN_MS, totalMs - elapsed()));
    }
    if (!empty) throw new GatewayServiceError('timed-out', `A process of the gateway was still running after ${elapsed()} ms.`);
  } finally {
    if (target.gateway !== undefined) clearPlannedStop(target.home, target.gateway);
  }
}

/** Requests a stop in the most graceful way that the gateway accepts; false where there is none. */
async function ask({ home, gateway }: StopTarget, ports: StopPorts, timeoutMs: number): Promise<boolean> {
  if (gateway !== undefined && (await askPipe(home, gateway, timeoutMs))) return true;
  const marked = gateway !== undefined && (await mark(home, gateway));
  ports.signal?.('SIGTERM');
  return marked || ports.signal !== undefined;
}

/** Another gateway that serves in this home must not be stopped: the process that answers must be the expected one. */
async function askPipe(home: string, gateway: GatewayProcess, timeoutMs: number): Promise<boolean> {
  const address = controlPath(home);
  const who = await identify(address, { timeoutMs });
  return who.ok && who.result.pid === gateway.pid && (await pauseForUpdate(address, { timeoutMs })).ok;
}

/** A home that cannot be written must not prevent the stop. */
async function mark(home: string, gateway: GatewayProcess): Promise<boolean> {
  try {
    await writePlannedStop(home, gateway);
    return true;
  } catch {
    return false;
  }
}

async function happens(fact: () => boolean, withinMs: number): Promise<boolean> {
  try {
    return await poll(fact, { what: 'the gateway to end', deadlineMs: withinMs });
  } catch (error) {
    if (error instanceof GatewayServiceError && error.code === 'timed-out') return false;
    throw error;
  }
}
