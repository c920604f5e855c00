/** A gateway that only failed since an update is not restarted without end. Pure: runner and status use the same history. */

import { failureTimes, type HistoryRecord, type NotedUpdate, type UpdateNote } from './history.ts';

/** This many failures in a row since an update, or since the user last asked for a start after it, end the restarts. */
export const FAILURES_AFTER_UPDATE = 5;

/** Ends of an update after which the gateway may be another one than before. */
const CHANGED: ReadonlySet<string> = new Set<UpdateNote>(['updated', 'update-failed', 'update-interrupted']);

export interface SuspectUpdate extends NotedUpdate {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The restarts are over. */
  readonly bad: boolean;
}

/** The last update, while no gateway has run for `resetMs` (the reset period of the ladder) since. */
export function suspectUpdate(history: readonly HistoryRecord[], resetMs: number): SuspectUpdate | undefined {
  const from = history.findLastIndex(record => record.kind === 'noted' && record.update !== undefined && CHANGED.has(record.what));
  const note = history[from];
  if (note?.kind !== 'noted' || !note.update) return undefined;
  const since = history.slice(from + 1);
  if (since.some(record => record.kind === 'ended' && record.uptimeMs >= resetMs)) return undefined;
  return { ...note.update, at: note.at, bad: failureTimes(since).length >= FAILURES_AFTER_UPDATE };
}

/** "since the update of Hermes (0.19 to 0.20), 22 Nov 2026, 23:40", in local time. */
export function sinceUpdate({ what, from, to, at }: SuspectUpdate): string {
  const versions = from !== undefined && to !== undefined ? ` (${from} to ${to})` : '';
  const time = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
  return `since the update of ${what}${versions}, ${time}`;
}
