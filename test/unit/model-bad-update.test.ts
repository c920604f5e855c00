// A bad update: which failures speak against it, what ends the suspicion, and what begins the count anew.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURES_AFTER_UPDATE, sinceUpdate, suspectUpdate } from '../../src/model/bad-update.ts';
import type { HistoryRecord, StartCause, UpdateNote } from '../../src/model/history.ts';

const RESET_MS = 60_000;
const at = '2026-01-01T12:00:00.000Z';
const note = (what: UpdateNote = 'updated'): HistoryRecord => ({
  at,
  kind: 'noted',
  what,
  reason: 'git is done.',
  update: { id: 'u', what: 'git' },
});
const started = (cause: StartCause): HistoryRecord => ({ at, kind: 'started', pid: 1, cause });
const ended = (uptimeMs = 10, outcome: 'failure' | 'stopped' = 'failure'): HistoryRecord => ({
  at,
  kind: 'ended',
  pid: 1,
  code: 1,
  outcome,
  reason: 'It failed.',
  uptimeMs,
});
const failures = (count: number) => Array.from({ length: count }, () => [started('recovery'), ended()]).flat();
const N = FAILURES_AFTER_UPDATE;

describe('update in the history', () => {
  it.each<[string, HistoryRecord[], boolean | undefined]>([
    ['not suspected when it was not recorded', failures(N), undefined],
    ['suspected, and not bad, before any failure', [note()], false],
    ['not bad one failure below the limit', [note(), ...failures(N - 1)], false],
    ['bad after the limit of failures in a row', [note(), ...failures(N)], true],
    ['bad after a failed update too', [note('update-failed'), ...failures(N)], true],
    ['bad after an interrupted update too', [note('update-interrupted'), ...failures(N)], true],
    ['not suspected when it changed nothing', [note('not-updated'), ...failures(N)], undefined],
    ['not bad because of failures before it', [...failures(N), note()], false],
    ['cleared by a gateway that ran for the reset period', [note(), ended(RESET_MS), ...failures(N)], undefined],
    ['not cleared by a gateway that ran almost as long', [note(), ...failures(N), ended(RESET_MS - 1)], true],
    ['not bad when the user requests a start', [note(), ...failures(N), started('asked'), ended()], false],
    ['bad again after the limit of failures since that start', [note(), ...failures(N), started('asked'), ...failures(N)], true],
    [
      'still bad after a restart in place or after a hold',
      [note(), ...failures(N - 1), started('in-place'), started('released'), ended()],
      true,
    ],
    ['replaced by the next update', [note(), ...failures(N), note()], false],
  ])('rates an update: %s', (_what, history, bad) => {
    expect(suspectUpdate(history, RESET_MS)?.bad).toBe(bad);
  });

  it('keeps an update bad until something new happens: more failures never clear it', () => {
    fc.assert(
      fc.property(fc.integer({ min: N, max: 40 }), count => {
        expect(suspectUpdate([note(), ...failures(count)], RESET_MS)?.bad).toBe(true);
      }),
    );
  });

  it('names an update with its versions and its time', () => {
    const suspect = { id: 'u', what: 'Hermes', from: '0.19', to: '0.20', at, bad: true };
    expect(sinceUpdate(suspect)).toMatch(/^since the update of Hermes \(0\.19 to 0\.20\), .*2026/);
    expect(sinceUpdate({ id: 'u', what: 'git', at, bad: true })).toMatch(/^since the update of git, /);
  });
});
