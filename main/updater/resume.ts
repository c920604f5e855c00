/** The relaunched app finishes orphaned updates. Only the app knows how its hand-off ended: by its version, or by the host's result. */

import { livingUpdater } from '../../src/gateway/update-marker.ts';
import { ERRORS, type ErrorCode } from '../../src/model/error-table.ts';
import { toGatewayServiceError } from '../../src/model/errors.ts';
import { isSameProcess, type ProcessTable } from '../../src/model/process-ref.ts';
import { resultOf, UPDATE_INTERRUPTED } from '../../src/update/ending.ts';
import { readJournals, type UpdateJournal, type UpdateResult } from '../../src/update/journal.ts';
import { resumeUpdates } from '../../src/update/resume.ts';
import type { UpdateOutcome } from '../../src/update/update-shape.ts';
import type { Engine } from '../engine.ts';
import type { Log } from '../log.ts';

/** How a handed-off update ended, as the host has read it. */
export interface HandOffResult {
  readonly outcome: UpdateOutcome;
  readonly why?: ErrorCode;
  /** The exit code of the updater. */
  readonly code?: number;
}

export interface ResumeOptions {
  readonly engine: Promise<Pick<Engine, 'updates'>>;
  /** The name of this app in its journals. */
  readonly who: string;
  /** The version of the running app. */
  readonly version: string;
  /** How the update ended that the host has handed off, as soon as it has read that; undefined where there is no result. */
  readonly handOffResult?: Promise<HandOffResult | undefined>;
  readonly onEnded: (journal: UpdateJournal) => void;
  readonly log: Log;
}

/** Time after which a handed-off update that still runs is checked again, in milliseconds. */
const RECHECK_MS = 2_000;

/** Starts at once, without delaying the registration. Returns the function that stops it. */
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
    const unfinished = (await readJournals(ports.stateRoot)).some(found => 'journal' in found && isHandedOff(found.journal, who));
    if (unfinished && !ended) timer = setTimeout(() => void run(), RECHECK_MS).unref();
  };
  // The registration logs why the engine did not start.
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
  // A declined consent is not reported; the old version simply starts again.
  return version === versions.from ? { outcome: 'not-updated', why: 'update-not-installed' } : { outcome: 'updated' };
}

function isHandedOff(journal: UpdateJournal, who: string): boolean {
  return journal.step === 'handed-off' && journal.who === who;
}

/** The app that handed it off has not quit yet, or its updater is running. */
function isRunning({ owner, handOff, profiles }: UpdateJournal, processes: ProcessTable): boolean {
  if (isSameProcess(owner, processes)) return true;
  if (handOff?.successor && isSameProcess(handOff.successor, processes)) return true;
  return profiles.some(({ root }) => livingUpdater(root, processes) !== undefined);
}

const MESSAGES: Readonly<Record<UpdateOutcome, string>> = {
  updated: 'The update succeeded.',
  'not-updated': 'The update did not happen.',
  failed: 'The update failed.',
  interrupted: UPDATE_INTERRUPTED,
};

function asResult({ outcome, why, code }: HandOffResult): UpdateResult {
  return { ...resultOf(outcome, why ? ERRORS[why].message : MESSAGES[outcome], code), ...(why && { why }) };
}
