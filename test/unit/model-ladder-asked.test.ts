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
    'at a request that no start has followed yet',
    [started('2026-01-01T10:00:00Z', 'asked')],
    '2026-01-01T11:00:00Z',
    '2026-01-01T11:00:00Z',
  ],
  [
    'at a requested restart, which keeps the desired state',
    [started('2026-01-01T12:00:00Z', 'asked')],
    '2026-01-01T11:00:00Z',
    '2026-01-01T12:00:00Z',
  ],
  ['not at an automatic start', [started('2026-01-01T12:00:00Z', 'recovery')], '2026-01-01T11:00:00Z', '2026-01-01T11:00:00Z'],
  ['at the request alone when nothing was started', [], '2026-01-01T11:00:00Z', '2026-01-01T11:00:00Z'],
])('resets the restart delays: %s', (_what, history, wishedAt, expected) => {
  expect(lastAskedMs(history, wishedAt, Date.parse('2027-01-01T00:00:00Z'))).toBe(Date.parse(expected));
});
