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

describe('an update', () => {
  it.each<[string, HistoryRecord[], boolean | undefined]>([
    ['that nobody noted is not suspected', failures(N), undefined],
    ['is suspected, and not bad, before anything failed', [note()], false],
    ['is not bad one failure too early', [note(), ...failures(N - 1)], false],
    ['is bad after so many failures in a row', [note(), ...failures(N)], true],
    ['that failed half-way may be bad too', [note('update-failed'), ...failures(N)], true],
    ['that was interrupted may be bad too', [note('update-interrupted'), ...failures(N)], true],
    ['that changed nothing is not suspected', [note('not-updated'), ...failures(N)], undefined],
    ['is not blamed for what failed before it', [...failures(N), note()], false],
    ['is cleared by a gateway that lived as long as the ladder remembers', [note(), ended(RESET_MS), ...failures(N)], undefined],
    ['is not cleared by one that lived almost as long', [note(), ...failures(N), ended(RESET_MS - 1)], true],
    ['gets another chance when the user asks for a start', [note(), ...failures(N), started('asked'), ended()], false],
    ['is bad again when that chance is used up', [note(), ...failures(N), started('asked'), ...failures(N)], true],
    [
      'gets no other chance by a restart in place or after a hold',
      [note(), ...failures(N - 1), started('in-place'), started('released'), ended()],
      true,
    ],
    ['gives way to the next update', [note(), ...failures(N), note()], false],
  ])('%s', (_what, history, bad) => {
    expect(suspectUpdate(history, RESET_MS)?.bad).toBe(bad);
  });

  it('is bad for good until something new happens: more failures never clear it', () => {
    fc.assert(
      fc.property(fc.integer({ min: N, max: 40 }), count => {
        expect(suspectUpdate([note(), ...failures(count)], RESET_MS)?.bad).toBe(true);
      }),
    );
  });

  it('is named with its versions and its time', () => {
    const suspect = { id: 'u', what: 'Hermes', from: '0.19', to: '0.20', at, bad: true };
    expect(sinceUpdate(suspect)).toMatch(/^since the update of Hermes \(0\.19 to 0\.20\), .*2026/);
    expect(sinceUpdate({ id: 'u', what: 'git', at, bad: true })).toMatch(/^since the update of git, /);
  });
});
