/**
 * Stops a gateway as gently as time allows: by its control pipe, else by the planned-stop marker (and SIGTERM, where there are signals),
 * else with its whole process tree. Hermes' updater gives a service 30 s to be gone with every descendant; this needs 20 at most.
 */

import { performance } from 'node:perf_hooks';
import { GatewayServiceError } from '../model/errors.ts';
import { poll } from '../model/poll.ts';
import { controlPath, identify, pauseForUpdate } from './control-socket.ts';
import type { GatewayProcess } from './identity-files.ts';
import { clearPlannedStop, writePlannedStop } from './planned-stop.ts';

const GRACEFUL_MS = 14_000;
const TOTAL_MS = 20_000;
/** Time for what a gateway leaves behind to end by itself once the gateway is gone. */
const LEFTOVERS_MS = 1_000;
const PROGRESS_MS = 1_000;
const KILL_AGAIN_MS = 500;

export interface StopTarget {
  readonly home: string;
  /** The gateway as its files prove it; none for a program that keeps none: that one gets the signal or the end. */
  readonly gateway?: GatewayProcess;
}

/** What only the owner of the process tree can do. */
export interface StopPorts {
  /** The gateway itself has ended, whatever it left behind. */
  gatewayIsGone(): boolean;
  /** Nothing of the tree lives. */
  treeIsEmpty(): boolean;
  killTree(): void | Promise<void>;
  /** Absent where there are no signals. */
  signal?(name: 'SIGTERM'): void;
}

/** What is going on: asking, waiting for the end, ending the tree. */
export type StopStep = 'asking' | 'waiting' | 'ending-tree';

export interface StopProgress {
  readonly step: StopStep;
  readonly elapsedMs: number;
}

export interface StopOptions {
  /** From the start until the tree is ended. */
  readonly gracefulMs?: number;
  /** From the start until we give up. */
  readonly totalMs?: number;
  /** Called at each step and every second. */
  readonly onProgress?: (progress: StopProgress) => void;
}

export interface StopReport {
  /** What the gateway ended by. `gone`: there was nothing to stop. `tree`: it did not listen. */
  readonly by: 'gone' | 'pipe' | 'marker' | 'signal' | 'tree';
  /** The gateway ended by itself but left processes, which were ended. */
  readonly leftovers: boolean;
  /** How long asking, waiting, and ending the tree took. */
  readonly askedMs: number;
  readonly waitedMs: number;
  readonly endedMs: number;
}

/**
 * Resolves when nothing of the tree lives.
 * @throws GatewayServiceError `timed-out` where something still does after `totalMs`
 */
export async function stopGateway(target: StopTarget, ports: StopPorts, options: StopOptions = {}): Promise<StopReport> {
  const { gracefulMs = GRACEFUL_MS, totalMs = TOTAL_MS, onProgress } = options;
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  let step: StopStep = 'asking';
  const report = () => onProgress?.({ step, elapsedMs: elapsed() });
  const enter = (next: StopStep) => {
    step = next;
    report();
  };
  if (ports.treeIsEmpty()) return { by: 'gone', leftovers: false, askedMs: 0, waitedMs: 0, endedMs: 0 };

  const ticking = setInterval(report, PROGRESS_MS);
  try {
    enter('asking');
    const way = await ask(target, ports, Math.min(2_000, gracefulMs / 4));
    const askedMs = elapsed();

    enter('waiting');
    const listened = way !== undefined && (await happens(() => ports.gatewayIsGone(), gracefulMs - elapsed()));
    let empty = listened && (await happens(() => ports.treeIsEmpty(), LEFTOVERS_MS));
    const waitedMs = elapsed() - askedMs;

    const leftovers = listened && !empty;
    if (!empty) {
      enter('ending-tree');
      while (!empty && elapsed() < totalMs) {
        await ports.killTree();
        empty = await happens(() => ports.treeIsEmpty(), Math.min(KILL_AGAIN_MS, totalMs - elapsed()));
      }
    }
    if (!empty) throw new GatewayServiceError('timed-out', `A process of the gateway was still there after ${elapsed()} ms.`);
    const endedMs = elapsed() - askedMs - waitedMs;
    return { by: listened ? way : 'tree', leftovers, askedMs, waitedMs, endedMs };
  } finally {
    clearInterval(ticking);
    if (target.gateway !== undefined) clearPlannedStop(target.home, target.gateway);
  }
}

/** Asks in the gentlest way that somebody takes up; undefined where there is no way to ask. */
async function ask({ home, gateway }: StopTarget, ports: StopPorts, timeoutMs: number): Promise<'pipe' | 'marker' | 'signal' | undefined> {
  if (gateway !== undefined && (await askPipe(home, gateway, timeoutMs))) return 'pipe';
  const marked = gateway !== undefined && (await mark(home, gateway));
  ports.signal?.('SIGTERM');
  if (marked) return 'marker';
  return ports.signal && 'signal';
}

/** Whoever else serves in this home is not ours to stop: the one who answers must be the one who is meant. */
async function askPipe(home: string, gateway: GatewayProcess, timeoutMs: number): Promise<boolean> {
  const address = controlPath(home);
  const who = await identify(address, { timeoutMs });
  return who.ok && who.result.pid === gateway.pid && (await pauseForUpdate(address, { timeoutMs })).ok;
}

/** A home that cannot be written must not keep its gateway from being stopped. */
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
