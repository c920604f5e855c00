// Holds: in force while the holder lives and before the cap, and whatever cannot be read holds nothing.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import type { Hold } from '../../src/model/hold.ts';
import { processRef } from '../../src/model/process-ref.ts';
import { holdInForce } from '../../src/state/holds.ts';
import { StateFolder } from '../../src/state/state-folder.ts';
import { NOBODY } from '../support/sandbox.ts';

const NOW = Date.UTC(2026, 0, 1);
const iso = (ms: number) => new Date(ms).toISOString();
const self = processRef(process.pid, posixProcesses);

function hold(over: Partial<Hold> = {}): Hold {
  return { schema: 1, id: 'a', who: 'a test', why: 'to see', since: iso(NOW), until: iso(NOW + 60_000), holder: self, ...over };
}

let folder: StateFolder;
beforeEach(() => {
  folder = new StateFolder(mkdtempSync(path.join(tmpdir(), 'hg-holds-')));
});
afterEach(() => rmSync(folder.path, { recursive: true, force: true }));

describe('hold', () => {
  it.each([
    ['counts while its holder lives', hold(), NOW, true],
    ['counts until its cap', hold(), NOW + 59_999, true],
    ['is void at its cap, though its holder lives', hold(), NOW + 60_000, false],
    ['is void when its holder is gone', hold({ holder: { pid: NOBODY } }), NOW, false],
    ["is void when its holder's PID went to another process", hold({ holder: { pid: process.pid, startTime: 1 } }), NOW, false],
    ['is void when its cap is not a time', hold({ until: 'soon' }), NOW, false],
  ])('evaluates a hold: it %s', (_what, one, nowMs, counts) => {
    expect(holdInForce([one], posixProcesses, nowMs)).toBe(counts ? one : undefined);
  });

  it.each([
    ['counts even when the clock was set far ahead', 5_000_000, 5_059_999, true],
    ['is void at its cap by the uptime', 5_000_000, 5_060_000, false],
    ['is void after a restart of the machine', 5_000_000, 1_000, false],
  ])('evaluates a hold with a recorded uptime: it %s', (_what, uptimeMs, nowUptimeMs, counts) => {
    const one = hold({ uptimeMs });
    expect(holdInForce([one], posixProcesses, NOW + 14 * 3_600_000, nowUptimeMs)).toBe(counts ? one : undefined);
    expect(holdInForce([one], posixProcesses, NOW - 14 * 3_600_000, nowUptimeMs)).toBe(counts ? one : undefined);
  });

  it('reports the longest of several holds', () => {
    const [short, long] = [hold({ id: 'short' }), hold({ id: 'long', until: iso(NOW + 120_000) })];
    expect(holdInForce([short, long], posixProcesses, NOW)).toBe(long);
    expect(holdInForce([long, short], posixProcesses, NOW + 90_000)).toBe(long);
  });

  it('reads a hold back as placed, and finds none after the release', async () => {
    await folder.placeHold(hold({ id: 'one' }));
    await folder.placeHold(hold({ id: 'two' }));
    expect(await folder.holds()).toEqual(expect.arrayContaining([hold({ id: 'one' }), hold({ id: 'two' })]));
    folder.releaseHold('one');
    folder.releaseHold('one');
    expect(await folder.holds()).toEqual([hold({ id: 'two' })]);
    expect(readdirSync(folder.path)).toEqual(['hold-two.json']);
  });

  it.each(['../escape', 'A', '', 'a/b', 'x'.repeat(65)])('cannot have the id %j', id => {
    expect(() => folder.releaseHold(id)).toThrow(RangeError);
  });

  it.each([
    ['no content', ''],
    ['half a document', '{"schema":1,"id":"a"'],
    ['a list', '[]'],
    ['null', 'null'],
    ['another schema', JSON.stringify({ ...hold(), schema: 2 })],
    ['no holder', JSON.stringify({ ...hold(), holder: undefined })],
    ['a holder without a PID', JSON.stringify({ ...hold(), holder: {} })],
    ['invalid times', JSON.stringify({ ...hold(), until: 'tomorrow' })],
    ['no reason', JSON.stringify({ ...hold(), why: 7 })],
    ['ten megabytes', ' '.repeat(10 * 1024 * 1024)],
  ])('ignores a hold file with %s, and reads the others', async (_what, text) => {
    writeFileSync(path.join(folder.path, 'hold-bad.json'), text);
    await folder.placeHold(hold({ id: 'good' }));
    expect(await folder.holds()).toEqual([hold({ id: 'good' })]);
  });

  it('accepts a hold with a byte order mark', async () => {
    writeFileSync(path.join(folder.path, 'hold-a.json'), `\uFEFF${JSON.stringify(hold())}`);
    expect(await folder.holds()).toEqual([hold()]);
  });

  it('finds no hold when the folder does not exist', async () => {
    expect(await new StateFolder(path.join(folder.path, 'gone')).holds()).toEqual([]);
  });
});
