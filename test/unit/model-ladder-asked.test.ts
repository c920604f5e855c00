// When the ladder begins anew: only the user's own wish does that.
import { expect, it } from 'vitest';
import { type HistoryRecord, lastAskedMs } from '../../src/model/history.ts';

const started = (at: string, cause: 'asked' | 'recovery' | 'in-place' | 'released'): HistoryRecord => ({
  at,
  kind: 'started',
  pid: 7,
  cause,
});

it.each([
  [
    'with a wish that no start has answered yet',
    [started('2026-01-01T10:00:00Z', 'asked')],
    '2026-01-01T11:00:00Z',
    '2026-01-01T11:00:00Z',
  ],
  [
    'with a restart, which leaves the wish as it was',
    [started('2026-01-01T12:00:00Z', 'asked')],
    '2026-01-01T11:00:00Z',
    '2026-01-01T12:00:00Z',
  ],
  ['not with a start that nobody asked for', [started('2026-01-01T12:00:00Z', 'recovery')], '2026-01-01T11:00:00Z', '2026-01-01T11:00:00Z'],
  ['with the wish alone where nothing was started', [], '2026-01-01T11:00:00Z', '2026-01-01T11:00:00Z'],
])('the ladder begins anew %s', (_what, history, wishedAt, expected) => {
  expect(lastAskedMs(history, wishedAt, Date.parse('2027-01-01T00:00:00Z'))).toBe(Date.parse(expected));
});
