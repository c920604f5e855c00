// When gateways that start together do so.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HistoryRecord } from '../../src/model/history.ts';
import { startDelayMs, startsWithSession } from '../../src/model/stagger.ts';

describe('delays between starts', () => {
  it('delays the starts of a few gateways by half a second, and the last of many by at most six seconds', () => {
    expect([0, 1, 2].map(position => startDelayMs(position, 3))).toEqual([0, 500, 1_000]);
    expect(startDelayMs(0, 1)).toBe(0);
    expect(startDelayMs(19, 20)).toBe(6_000);
  });

  it('increases the delay with every position up to the maximum', () => {
    const count = fc.integer({ min: 2, max: 500 });
    fc.assert(
      fc.property(count, many => {
        const delays = Array.from({ length: many }, (_, position) => startDelayMs(position, many));
        expect(new Set(delays).size).toBe(many);
        expect(delays).toEqual([...delays].sort((one, other) => one - other));
        expect(delays.at(-1)).toBeLessThanOrEqual(6_000);
      }),
    );
  });
});

describe('start at sign-in', () => {
  const at = (minute: number) => new Date(minute * 60_000).toISOString();
  const started = (minute: number): HistoryRecord => ({ at: at(minute), kind: 'started', pid: 7, cause: 'asked' });
  const ended = (minute: number, outcome: 'failure' | 'session-ending' | 'stopped'): HistoryRecord => ({
    at: at(minute),
    kind: 'ended',
    pid: 7,
    code: null,
    outcome,
    reason: 'It ended.',
    uptimeMs: 1,
  });
  const is = (history: readonly HistoryRecord[], { asked = 5, booted = 0 } = {}) =>
    startsWithSession(history, { askedMs: asked * 60_000, bootedMs: booted * 60_000 });

  it.each([
    ['after a sign-out', true, [started(10), ended(20, 'session-ending')], {}],
    ['after a power cut', true, [started(10), ended(40, 'failure')], { booted: 30 }],
    ['after a restart of the machine', true, [started(10), ended(20, 'session-ending')], { booted: 30 }],
    ['for the first time', false, [], {}],
    ['after a crash', false, [started(10), ended(20, 'failure')], {}],
    ['after a stop', false, [started(10), ended(20, 'stopped')], {}],
    ['after a sign-out, when the user requests it', false, [started(10), ended(20, 'session-ending')], { asked: 25 }],
    ['after a restart of the machine, when the user requests it', false, [started(10)], { booted: 30, asked: 31 }],
  ] as const)('decides whether a start belongs to a sign-in %s: %s', (_, expected, history, times) => {
    expect(is(history, times)).toBe(expected);
  });
});
