/**
 * The history of one gateway: every start and every end with its reason, bounded, so that no death is silent.
 * This file holds its shape and the pure questions asked of it; `state-folder.ts` keeps it.
 */

import type { ErrorCode } from './error-table.ts';
import type { ExitKind } from './exit-kind.ts';
import { type Fits, fits, isPid, isText, isTime, isWhole, oneOf, orMissing, orNull } from './fields.ts';
import type { LastExit } from './status.ts';

/** Why a gateway was started: the user asked, the ladder did it, in the runner after exit 75, or after a hold was released. */
export type StartCause = 'asked' | 'recovery' | 'in-place' | 'released';

export type HistoryRecord =
  | {
      readonly at: string;
      readonly kind: 'started';
      readonly pid: number;
      /** Tells the process from a later one with its PID; missing in records of older versions, and where it was gone at once. */
      readonly startTime?: number;
      readonly cause: StartCause;
    }
  | {
      readonly at: string;
      readonly kind: 'ended';
      readonly pid: number | null;
      readonly code: number | null;
      readonly outcome: ExitKind;
      readonly reason: string;
      readonly uptimeMs: number;
    }
  | {
      readonly at: string;
      readonly kind: 'noted';
      readonly what: 'held' | 'degraded' | 'recovered' | UpdateNote;
      readonly reason: string;
      /** With an `UpdateNote`. */
      readonly update?: NotedUpdate;
    };

/** How an update of what the gateway runs on ended. */
export type UpdateNote = 'updated' | 'update-failed' | 'update-interrupted' | 'not-updated';

export interface NotedUpdate {
  /** Of its journal: it is noted once, whoever ends it. */
  readonly id: string;
  /** In plain words. */
  readonly what: string;
  readonly from?: string;
  readonly to?: string;
  /** Why it did not go well, where that is known. */
  readonly why?: ErrorCode;
}

const isUpdate: Fits = value =>
  fits(value, { id: isText, what: isText, from: orMissing(isText), to: orMissing(isText), why: orMissing(isText) });

const SHAPES: Readonly<Record<HistoryRecord['kind'], Readonly<Record<string, Fits>>>> = {
  started: { at: isTime, pid: isPid, startTime: orMissing(Number.isFinite), cause: oneOf('asked', 'recovery', 'in-place', 'released') },
  ended: { at: isTime, pid: orNull(isPid), code: orNull(isWhole), outcome: isText, reason: isText, uptimeMs: Number.isFinite },
  noted: { at: isTime, what: isText, reason: isText, update: orMissing(isUpdate) },
};

/** Whether a line of the file is a record; an outcome or a note of a newer version is one too. */
export function isHistoryRecord(value: unknown): value is HistoryRecord {
  return Object.entries(SHAPES).some(([kind, shape]) => fits(value, { kind: oneOf(kind), ...shape }));
}

/** Records kept when the history is cut, and the number at which it is. */
export const HISTORY_KEPT = 256;
export const HISTORY_LIMIT = 512;

/** Times of the failures that count on the ladder (epoch milliseconds, ascending): those since the user last asked for a start. */
export function failureTimes(history: readonly HistoryRecord[]): number[] {
  const times: number[] = [];
  for (const record of history) {
    if (record.kind === 'started' && record.cause === 'asked') times.length = 0;
    if (record.kind === 'ended' && record.outcome === 'failure') times.push(Date.parse(record.at));
  }
  return times;
}

/**
 * When the user last asked for the gateway, in epoch milliseconds: by a start that was written down, or by a wish (`wishedAt`, ISO 8601)
 * that no start has answered yet. Failures before that do not count on the ladder. What is later than `nowMs` was written before the clock was
 * set back, and says nothing.
 */
export function lastAskedMs(history: readonly HistoryRecord[], wishedAt: string, nowMs: number): number {
  const started = history.findLast(record => record.kind === 'started' && record.cause === 'asked');
  return Math.max(0, ...[wishedAt, started?.at ?? ''].map(at => Date.parse(at)).filter(askedMs => askedMs <= nowMs));
}

/** How often the gateway came back by itself (not after an update or another hold) since the user last asked, and when last. */
export function unaskedRestarts(history: readonly HistoryRecord[]): { readonly count: number; readonly lastAt?: string } {
  let count = 0;
  let lastAt: string | undefined;
  for (const record of history) {
    if (record.kind !== 'started') continue;
    if (record.cause === 'asked') {
      count = 0;
      lastAt = undefined;
    } else if (record.cause !== 'released') {
      count += 1;
      lastAt = record.at;
    }
  }
  return lastAt === undefined ? { count } : { count, lastAt };
}

export type EndedRecord = Extract<HistoryRecord, { kind: 'ended' }>;

export function lastEnded(history: readonly HistoryRecord[]): EndedRecord | undefined {
  for (let i = history.length - 1; i >= 0; i -= 1) {
    const record = history[i];
    if (record?.kind === 'ended') return record;
  }
  return undefined;
}

export function lastExit(history: readonly HistoryRecord[]): LastExit | undefined {
  const record = lastEnded(history);
  return record && { code: record.code, reason: record.reason, at: record.at };
}

/** Whether two are one, read at different times. */
export function isSameRecord(one: HistoryRecord | undefined, other: HistoryRecord | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * How a gateway failed that was started since the history was `before`. Told by the place in the history and not by the time, because clocks
 * are set; one that had begun before is no answer to what was asked for since.
 */
export function failureSince(history: readonly HistoryRecord[], before: readonly HistoryRecord[]): EndedRecord | undefined {
  const known = before.at(-1);
  const since = known ? history.slice(history.findLastIndex(record => isSameRecord(record, known)) + 1) : history;
  const last = lastEnded(since);
  if (last?.outcome !== 'failure') return undefined;
  // One that could not be launched has no start.
  const began = last.pid === null || since.slice(0, since.indexOf(last)).some(({ kind }) => kind === 'started');
  return began ? last : undefined;
}

/**
 * Why a gateway is started now: by the ladder, when the last one failed after the user's last wish (`askedAt`, ISO 8601). A wish of the future
 * is from before the clock was set back.
 */
export function causeOfStart(history: readonly HistoryRecord[], askedAt: string, nowMs: number): StartCause {
  const ended = lastEnded(history);
  const since = ended !== undefined && (ended.at > askedAt || Date.parse(askedAt) > nowMs);
  return since && ended.outcome === 'failure' ? 'recovery' : 'asked';
}

export type StartedRecord = Extract<HistoryRecord, { kind: 'started' }>;

/** The last start, where it has no end: the gateway runs, or its runner was killed. */
export function unendedStart(history: readonly HistoryRecord[]): StartedRecord | undefined {
  const last = history.findLast(record => record.kind !== 'noted');
  return last?.kind === 'started' ? last : undefined;
}

/** The end of a gateway whose runner was killed and could not write it down; undefined where the last start has its end. */
export function lostEnd(history: readonly HistoryRecord[], nowMs: number): EndedRecord | undefined {
  const start = unendedStart(history);
  if (!start) return undefined;
  const { pid, at } = start;
  const reason = 'The runner was lost, and the gateway with it.';
  const uptimeMs = nowMs - Date.parse(at);
  return { at: new Date(nowMs).toISOString(), kind: 'ended', pid, code: null, outcome: 'failure', reason, uptimeMs };
}
