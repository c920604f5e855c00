/**
 * Stops a gateway as gracefully as time allows: by the planned-stop marker (and SIGTERM, where there are signals), by its control pipe only
 * where no marker can be written, else by the end of its process tree. The pipe's verb is a restart in newer versions of Hermes: it waits
 * up to half an hour for work in progress, and ignores a marker that follows.
 */

import { isIdle } from '../model/agent-work.ts';
import { GatewayServiceError } from '../model/errors.ts';
import { poll } from '../model/poll.ts';
import { KILL_MS, USER_GRACE_MS } from '../model/stop-times.ts';
import { controlPath, identify, pauseForUpdate, readStatus } from './control-socket.ts';
import type { GatewayProcess } from './identity-files.ts';
import { clearPlannedStop, writePlannedStop } from './planned-stop.ts';

/** The grace of a program that keeps no gateway files: it is not known to have work to finish. In milliseconds. */
const PLAIN_GRACE_MS = 14_000;
const PIPE_MS = 2_000;
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
  /** From the start until the tree is ended; it may shrink while the gateway stops. In milliseconds. */
  readonly gracefulMs?: () => number;
  /** From the end of the grace until the stop fails, in milliseconds. */
  readonly killMs?: number;
  /** The gateway is to restart itself, so that it announces a restart to the chats. Only where it has no work in progress. */
  readonly restart?: boolean;
}

/** How the gateway ended: by itself, killed after its grace, or killed because it cannot be asked to stop. */
export type StopEnd = 'graceful' | 'killed' | 'killed-unasked';

/**
 * Resolves when no process of the tree is left.
 * @throws GatewayServiceError `timed-out` where one is left `killMs` after the grace
 */
export async function stopGateway(target: StopTarget, ports: StopPorts, options: StopOptions = {}): Promise<StopEnd> {
  const { gracefulMs = () => USER_GRACE_MS, killMs = KILL_MS, restart = false } = options;
  if (ports.treeIsEmpty()) return 'graceful';
  const startedAt = performance.now();
  const elapsed = () => performance.now() - startedAt;
  const grace = () => (target.gateway === undefined ? Math.min(gracefulMs(), PLAIN_GRACE_MS) : gracefulMs());
  try {
    const asked = (restart && (await askToRestart(target, grace))) || (await askToStop(target, ports, grace));
    const askedMs = elapsed();
    const ended =
      ports.gatewayIsGone() ||
      (asked &&
        (await happens(
          () => ports.gatewayIsGone(),
          () => grace() - askedMs,
        )));
    let empty =
      ended &&
      (await happens(
        () => ports.treeIsEmpty(),
        () => LEFTOVERS_MS,
      ));
    const failsAtMs = elapsed() + killMs;
    while (!empty && elapsed() < failsAtMs) {
      await ports.killTree();
      empty = await happens(
        () => ports.treeIsEmpty(),
        () => KILL_AGAIN_MS,
      );
    }
    if (!empty) {
      throw new GatewayServiceError('timed-out', `A process of the gateway was still running after ${Math.round(elapsed() / 1_000)} s.`);
    }
    if (ended) return 'graceful';
    return asked ? 'killed' : 'killed-unasked';
  } finally {
    if (target.gateway !== undefined) clearPlannedStop(target.home, target.gateway);
  }
}

/**
 * Whether an idle gateway agreed to restart. Without an answer nothing was requested: an older version cannot say that it is idle. One with
 * work would first finish it, for up to half an hour, and ignore every marker.
 */
async function askToRestart({ home, gateway }: StopTarget, grace: () => number): Promise<boolean> {
  const address = controlPath(home);
  const status = gateway && (await readStatus(address, { timeoutMs: Math.min(PIPE_MS, grace() / 4) }));
  if (!status?.ok || status.result.pid !== gateway?.pid || !isIdle(status.result)) return false;
  return (await pauseForUpdate(address)).ok;
}

/** Requests a stop in the most graceful way that the gateway accepts; false where there is none. */
async function askToStop({ home, gateway }: StopTarget, ports: StopPorts, grace: () => number): Promise<boolean> {
  const marked = gateway !== undefined && (await mark(home, gateway));
  if (gateway !== undefined && !marked && (await askPipe(home, gateway, Math.min(PIPE_MS, grace() / 4)))) return true;
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

async function happens(fact: () => boolean, withinMs: () => number): Promise<boolean> {
  try {
    return await poll(fact, { what: 'the gateway to end', deadlineMs: withinMs });
  } catch (error) {
    if (error instanceof GatewayServiceError && error.code === 'timed-out') return false;
    throw error;
  }
}
