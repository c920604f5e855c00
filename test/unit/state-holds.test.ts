// Holds: in force while the holder lives and before the cap, and whatever cannot be read holds nothing.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import type { Hold } from '../../src/model/hold.ts';
import { processRef } from '../../src/model/process-ref.ts';
import { holdInForce, placeHold, readHolds, releaseHold } from '../../src/state/holds.ts';
import { NOBODY } from '../support/sandbox.ts';

const NOW = Date.UTC(2026, 0, 1);
const iso = (ms: number) => new Date(ms).toISOString();
const self = processRef(process.pid, posixProcesses);

function hold(over: Partial<Hold> = {}): Hold {
  return { schema: 1, id: 'a', who: 'a test', why: 'to see', since: iso(NOW), until: iso(NOW + 60_000), holder: self, ...over };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hg-holds-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a hold', () => {
  it.each([
    ['counts while its holder lives', hold(), NOW, true],
    ['counts until its cap', hold(), NOW + 59_999, true],
    ['is void at its cap, though its holder lives', hold(), NOW + 60_000, false],
    ['is void when its holder is gone', hold({ holder: { pid: NOBODY } }), NOW, false],
    ["is void when its holder's PID went to another process", hold({ holder: { pid: process.pid, startTime: 1 } }), NOW, false],
    ['is void when its cap is no time', hold({ until: 'soon' }), NOW, false],
  ])('%s', (_what, one, nowMs, counts) => {
    expect(holdInForce([one], posixProcesses, nowMs)).toBe(counts ? one : undefined);
  });

  it.each([
    ['counts though the clock was set far ahead', 5_000_000, 5_059_999, true],
    ['is void at its cap by the uptime', 5_000_000, 5_060_000, false],
    ['is void after a restart of the machine', 5_000_000, 1_000, false],
  ])('that knows the uptime %s', (_what, uptimeMs, nowUptimeMs, counts) => {
    const one = hold({ uptimeMs });
    expect(holdInForce([one], posixProcesses, NOW + 14 * 3_600_000, nowUptimeMs)).toBe(counts ? one : undefined);
    expect(holdInForce([one], posixProcesses, NOW - 14 * 3_600_000, nowUptimeMs)).toBe(counts ? one : undefined);
  });

  it('that lasts longest is the one told of several', () => {
    const [short, long] = [hold({ id: 'short' }), hold({ id: 'long', until: iso(NOW + 120_000) })];
    expect(holdInForce([short, long], posixProcesses, NOW)).toBe(long);
    expect(holdInForce([long, short], posixProcesses, NOW + 90_000)).toBe(long);
  });

  it('is read back as it was placed, and gone when released', async () => {
    await placeHold(folder, hold({ id: 'one' }));
    await placeHold(folder, hold({ id: 'two' }));
    expect(await readHolds(folder)).toEqual(expect.arrayContaining([hold({ id: 'one' }), hold({ id: 'two' })]));
    releaseHold(folder, 'one');
    releaseHold(folder, 'one');
    expect(await readHolds(folder)).toEqual([hold({ id: 'two' })]);
    expect(readdirSync(folder)).toEqual(['hold-two.json']);
  });

  it.each(['../escape', 'A', '', 'a/b', 'x'.repeat(65)])('cannot have the id %j', id => {
    expect(() => releaseHold(folder, id)).toThrow(RangeError);
  });

  it.each([
    ['nothing', ''],
    ['half a document', '{"schema":1,"id":"a"'],
    ['a list', '[]'],
    ['null', 'null'],
    ['another schema', JSON.stringify({ ...hold(), schema: 2 })],
    ['no holder', JSON.stringify({ ...hold(), holder: undefined })],
    ['a holder without a PID', JSON.stringify({ ...hold(), holder: {} })],
    ['times that are none', JSON.stringify({ ...hold(), until: 'tomorrow' })],
    ['no reason', JSON.stringify({ ...hold(), why: 7 })],
    ['ten megabytes', ' '.repeat(10 * 1024 * 1024)],
  ])('that is %s holds nothing and hides no other', async (_what, text) => {
    writeFileSync(path.join(folder, 'hold-bad.json'), text);
    await placeHold(folder, hold({ id: 'good' }));
    expect(await readHolds(folder)).toEqual([hold({ id: 'good' })]);
  });

  it('with a byte order mark counts', async () => {
    writeFileSync(path.join(folder, 'hold-a.json'), `\uFEFF${JSON.stringify(hold())}`);
    expect(await readHolds(folder)).toEqual([hold()]);
  });

  it('does not exist where the folder does not', async () => {
    expect(await readHolds(path.join(folder, 'gone'))).toEqual([]);
  });
});
