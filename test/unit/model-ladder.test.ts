// The recovery ladder: Microsoft's rule for failure actions, as a table and as properties.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ladderPosition, RECOVERY_LADDER } from '../../src/model/ladder.ts';

const quick = { delaysMs: [10, 20, 40], resetMs: 1_000 };

describe('restart delays', () => {
  it('uses the delays 1, 2, 4, 9, 16, 25, 36, 49, 64 s with a reset after 60 s', () => {
    expect(RECOVERY_LADDER).toEqual({ delaysMs: [1, 2, 4, 9, 16, 25, 36, 49, 64].map(s => s * 1_000), resetMs: 60_000 });
  });

  it('takes 206 s from the first restart to the last', () => {
    expect(RECOVERY_LADDER.delaysMs.reduce((sum, ms) => sum + ms, 0)).toBe(206_000);
  });

  it.each([
    ['no failure', [], { failures: 0, nextAt: undefined }],
    ['the first failure takes the first delay', [0], { failures: 1, nextAt: 10 }],
    ['the second takes the second', [0, 100], { failures: 2, nextAt: 120 }],
    ['the last delay repeats', [0, 100, 200, 300, 400], { failures: 5, nextAt: 440 }],
    ['the count continues just before the reset', [0, 999], { failures: 2, nextAt: 1_019 }],
    ['the count starts again after the reset period', [0, 1_000], { failures: 1, nextAt: 1_010 }],
    ['the reset period is measured between two failures, not from the first', [0, 900, 1_800], { failures: 3, nextAt: 1_840 }],
  ])('computes the next restart: %s', (_what, failuresAt, position) => {
    expect(ladderPosition(quick, failuresAt)).toEqual(position);
  });

  it('returns no next try when there are no delays', () => {
    expect(ladderPosition({ delaysMs: [], resetMs: 1 }, [5])).toEqual({ failures: 1, nextAt: undefined });
  });

  it('starts the delays again while they are longer than the reset period, as the SCM does', () => {
    // A gateway that dies at once: each failure comes one delay after the one before.
    const failuresAt: number[] = [0];
    for (let i = 0; i < 12; i += 1) failuresAt.push(ladderPosition(RECOVERY_LADDER, failuresAt).nextAt ?? Number.NaN);
    const counted = failuresAt.map((_, n) => ladderPosition(RECOVERY_LADDER, failuresAt.slice(0, n + 1)).failures);
    expect(counted).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4]);
    expect(failuresAt[9]).toBe(206_000);
  });

  it('gives every failure the delay of its number since the last reset', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 40 });
    const delays = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(delays, fc.integer({ min: 1, max: 2_000 }), gaps, (delaysMs, resetMs, between) => {
        const failuresAt = between.map((_, n) => between.slice(0, n + 1).reduce((sum, gap) => sum + gap, 0));
        const lastReset = between.findLastIndex((gap, n) => n === 0 || gap >= resetMs);
        const count = between.length - lastReset;
        const position = ladderPosition({ delaysMs, resetMs }, failuresAt);
        expect(position.failures).toBe(count);
        expect(position.nextAt).toBe((failuresAt.at(-1) ?? 0) + (delaysMs[Math.min(count, delaysMs.length) - 1] ?? 0));
      }),
    );
  });
});
