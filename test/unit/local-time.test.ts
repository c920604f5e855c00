import { describe, expect, it } from 'vitest';
import { localIsoTime } from '../../src/state/local-time.ts';

describe('local time with its offset', () => {
  const at = new Date('2026-02-06T23:30:00.250Z');

  it.each([
    [0, '2026-02-06T23:30:00.250+00:00'],
    [60, '2026-02-07T00:30:00.250+01:00'],
    [330, '2026-02-07T05:00:00.250+05:30'],
    [-210, '2026-02-06T20:00:00.250-03:30'],
  ])('is written for an offset of %d minutes', (offsetMin, text) => {
    expect(localIsoTime(at, offsetMin)).toBe(text);
    expect(new Date(text)).toEqual(at);
  });

  it('uses the time zone of this computer', () => {
    expect(new Date(localIsoTime(at))).toEqual(at);
    expect(localIsoTime(at)).toContain(`T${String(at.getHours()).padStart(2, '0')}:`);
  });
});
