/** The last 24 hours of a gateway, from its history: when it was up, and its crashes. Pure. */

import type { EndedRecord, ExitKind, HistoryRecord } from './history.ts';
import type { LastExit } from './status.ts';

/** `off`: it was asked to stop, or nobody was signed in. `unknown`: nothing was recorded. */
export const SPAN_STATES = ['up', 'down', 'update', 'sleep', 'off', 'unknown'] as const;
export type SpanState = (typeof SPAN_STATES)[number];

/** Lasts until the next one begins; the last one lasts on. */
export interface Span {
  /** Epoch milliseconds. */
  readonly fromMs: number;
  readonly state: SpanState;
}

/** The last one of crashes that are close to each other, and how many they are. */
export interface Crash extends Pick<LastExit, 'at' | 'cause'> {
  readonly count: number;
}

export interface Timeline {
  /** Oldest first. */
  readonly spans: readonly Span[];
  readonly crashes: readonly Crash[];
}

export const TIMELINE_MS = 24 * 3_600_000;
/** Crashes within this time are one, so that what is drawn for each can be hit in a narrow window. In milliseconds. */
const CLOSE_MS = 3 * 3_600_000;

const CRASHES: ReadonlySet<ExitKind> = new Set<ExitKind>(['failure', 'needs-attention']);
const OFF: ReadonlySet<ExitKind> = new Set<ExitKind>(['stopped', 'stopped-from-outside', 'session-ending', 'served-elsewhere']);

/** @param now `isUp`: whether there is a gateway; a history without the end of the last one does not say it */
export function timelineOf(history: readonly HistoryRecord[], now: { readonly ms: number; readonly isUp: boolean }): Timeline {
  return { spans: spansOf(history, now), crashes: crashesOf(history, now.ms) };
}

interface Change {
  atMs: number;
  state: SpanState;
}

function spansOf(history: readonly HistoryRecord[], now: { readonly ms: number; readonly isUp: boolean }): Span[] {
  const changes = changesOf(history);
  const last = changes.at(-1);
  if (last?.state === 'up' && !now.isUp) last.state = 'unknown';
  // A record from before the clock was set back is not later than what came after it.
  let latestMs = now.ms;
  for (const change of changes.toReversed()) {
    latestMs = Math.min(latestMs, change.atMs);
    change.atMs = latestMs;
  }
  const startMs = now.ms - TIMELINE_MS;
  const spans: Span[] = [{ fromMs: startMs, state: 'unknown' }];
  for (const { atMs, state } of changes) {
    const fromMs = Math.max(atMs, startMs);
    if (spans.at(-1)?.fromMs === fromMs) spans.pop();
    if (spans.at(-1)?.state !== state) spans.push({ fromMs, state });
  }
  return spans;
}

function changesOf(history: readonly HistoryRecord[]): Change[] {
  const changes: Change[] = [];
  let ended: EndedRecord | undefined;
  for (const record of history) {
    const atMs = Date.parse(record.at);
    const last = changes.at(-1);
    const isUp = last?.state === 'up';
    if (record.kind === 'started') {
      // The end of the one before was not recorded.
      if (isUp) last.state = 'unknown';
      changes.push({ atMs, state: 'up' });
    } else if (record.kind === 'ended') {
      // Its start is recorded no more, or there was none.
      if (!isUp && record.uptimeMs > 0) changes.push({ atMs: atMs - record.uptimeMs, state: 'up' });
      if (isUp && record.unseen) last.state = 'unknown';
      ended = record;
      changes.push({ atMs, state: OFF.has(record.outcome) ? 'off' : 'down' });
    } else if (record.what === 'slept') {
      changes.push({ atMs: atMs - (record.sleptMs ?? 0), state: 'sleep' }, { atMs, state: last?.state ?? 'unknown' });
    } else if (last && !isUp) {
      if (record.what === 'held') changes.push({ atMs, state: 'update' });
      // An updater that is not ours tells only at its end why it stopped the gateway.
      else if (record.update && ended?.outcome === 'stopped-from-outside') last.state = 'update';
    }
  }
  return changes;
}

function crashesOf(history: readonly HistoryRecord[], nowMs: number): Crash[] {
  const found: Crash[] = [];
  for (const record of history.toReversed()) {
    const atMs = Date.parse(record.at);
    if (record.kind !== 'ended' || !CRASHES.has(record.outcome) || atMs < nowMs - TIMELINE_MS || atMs > nowMs) continue;
    const { at, cause } = record;
    const later = found.at(-1);
    if (later && Date.parse(later.at) - atMs < CLOSE_MS) found[found.length - 1] = { ...later, count: later.count + 1 };
    else found.push({ at, ...(cause !== undefined && { cause }), count: 1 });
  }
  return found.reverse();
}
