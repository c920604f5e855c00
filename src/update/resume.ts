/**
 * The next process finishes an update whose owner is gone: the relaunched app and the command line for all of its gateways, a runner for
 * its own. A start goes through the manager or is the runner's own, so that there are never two gateways, in whatever order they start.
 */

import { existsSync } from 'node:fs';
import path from 'node:path';
import { GatewayServiceError } from '../model/errors.ts';
import { progress, type Report } from '../model/operation-steps.ts';
import { poll } from '../model/poll.ts';
import type { ProcessTable } from '../model/process-ref.ts';
import { disk } from '../state/disk.ts';
import { stateWrite } from '../state/files.ts';
import { holdInForce } from '../state/holds.ts';
import { isLock, type Lock, lockHolder, takeLock } from '../state/lock.ts';
import { StateFolder } from '../state/state-folder.ts';
import { type EndedUpdate, noteEnd, restartGateways, resultOf, UPDATE_INTERRUPTED } from './ending.ts';
import { isUnderWay, journalFile, readJournals, removeJournal, type UpdateJournal, type UpdateResult } from './journal.ts';
import type { UpdatePorts } from './ports.ts';

/** How long to wait for a process that finishes an earlier update, in milliseconds. */
const TURN_MS = 120_000;

/** How long a runner, and so its gateway's start, waits for the lock to settle its part, in milliseconds. */
const SETTLE_MS = 500;

export interface ResumeOptions {
  readonly report?: Report | undefined;
  /**
   * How a handed-off update ended, from a process that can know it (the relaunched app, by its version or by what the updater wrote).
   * Undefined: not known yet; the update is left alone until its hand-off is over. May be called more than once.
   */
  readonly judge?: (journal: UpdateJournal) => UpdateResult | undefined;
}

/**
 * Finishes every abandoned update; resolves when their gateways are running or have failed. One `readdir` where there is nothing to do;
 * does nothing where another process already finishes them. Never throws.
 */
export async function resumeUpdates(ports: UpdatePorts, options: ResumeOptions = {}): Promise<readonly EndedUpdate[]> {
  if ((await abandoned(ports, options)).length === 0 && !isLockStale(ports.stateRoot, ports.processes)) return [];
  const lock = await briefTurn(ports);
  if (!lock) return [];
  try {
    return await finishAbandoned(ports, options);
  } finally {
    lock.release();
    // After an uninstall the journal was the last file in it.
    await disk.rmdir(ports.stateRoot).catch(() => undefined);
  }
}

/** Under the lock: every abandoned update, one after the other. */
export async function finishAbandoned(ports: UpdatePorts, options: ResumeOptions = {}): Promise<readonly EndedUpdate[]> {
  const ended: EndedUpdate[] = [];
  for (const { journal, result } of await abandoned(ports, options)) {
    ended.push(await restartGateways(ports, { ...journal, step: 'starting', result }, { report: options.report }));
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
    return [{ journal, result: judged ?? journal.result ?? resultOf('interrupted', UPDATE_INTERRUPTED) }];
  });
}

/**
 * Removes the leftovers of dead updates for one service and records their end: its runner calls this before it starts the gateway, and
 * while it runs. The journal is removed with the last service that it planned. True while there is something to check again: an update of
 * this service, or a lock that may lead to one.
 */
export async function settleUpdates(folder: StateFolder, processes: ProcessTable): Promise<boolean> {
  const stateRoot = path.dirname(folder.path);
  const { service } = folder;
  const journals = (await readJournals(stateRoot)).flatMap(found => ('journal' in found ? [found.journal] : []));
  const planned = journals.filter(({ profiles }) => profiles.some(each => each.service === service));
  const stale = (await folder.holds()).filter(hold => !holdInForce([hold], processes, Date.now()));
  const over = planned.filter(journal => !isUnderWay(journal, processes));
  if (stale.length === 0 && over.length === 0 && !isLockStale(stateRoot, processes))
    // The holder of the lock may end before there is a journal, and no event would report that.
    return planned.length > 0 || existsSync(lockFile(stateRoot));
  const lock = await briefTurn({ stateRoot, processes });
  if (!lock) return true;
  try {
    let waiting = over.length < planned.length;
    for (const journal of over) {
      // The relaunched app decides how a handed-off update ended; the gateway does not wait for it.
      const known = journal.step !== 'handed-off' || journal.result !== undefined;
      if (known) await noteEnd(folder, journal);
      folder.releaseHold(journal.id);
      if (!known) continue;
      if (await isAccountedFor(stateRoot, journal, service, processes)) await removeJournal(journalFile(stateRoot, journal.id));
      else waiting = true;
    }
    for (const { id } of stale) if (!planned.some(journal => journal.id === id)) folder.releaseHold(id);
    return waiting;
  } finally {
    lock.release();
  }
}

/** Whether every other gateway of an update has its runner again, or is to stay stopped. */
async function isAccountedFor(stateRoot: string, { id, profiles }: UpdateJournal, mine: string, processes: ProcessTable): Promise<boolean> {
  const others = profiles.filter(({ service }) => service !== mine).map(({ service }) => new StateFolder(path.join(stateRoot, service)));
  const accounted = await Promise.all(
    others.map(async other => {
      if ((await other.holds()).some(hold => hold.id === id)) return false;
      if (lockHolder(other.runnerLock, processes)) return true;
      return (await other.desired()).desired === 'stopped' || (await other.definition().catch(() => null)) === undefined;
    }),
  );
  return accounted.every(Boolean);
}

/**
 * Waits until no other process updates or finishes an update here, and takes the lock.
 * @throws GatewayServiceError `update-running` where another update is in progress
 */
export async function lockUpdates(ports: UpdatePorts, report?: Report): Promise<Lock> {
  await stateWrite(() => disk.mkdir(ports.stateRoot, { recursive: true, mode: 0o700 }));
  let reported = false;
  const wait = async () => {
    const taken = await stateWrite(() => takeLock(lockFile(ports.stateRoot), ports.processes));
    if (isLock(taken)) return taken;
    await refuseRunning(ports);
    if (!reported) report?.(progress('update', 'earlier-update', `PID ${taken.pid}`));
    reported = true;
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

/** A process that was killed before it had a journal. */
function isLockStale(stateRoot: string, processes: ProcessTable): boolean {
  const file = lockFile(stateRoot);
  return existsSync(file) && lockHolder(file, processes) === undefined;
}

/** A runner settles its part in moments; a process that updates, or finishes a whole update, settles this part too. */
function briefTurn({ stateRoot, processes }: Pick<UpdatePorts, 'stateRoot' | 'processes'>): Promise<Lock | undefined> {
  const taken = () => {
    const found = takeLock(lockFile(stateRoot), processes);
    return isLock(found) && found;
  };
  // Nor where the lock cannot be written: a full disk must not keep a gateway stopped.
  return poll(taken, { what: 'a runner', deadlineMs: SETTLE_MS, everyMs: 20 }).catch(() => undefined);
}

function lockFile(stateRoot: string): string {
  return path.join(stateRoot, 'update.lock');
}
