/** How the last update ended, from the history. */

import { ERRORS } from '../model/error-table.ts';
import { GatewayServiceError } from '../model/errors.ts';
import type { HistoryRecord, UpdateNote } from '../model/history.ts';
import type { UpdateEnd } from './ipc.ts';

const OUTCOMES: Readonly<Partial<Record<string, UpdateEnd['outcome']>> & Record<UpdateNote, UpdateEnd['outcome']>> = {
  updated: 'updated',
  'update-failed': 'failed',
  'update-interrupted': 'interrupted',
  'not-updated': 'not-updated',
};

/** The end of the last update, if it was recorded after `sinceMs` (epoch milliseconds). */
export function lastUpdateEnd(history: readonly HistoryRecord[], sinceMs: number): UpdateEnd | undefined {
  const note = history.findLast(record => record.kind === 'noted' && record.update !== undefined);
  if (note?.kind !== 'noted' || !note.update || Date.parse(note.at) < sinceMs) return undefined;
  const outcome = OUTCOMES[note.what];
  if (!outcome) return undefined;
  const { id, what, from, to, why } = note.update;
  const versions = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  return { id, outcome, what, versions, at: note.at, ...(why && why in ERRORS && { why: new GatewayServiceError(why).toValue() }) };
}
