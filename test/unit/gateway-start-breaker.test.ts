// Hermes' own start breaker: how long a gateway waits that was started too often, computed from its own record of starts.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { breakerWaitsUntil, readGatewayStarts } from '../../src/gateway/start-breaker.ts';

const NOW = 1_767_000_000_000;
const starts = (...secondsAgo: number[]) => secondsAgo.map(ago => NOW - ago * 1_000);

describe('wait of the start breaker', () => {
  it.each([
    ['no start', [], undefined],
    ['five starts in two minutes', starts(0, 20, 40, 60, 80), undefined],
    ['six starts in two minutes', starts(0, 20, 40, 60, 80, 120), 10_000],
    ['six starts of which one is older than two minutes', starts(0, 20, 40, 60, 80, 121), undefined],
    ['seven starts in any order', starts(60, 0, 1, 2, 3, 4, 5), 20_000],
    ['eleven starts', starts(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 300_000],
    ['twenty starts', starts(...Array.from({ length: 20 }, (_, at) => at)), 300_000],
  ])('computes the wait for %s', (_what, at, waitMs) => {
    expect(breakerWaitsUntil(at)).toBe(waitMs === undefined ? undefined : NOW + waitMs);
  });
});

describe('record of starts', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'hg-starts-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('skips lines that are not a time', () => {
    writeFileSync(path.join(home, 'gateway-starts.log'), '1767000000.5\nnonsense\n\n-1\n1767000001');
    expect(readGatewayStarts(home)).toEqual([1_767_000_000_500, 1_767_000_001_000]);
  });

  it('is empty when the file does not exist', () => {
    expect(readGatewayStarts(home)).toEqual([]);
  });
});
