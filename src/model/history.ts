/** The history of one gateway (every start and end with its reason, bounded): its shape, and pure queries. `state-folder.ts` stores it. */

import * as v from 'valibot';
import type { ErrorCode } from './error-table.ts';
import type { ErrorValue } from './errors.ts';
import type { KnownEnd } from './known-end.ts';
import { isoTime, pid, startTime, wholeNumber } from './schemas.ts';
import type { Crashes, LastExit } from './status.ts';

/** The ways in which a gateway can end; `gateway/classify-exit.ts` decides which one it was. */
export type ExitKind =
  /** We requested it: it stays stopped. */
  | 'stopped'
  /** Hermes' own CLI or updater requested it: it stays stopped while that process lives. */
  | 'stopped-from-outside'
  /** The gateway requested a restart: started again at once, not a failure. */
  | 'restart-in-place'
  /** Another gateway serves this profile: started again when that one has ended, not a failure. */
  | 'served-elsewhere'
  /** A restart would not help; the user must fix the configuration. */
  | 'needs-attention'
  /** Restarted with the delays of the ladder. */
  | 'failure'
  /** Windows ends the session: neither a stop nor a failure. */
  | 'session-ending';

/** An outcome, a note or a known end of a newer version is a record too. */
const textOf = <T extends string>() => v.custom<T>(value => typeof value === 'string');

const NOTED_UPDATE = v.object({
  /** Of its journal: it is noted once, whatever process ends it. */
  id: v.string(),
  /** In plain words. */
  what: v.string(),
  from: v.exactOptional(v.string()),
  to: v.exactOptional(v.string()),
  /** Why it failed, where that is known. */
  why: v.exactOptional(textOf<ErrorCode>()),
});

export type NotedUpdate = Readonly<v.InferOutput<typeof NOTED_UPDATE>>;

/** How an update of what the gateway runs on ended. */
export type UpdateNote = 'updated' | 'update-failed' | 'update-interrupted' | 'not-updated';

const STARTED = v.object({
  at: isoTime,
  kind: v.literal('started'),
  pid,
  /** Missing in records of older versions, and where the process had ended at once. */
  startTime: v.exactOptional(startTime),
  cause: v.picklist(['asked', 'recovery', 'in-place', 'released']),
});

const ENDED = v.object({
  at: isoTime,
  kind: v.literal('ended'),
  pid: v.nullable(pid),
  code: v.nullable(wholeNumber),
  outcome: textOf<ExitKind>(),
  reason: v.string(),
  /** What the gateway itself said about a failure. */
  cause: v.exactOptional(v.string()),
  /** Which one of the common ends it was. */
  known: v.exactOptional(textOf<KnownEnd>()),
  /** With `port-in-use`: the process that listened on the port. */
  holder: v.exactOptional(v.object({ pid, program: v.exactOptional(v.string()) })),
  /** It was asked to end and did not in time. */
  killed: v.exactOptional(v.literal(true)),
  /** Another gateway serves this profile. */
  served: v.exactOptional(v.literal(true)),
  /** The system was started again since its start, so that nobody saw when it ended. */
  unseen: v.exactOptional(v.literal(true)),
  /** What the user can do, where no process was started. */
  remedy: v.exactOptional(v.string()),
  uptimeMs: v.pipe(v.number(), v.finite()),
});

const NOTED = v.object({
  at: isoTime,
  kind: v.literal('noted'),
  what: textOf<'held' | 'degraded' | 'recovered' | 'in-background' | 'not-started' | 'slept' | UpdateNote>(),
  reason: v.string(),
  /** With `slept`, whose time is the end of the sleep: how long, in milliseconds. */
  sleptMs: v.exactOptional(v.pipe(v.number(), v.finite())),
  /** With an `UpdateNote`. */
  update: v.exactOptional(NOTED_UPDATE),
});

export const HISTORY_RECORD = v.variant('kind', [STARTED, ENDED, NOTED]);

export type StartedRecord = Readonly<v.InferOutput<typeof STARTED>>;
export type EndedRecord = Readonly<v.InferOutput<typeof ENDED>>;
export type HistoryRecord = StartedRecord | EndedRecord | Readonly<v.InferOutput<typeof NOTED>>;

/** Why a gateway was started: by a request, by the ladder, in the runner after exit 75, or after a hold was released. */
export type StartCause = StartedRecord['cause'];

/** Number of records kept when the history is cut, and number at which it is cut. */
export const HISTORY_KEPT = 256;
export const HISTORY_LIMIT = 512;

/** Times of the failures that count on the ladder (epoch milliseconds, ascending): those since the user last asked for a start. */
export function failureTimes(history: readonly HistoryRecord[]): number[] {
  return sinceAsked(history).flatMap(record => (record.kind === 'ended' && record.outcome === 'failure' ? [Date.parse(record.at)] : []));
}

/** The records since the user last asked for a start. */
function sinceAsked(history: readonly HistoryRecord[]): readonly HistoryRecord[] {
  return history.slice(history.findLastIndex(record => record.kind === 'started' && record.cause === 'asked') + 1);
}

/**
 * When the user last requested the gateway, in epoch milliseconds: by a recorded start, or by a request (`requestedAt`, ISO 8601) without a
 * start so far. Failures before it do not count on the ladder. Times after `nowMs` are from before the clock was set back, and are ignored.
 */
export function lastAskedMs(history: readonly HistoryRecord[], requestedAt: string, nowMs: number): number {
  const started = history.findLast(record => record.kind === 'started' && record.cause === 'asked');
  return Math.max(0, ...[requestedAt, started?.at ?? ''].map(at => Date.parse(at)).filter(askedMs => askedMs <= nowMs));
}

/** How often the gateway was restarted (not after a hold) since the user last requested a start, and when last. */
export function unaskedRestarts(history: readonly HistoryRecord[]): { readonly count: number; readonly lastAt?: string } {
  const restarts = sinceAsked(history).filter(record => record.kind === 'started' && record.cause !== 'released');
  const last = restarts.at(-1);
  return { count: restarts.length, ...(last && { lastAt: last.at }) };
}

/**
 * The failures in a row as a user sees them: since the last start that was asked for, or since the last life of at least `lastingMs`. The
 * ladder forgets them sooner, because its longest delay is longer than its reset period.
 */
export function crashesInARow(history: readonly HistoryRecord[], lastingMs: number): Crashes | undefined {
  let crashes: Crashes | undefined;
  for (const record of sinceAsked(history)) {
    if (record.kind !== 'ended' || record.outcome !== 'failure') continue;
    const { count, since } = crashes && record.uptimeMs < lastingMs ? crashes : { count: 0, since: record.at };
    crashes = { count: count + 1, since };
  }
  return crashes;
}

export function lastEnded(history: readonly HistoryRecord[]): EndedRecord | undefined {
  return history.findLast(record => record.kind === 'ended');
}

export function lastExit(history: readonly HistoryRecord[]): LastExit | undefined {
  const record = lastEnded(history);
  if (!record) return undefined;
  const { code, reason, at, cause, known, holder, killed } = record;
  return {
    code,
    reason,
    at,
    ...(cause !== undefined && { cause }),
    ...(known && { known }),
    ...(holder && { holder }),
    ...(killed && { killed }),
  };
}

/** A start that failed before there was a process. */
export function notLaunched(
  { code, message, remedy }: Pick<ErrorValue, 'code' | 'message' | 'remedy'>,
  outcome: 'failure' | 'needs-attention',
  nowMs: number,
): EndedRecord {
  const reason = `The gateway program could not be started: ${message}`;
  const known = code === 'gateway-command-missing' && ({ known: 'hermes-incomplete' } as const);
  return { at: new Date(nowMs).toISOString(), kind: 'ended', pid: null, code: null, outcome, reason, ...known, remedy, uptimeMs: 0 };
}

/** Whether two records, read at different times, are the same. */
export function isSameRecord(one: HistoryRecord | undefined, other: HistoryRecord | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * How a gateway failed that was started since the history was `before`. Decided by the place in the history and not by the time, because
 * clocks are set. A gateway that was started earlier does not count.
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
 * Why a gateway is started now: by the ladder, when the last one failed after the user's last request (`askedAt`, ISO 8601). A request
 * of the future is from before the clock was set back.
 */
export function causeOfStart(history: readonly HistoryRecord[], askedAt: string, nowMs: number): StartCause {
  const ended = lastEnded(history);
  const since = ended !== undefined && (ended.at > askedAt || Date.parse(askedAt) > nowMs);
  return since && ended.outcome === 'failure' ? 'recovery' : 'asked';
}

/** The last start, where it has no end: the gateway runs, or its runner was killed. */
export function unendedStart(history: readonly HistoryRecord[]): StartedRecord | undefined {
  const last = history.findLast(record => record.kind !== 'noted');
  return last?.kind === 'started' ? last : undefined;
}

/**
 * The end of a gateway whose runner was killed and could not record it; undefined where the last start has an end.
 * @param bootedMs When the system was started, in epoch milliseconds
 */
export function lostEnd(history: readonly HistoryRecord[], nowMs: number, bootedMs: number): EndedRecord | undefined {
  const start = unendedStart(history);
  if (!start) return undefined;
  const { pid, at } = start;
  const reason = 'The runner was lost, and the gateway with it.';
  const startedMs = Date.parse(at);
  const unseen = startedMs < bootedMs && ({ unseen: true } as const);
  const uptimeMs = nowMs - startedMs;
  return { at: new Date(nowMs).toISOString(), kind: 'ended', pid, code: null, outcome: 'failure', reason, ...unseen, uptimeMs };
}
