// The summary of a measurement and its comparison with the target.
import { describe, expect, it } from 'vitest';
import { keepsTarget, summarize, type Target } from '../bench/figure.ts';
import { toJson, toTable } from '../bench/report.ts';

const machine = { version: '1.2.3', node: 'v20', platform: 'Linux x64', cpus: 2, cpu: 'a processor' };
const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);

describe('bench figures', () => {
  it.each([
    [[7], { runs: 1, median: 7, min: 7, max: 7, p95: 7 }],
    [[3, 1, 2, 10], { runs: 4, median: 2.5, min: 1, max: 10, p95: 10 }],
    [hundred, { runs: 100, median: 50.5, min: 1, max: 100, p95: 95 }],
  ])('summarizes the values in any order', (values, expected) => {
    expect(summarize(values)).toEqual(expected);
  });

  it.each<[readonly number[], Target, boolean]>([
    [[1, 2, 9], { bound: 'at most', value: 2 }, true],
    [[1, 2, 9], { bound: 'below', value: 2 }, false],
    [[1, 2, 9], { bound: 'at least', value: 3 }, false],
    [[1, 2, 9], { bound: 'at most', value: 8, judged: 'max' }, false],
    [hundred, { bound: 'below', value: 96, judged: 'p95' }, true],
    [[], { bound: 'at most', value: 1 }, false],
    [[], { bound: 'at least', value: 1 }, false],
  ])('judges %j against the target %j: %s', (values, target, kept) => {
    expect(keepsTarget({ name: 'x', unit: 'ms', values, target })).toBe(kept);
  });

  it('returns no verdict when there is no target', () => {
    expect(keepsTarget({ name: 'x', unit: 'ms', values: [1] })).toBeUndefined();
  });
});

describe('bench report', () => {
  const kept = { name: 'quick thing', unit: 'ms', values: [1_400], target: { bound: 'at most', value: 2_000 } } as const;
  const missed = { name: 'slow thing', unit: 'ms', values: [2_400, 2_600], target: { bound: 'at most', value: 2_000 } } as const;
  const skipped = { name: 'unknown thing', skipped: 'needs a browser' };

  it('prints the target beside each figure, and lists what was not measured', () => {
    const table = toTable([{ part: 'a', outcomes: [kept, missed, skipped] }]);
    expect(table).toMatch(/quick thing +1,400 ms +1 +≤ 2,000 ms +✓/);
    expect(table).toMatch(/slow thing +2,500 ms +2,400 … 2,600 +2 +≤ 2,000 ms +✗/);
    expect(table).toContain('not measured: unknown thing (needs a browser)');
    expect(table).toContain('1 target is missed.');
  });

  it('returns the same figures as JSON', () => {
    expect(toJson(machine, [{ part: 'a', outcomes: [kept, skipped] }])).toMatchObject({
      ok: true,
      figures: [{ part: 'a', median: 1_400, kept: true, values: [1_400] }, { skipped: 'needs a browser' }],
    });
    expect(toJson(machine, [{ part: 'a', outcomes: [missed] }])).toMatchObject({ ok: false });
  });
});
