/**
 * Whoever comes next finishes an update whose owner is gone: the relaunched app and the command line for all of its gateways, a runner for
 * its own. A start goes through the manager or is the runner's own, so that there are never two gateways, whoever comes first.
 */

import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { GatewayServiceError } from '../service/errors.ts';
import { holdInForce, readHolds } from '../service/holds.ts';
import { isLock, type Lock, lockHolder, type ProcessRef, type ProcessTable, takeLock } from '../service/lock.ts';
import type { Report } from '../service/manager.ts';
import { poll } from '../service/poll.ts';
import type { StateFolder } from '../service/state-folder.ts';
import { progress } from '../service/steps.ts';
import { bringBack, type EndedUpdate, INTERRUPTED, noteEnd, resultOf } from './ending.ts';
import { isUnderWay, journalFile, readJournal, readJournals, removeJournal, type UpdateJournal, type UpdateResult } from './journal.ts';
import type { UpdatePorts } from './ports.ts';

/** How long somebody is waited for who finishes an earlier update, in milliseconds. */
const TURN_MS = 120_000;

/** How long a runner waits for its turn to settle its part; the gateway waits with it, in milliseconds. */
const SETTLE_MS = 500;

export interface ResumeOptions {
  readonly report?: Report;
  /**
   * How an update ended that was handed off, from one who can know it (the relaunched app, by its version or by what the updater wrote).
   * Undefined: not known yet; it is left alone until its hand-off is over. It may be asked more than once.
   */
  readonly judge?: (journal: UpdateJournal) => UpdateResult | undefined;
}

/**
 * Finishes every update that nobody is at any more; resolves when their gateways are up or have failed. One `readdir` where there is
 * nothing to do; nothing where somebody else is at it already. Never throws.
 */
export async function resumeUpdates(ports: UpdatePorts, options: ResumeOptions = {}): Promise<readonly EndedUpdate[]> {
  if ((await abandoned(ports, options)).length === 0 && !isLockStale(ports)) return [];
  const lock = tryLock(ports);
  if (!lock || !isLock(lock)) return [];
  try {
    return await finishAbandoned(ports, options);
  } finally {
    lock.release();
    // After an uninstall the journal was the last thing in it.
    await fs.rmdir(ports.stateRoot).catch(() => undefined);
  }
}

/** Under the lock: every abandoned update, one after the other. */
export async function finishAbandoned(ports: UpdatePorts, options: ResumeOptions = {}): Promise<readonly EndedUpdate[]> {
  const ended: EndedUpdate[] = [];
  for (const { journal, result } of await abandoned(ports, options)) {
    ended.push(await bringBack(ports, { ...journal, step: 'starting', result }, options.report ? { report: options.report } : {}));
  }
  return ended;
}

async function abandoned(
  { stateRoot, processes }: UpdatePorts,
  { judge }: ResumeOptions,
): Promise<{ journal: UpdateJournal; result: UpdateResult }[]> {
  return (await readJournals(stateRoot)).flatMap(found => {
    if (!('journal' in found)) return [];
    const { journal } = found;
    const judged = journal.step === 'handed-off' ? judge?.(journal) : undefined;
    if (!judged && isUnderWay(journal, processes)) return [];
    return [{ journal, result: judged ?? journal.result ?? resultOf('interrupted', INTERRUPTED) }];
  });
}

/**
 * Takes away what dead updates have left in the folder of one service, and writes their end down: its runner does it before it starts the
 * gateway. The last one takes the journal too. Nothing where somebody else is finishing them.
 */
export async function settleHolds(folder: StateFolder, processes: ProcessTable): Promise<void> {
  const stateRoot = path.dirname(folder.path);
  const stale = (await folder.holds()).filter(hold => !holdInForce([hold], processes, Date.now()));
  if (stale.length === 0) return;
  // Another runner is done in moments; whoever finishes the whole update takes this folder's part along.
  const taken = async () => {
    const found = tryLock({ stateRoot, processes });
    return !found || isLock(found) ? { lock: found } : undefined;
  };
  const { lock } = await poll(taken, { what: 'another runner', deadlineMs: SETTLE_MS, everyMs: 20 }).catch(() => ({ lock: undefined }));
  if (!lock) return;
  try {
    for (const { id } of stale) {
      const found = await readJournal(journalFile(stateRoot, id));
      const journal = found && 'journal' in found ? found.journal : undefined;
      if (journal && isUnderWay(journal, processes)) continue;
      // How one that was handed off has ended is for the relaunched app to say; the gateway does not wait for it.
      const known = journal && (journal.step !== 'handed-off' || journal.result);
      if (known) await noteEnd(folder, journal);
      folder.releaseHold(id);
      if (known && !(await isHeldElsewhere(stateRoot, journal))) await removeJournal(journalFile(stateRoot, id));
    }
  } finally {
    lock.release();
  }
}

async function isHeldElsewhere(stateRoot: string, { id, profiles }: UpdateJournal): Promise<boolean> {
  const holds = await Promise.all(profiles.map(({ service }) => readHolds(path.join(stateRoot, service))));
  return holds.flat().some(hold => hold.id === id);
}

/**
 * Waits until nobody else updates or finishes an update here, and takes the lock.
 * @throws GatewayServiceError `update-running` where another update is under way
 */
export async function takeTurn(ports: UpdatePorts, report?: Report): Promise<Lock> {
  await fs.mkdir(ports.stateRoot, { recursive: true, mode: 0o700 });
  let told = false;
  const wait = async () => {
    const taken = takeLock(lockFile(ports.stateRoot), ports.processes);
    if (isLock(taken)) return taken;
    await refuseRunning(ports);
    if (!told) report?.(progress('update', 'earlier-update', `PID ${taken.pid}`));
    told = true;
    return undefined;
  };
  return poll(wait, { what: 'the end of an earlier update', deadlineMs: TURN_MS });
}

/** @throws GatewayServiceError `update-running`, `journal-unreadable` */
export async function refuseRunning({ stateRoot, processes }: UpdatePorts): Promise<void> {
  for (const found of await readJournals(stateRoot)) {
    if ('error' in found) throw found.error;
    const { journal } = found;
    if (!isUnderWay(journal, processes)) continue;
    const { pid } = journal.handOff?.successor ?? journal.owner;
    throw new GatewayServiceError('update-running', `(${journal.who}, PID ${pid}: ${journal.what})`);
  }
}

/** One was killed before it had a journal. */
function isLockStale({ stateRoot, processes }: UpdatePorts): boolean {
  const file = lockFile(stateRoot);
  return existsSync(file) && lockHolder(file, processes) === undefined;
}

/** Undefined where the lock cannot be written: a full disk must not keep a gateway down. */
function tryLock({ stateRoot, processes }: Pick<UpdatePorts, 'stateRoot' | 'processes'>): Lock | ProcessRef | undefined {
  try {
    return takeLock(lockFile(stateRoot), processes);
  } catch {
    return undefined;
  }
}

function lockFile(stateRoot: string): string {
  return path.join(stateRoot, 'update.lock');
}
