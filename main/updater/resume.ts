/**
 * The relaunched app finishes what the one before it has handed off, and whatever else nobody is at any more. It alone can say how a
 * hand-off ended: by its own version, or by what the host has read of the other program's result.
 */

import { livingUpdater } from '../../src/gateway/update-marker.ts';
import { ERRORS, type ErrorCode } from '../../src/model/error-table.ts';
import { toGatewayServiceError } from '../../src/model/errors.ts';
import { isSameProcess, type ProcessTable } from '../../src/model/process-ref.ts';
import { INTERRUPTED, resultOf } from '../../src/update/ending.ts';
import { readJournals, type UpdateJournal, type UpdateResult } from '../../src/update/journal.ts';
import { resumeUpdates } from '../../src/update/resume.ts';
import type { UpdateOutcome } from '../../src/update/update-shape.ts';
import type { Engine } from '../engine.ts';
import type { Log } from '../log.ts';

/** How a handed-off update ended, as the host has read it. */
export interface HandOffResult {
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
  /** How the update ended that the host has handed off, as soon as it has read that; undefined where there is no result. */
  readonly handOffResult?: Promise<HandOffResult | undefined>;
  readonly onEnded: (journal: UpdateJournal) => void;
  readonly log: Log;
}

/** Somebody is still at what this app has handed off: it is looked at again after this time, in milliseconds. */
const AGAIN_MS = 2_000;

/** Begins at once, and delays nobody. Returns the end of it. */
export function resumeAtStart({ engine, who, version, handOffResult, onEnded, log }: ResumeOptions): () => void {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  /** Absent until the host has read it. */
  let read: { readonly handOffResult?: HandOffResult } | undefined;
  void Promise.resolve(handOffResult)
    .catch(error => void log.warn(`the result of an update: ${toGatewayServiceError(error).message}`))
    .then(given => {
      read = given ? { handOffResult: given } : {};
    });
  const resume = async () => {
    const { updates: ports } = await engine;
    const judge = (journal: UpdateJournal) =>
      !read || journal.who !== who || isRunning(journal, ports.processes)
        ? undefined
        : asResult(deducedResult(journal, { version, ...read }));
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

/** Pure. What the host has read counts most; otherwise the version says whether an installer has replaced the app. */
export function deducedResult(
  { versions }: Pick<UpdateJournal, 'versions'>,
  { version, handOffResult }: { readonly version: string; readonly handOffResult?: HandOffResult | undefined },
): HandOffResult {
  if (handOffResult) return handOffResult;
  if (versions?.from === undefined) return { outcome: 'interrupted' };
  // A declined question of Windows is told to nobody: the old app is simply there again.
  return version === versions.from ? { outcome: 'not-updated', why: 'update-not-installed' } : { outcome: 'updated' };
}

function isHandedOff(journal: UpdateJournal, who: string): boolean {
  return journal.step === 'handed-off' && journal.who === who;
}

/** The app that handed it off has not quit yet, or the program that goes on lives. */
function isRunning({ owner, handOff, profiles }: UpdateJournal, processes: ProcessTable): boolean {
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

function asResult({ outcome, why, code }: HandOffResult): UpdateResult {
  return { ...resultOf(outcome, why ? ERRORS[why].message : MESSAGES[outcome], code), ...(why && { why }) };
}
