// The last 24 hours: spans and crashes from the history.
import { describe, expect, it } from 'vitest';
import type { EndedRecord, HistoryRecord } from '../../src/model/history.ts';
import { timelineOf } from '../../src/model/timeline.ts';

const HOUR = 3_600_000;
/** In Berlin the clock went forward three hours before. */
const NOW = Date.parse('2026-03-29T04:00:00.000Z');
const hoursAgo = (hours: number): string => new Date(NOW - hours * HOUR).toISOString();

const started = (hours: number, cause: 'asked' | 'recovery' | 'released' = 'asked'): HistoryRecord => ({
  at: hoursAgo(hours),
  kind: 'started',
  pid: 7,
  cause,
});
const ended = (hours: number, outcome: EndedRecord['outcome'] = 'failure', more: Partial<EndedRecord> = {}): HistoryRecord => ({
  at: hoursAgo(hours),
  kind: 'ended',
  pid: 7,
  code: 1,
  outcome,
  reason: 'It ended.',
  uptimeMs: HOUR,
  ...more,
});

/** `[hours ago, state]` of each span. */
const spans = (history: readonly HistoryRecord[], isUp = true, ms = NOW) =>
  timelineOf(history, { ms, isUp }).spans.map(({ fromMs, state }) => [(NOW - fromMs) / HOUR, state]);

describe('spans of the last 24 hours', () => {
  it('are up from a start to its end, down after a failure, and off after a requested stop', () => {
    const history = [started(20), ended(12), started(11), ended(3, 'stopped')];
    expect(spans(history, false)).toEqual([
      [24, 'unknown'],
      [20, 'up'],
      [12, 'down'],
      [11, 'up'],
      [3, 'off'],
    ]);
  });

  it('begin with what was so 24 hours ago', () => {
    expect(spans([started(90), ended(30), started(29)])).toEqual([[24, 'up']]);
  });

  it('are unknown where nothing was recorded', () => {
    expect(spans([], false)).toEqual([[24, 'unknown']]);
    // The start is recorded no more, but the end tells how long it was up.
    expect(spans([ended(5, 'stopped', { uptimeMs: 2 * HOUR })], false)).toEqual([
      [24, 'unknown'],
      [7, 'up'],
      [5, 'off'],
    ]);
    // One end is missing.
    expect(spans([started(20), started(10)])).toEqual([
      [24, 'unknown'],
      [10, 'up'],
    ]);
    // The system was started anew meanwhile.
    expect(spans([started(20), ended(8, 'failure', { unseen: true }), started(8)])).toEqual([
      [24, 'unknown'],
      [8, 'up'],
    ]);
    // The runner was lost, and its successor has recorded nothing yet.
    expect(spans([started(20)], false)).toEqual([[24, 'unknown']]);
  });

  it('are an update from its hold to the next start, also where its updater tells it only afterwards', () => {
    const held: HistoryRecord = { at: hoursAgo(6), kind: 'noted', what: 'held', reason: 'an update' };
    const update = { id: 'one', what: 'Hermes' };
    const updated: HistoryRecord = { at: hoursAgo(2), kind: 'noted', what: 'updated', reason: 'updated', update };
    const expected = (from: number, to: number) => [
      [24, 'up'],
      [from, 'update'],
      [to, 'up'],
    ];
    expect(spans([started(30), ended(6, 'stopped'), held, started(5, 'released')])).toEqual(expected(6, 5));
    expect(spans([started(30), ended(3, 'stopped-from-outside'), updated, started(2, 'released')])).toEqual(expected(3, 2));
    // A gateway that was stopped anyway was not stopped for it.
    expect(spans([started(30), ended(20, 'stopped'), updated], false)).toEqual([
      [24, 'up'],
      [20, 'off'],
    ]);
  });

  it('are sleep within the life of a gateway', () => {
    const slept: HistoryRecord = { at: hoursAgo(6), kind: 'noted', what: 'slept', reason: 'the computer slept', sleptMs: 4 * HOUR };
    expect(spans([started(30), slept])).toEqual([
      [24, 'up'],
      [10, 'sleep'],
      [6, 'up'],
    ]);
  });

  it('have their true length on a day whose clock goes forward or back', () => {
    const history = [started(3.5), ended(2.5), started(2)];
    expect(spans(history)).toEqual([
      [24, 'unknown'],
      [3.5, 'up'],
      [2.5, 'down'],
      [2, 'up'],
    ]);
  });

  it('are in order, and none is in the future, after the clock was set back', () => {
    expect(spans([started(4), ended(-2), started(-1), ended(1), started(0.5)])).toEqual([
      [24, 'unknown'],
      [4, 'up'],
      [1, 'down'],
      [0.5, 'up'],
    ]);
  });
});

describe('crashes of the last 24 hours', () => {
  const crashes = (history: readonly HistoryRecord[]) => timelineOf(history, { ms: NOW, isUp: true }).crashes;

  it('are failures and refused configurations, with their causes, and no requested stops', () => {
    const history = [ended(30), ended(20, 'stopped'), ended(10, 'failure', { cause: 'no memory' }), ended(1, 'needs-attention')];
    expect(crashes(history)).toEqual([
      { at: hoursAgo(10), cause: 'no memory', count: 1 },
      { at: hoursAgo(1), count: 1 },
    ]);
  });

  it('are one within three hours: the last of them, with their number', () => {
    const loop = Array.from({ length: 40 }, (_, at) => ended(8 - at / 40));
    expect(crashes([ended(10.5), ...loop, ended(3)])).toEqual([
      { at: hoursAgo(10.5), count: 1 },
      { at: hoursAgo(8 - 39 / 40), count: 40 },
      { at: hoursAgo(3), count: 1 },
    ]);
  });
});
