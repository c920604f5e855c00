/**
 * The relaunched app finishes what the one before it has handed off, and whatever else nobody is at any more. It alone can say how a
 * hand-off ended: by its own version, or by what the host has read of the other program's result.
 */

import { livingUpdater } from '../../src/gateway/living-updater.ts';
import { ERRORS, type ErrorCode } from '../../src/model/error-table.ts';
import { toGatewayServiceError } from '../../src/model/errors.ts';
import { isSameProcess, type ProcessTable } from '../../src/model/process-ref.ts';
import { INTERRUPTED, resultOf } from '../../src/update/ending.ts';
import { readJournals, type UpdateJournal, type UpdateResult } from '../../src/update/journal.ts';
import { resumeUpdates } from '../../src/update/resume.ts';
import type { UpdateOutcome } from '../../src/update/update-shape.ts';
import type { Engine } from '../engine.ts';
import type { Log } from '../log.ts';

/** How an update ended, as the host knows it. */
export interface UpdateVerdict {
  readonly outcome: UpdateOutcome;
  /** Why it did not go well; its sentence and remedy are those of the table of errors. */
  readonly why?: ErrorCode;
  /** Exit code of the other program. */
  readonly code?: number;
}

export interface ResumeOptions {
  readonly engine: Promise<Pick<Engine, 'updates'>>;
  /** As in the journals of this app. */
  readonly who: string;
  /** Of the app that runs now. */
  readonly version: string;
  /** What the host knows of an update that it has handed off, as soon as it has read it; undefined where it knows nothing. */
  readonly verdict?: Promise<UpdateVerdict | undefined>;
  readonly onEnded: (journal: UpdateJournal) => void;
  readonly log: Log;
}

/** Somebody is still at what this app has handed off: it is looked at again after this time, in milliseconds. */
const AGAIN_MS = 2_000;

/** Begins at once, and delays nobody. Returns the end of it. */
export function resumeAtStart({ engine, who, version, verdict, onEnded, log }: ResumeOptions): () => void {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  /** Absent until the host has said what it knows. */
  let word: { readonly verdict?: UpdateVerdict } | undefined;
  void Promise.resolve(verdict)
    .catch(error => void log.warn(`the result of an update: ${toGatewayServiceError(error).message}`))
    .then(given => {
      word = given ? { verdict: given } : {};
    });
  const resume = async () => {
    const { updates: ports } = await engine;
    const judge = (journal: UpdateJournal) =>
      !word || journal.who !== who || isAtWork(journal, ports.processes) ? undefined : asResult(judged(journal, { version, ...word }));
    for (const { journal } of await resumeUpdates(ports, { judge })) if (!ended) onEnded(journal);
    const left = (await readJournals(ports.stateRoot)).some(found => 'journal' in found && isHandedOff(found.journal, who));
    if (left && !ended) timer = setTimeout(() => void run(), AGAIN_MS).unref();
  };
  // Why there is no engine is said elsewhere.
  const run = () => resume().catch(error => log.warn(`an earlier update: ${toGatewayServiceError(error).message}`));
  void run();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

/** Pure. The host's word counts most; by the version it is known whether an installer has replaced the app. */
export function judged(
  { versions }: Pick<UpdateJournal, 'versions'>,
  { version, verdict }: { readonly version: string; readonly verdict?: UpdateVerdict | undefined },
): UpdateVerdict {
  if (verdict) return verdict;
  if (versions?.from === undefined) return { outcome: 'interrupted' };
  // A declined question of Windows is told to nobody: the old app is simply there again.
  return version === versions.from ? { outcome: 'not-updated', why: 'update-not-installed' } : { outcome: 'updated' };
}

function isHandedOff(journal: UpdateJournal, who: string): boolean {
  return journal.step === 'handed-off' && journal.who === who;
}

/** The app that handed it off has not quit yet, or the program that goes on lives. */
function isAtWork({ owner, handOff, profiles }: UpdateJournal, processes: ProcessTable): boolean {
  if (isSameProcess(owner, processes)) return true;
  if (handOff?.successor && isSameProcess(handOff.successor, processes)) return true;
  return profiles.some(({ root }) => livingUpdater(root, processes) !== undefined);
}

const MESSAGES: Readonly<Record<UpdateOutcome, string>> = {
  updated: 'The update is done.',
  'not-updated': 'The update did not happen.',
  failed: 'The update failed.',
  interrupted: INTERRUPTED,
};

function asResult({ outcome, why, code }: UpdateVerdict): UpdateResult {
  return { ...resultOf(outcome, why ? ERRORS[why].message : MESSAGES[outcome], code), ...(why && { why }) };
}
