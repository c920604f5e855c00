// The history: bounded, readable after a power cut, and the questions that ladder and status ask of it.

import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  failureTimes,
  HISTORY_KEPT,
  HISTORY_LIMIT,
  type HistoryRecord,
  lastEnded,
  lastExit,
  lostEnd,
  type StartCause,
  unaskedRestarts,
} from '../../src/model/history.ts';
import { StateFolder } from '../../src/state/state-folder.ts';

const at = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString();
const started = (n: number, cause: StartCause): HistoryRecord => ({ at: at(n), kind: 'started', pid: n + 1, cause });
const ended = (n: number, outcome: 'failure' | 'stopped' | 'restart-in-place' = 'failure'): HistoryRecord => ({
  at: at(n),
  kind: 'ended',
  pid: n + 1,
  code: 1,
  outcome,
  reason: `end ${n}`,
  uptimeMs: 5,
});

describe('queries on a history', () => {
  it('answers every query for an empty history', () => {
    expect(failureTimes([])).toEqual([]);
    expect(unaskedRestarts([])).toEqual({ count: 0 });
    expect(lastEnded([])).toBeUndefined();
    expect(lastExit([])).toBeUndefined();
  });

  it('counts only failures since the user last requested a start', () => {
    const history = [started(1, 'asked'), ended(2), started(3, 'recovery'), ended(4), started(5, 'asked'), ended(6), ended(7, 'stopped')];
    expect(failureTimes(history)).toEqual([Date.parse(at(6))]);
    expect(failureTimes(history.slice(0, 4))).toEqual([Date.parse(at(2)), Date.parse(at(4))]);
  });

  it('counts automatic restarts after delays and in place, but not after an update', () => {
    const history = [
      started(1, 'asked'),
      ended(2),
      started(3, 'recovery'),
      ended(4, 'restart-in-place'),
      started(5, 'in-place'),
      started(6, 'released'),
    ];
    expect(unaskedRestarts(history)).toEqual({ count: 2, lastAt: at(5) });
    expect(unaskedRestarts([...history, started(7, 'asked')])).toEqual({ count: 0 });
  });

  it('says of a lost end whether the system was started anew since the start, so that nobody saw the end', () => {
    const history: HistoryRecord[] = [{ at: '2026-02-06T08:00:00.000Z', kind: 'started', pid: 7, cause: 'asked' }];
    const now = Date.parse('2026-02-06T10:00:00.000Z');
    const end = (booted: string) => lostEnd(history, now, Date.parse(booted));
    expect(end('2026-02-06T09:59:00.000Z')).toMatchObject({ outcome: 'failure', uptimeMs: 7_200_000, unseen: true });
    expect(end('2026-02-06T07:59:00.000Z')).not.toHaveProperty('unseen');
  });

  it('returns the last exit, whatever came after it', () => {
    const history = [ended(1), ended(2), started(3, 'recovery'), { at: at(4), kind: 'noted', what: 'held', reason: 'update' } as const];
    expect(lastEnded(history)).toEqual(ended(2));
    expect(lastExit(history)).toEqual({ code: 1, reason: 'end 2', at: at(2) });
  });
});

describe('history file', () => {
  let root: string;
  let folder: StateFolder;
  let file: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'hg-history-'));
    folder = new StateFolder(path.join(root, 'x'));
    mkdirSync(folder.path);
    file = path.join(folder.path, 'history.jsonl');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('returns the appended records, oldest first', async () => {
    for (const record of [started(1, 'asked'), ended(2), started(3, 'recovery')]) await folder.appendHistory(record);
    expect(await folder.history()).toEqual([started(1, 'asked'), ended(2), started(3, 'recovery')]);
  });

  it('returns no records when the history file does not exist', async () => {
    expect(await folder.history()).toEqual([]);
  });

  it('loses only the half-written line after a power cut, and continues after it', async () => {
    await folder.appendHistory(started(1, 'asked'));
    appendFileSync(file, `\n${JSON.stringify(ended(2)).slice(0, 20)}`);
    await folder.appendHistory(started(3, 'recovery'));
    expect(await folder.history()).toEqual([started(1, 'asked'), started(3, 'recovery')]);
  });

  it('skips lines that are not a record', async () => {
    writeFileSync(
      file,
      ['null', '7', '[]', '{"kind":"other","at":"2026-01-01T00:00:00Z"}', '{"kind":"started","at":"x"}', '\0\0\0'].join('\n'),
    );
    await folder.appendHistory(ended(4));
    expect(await folder.history()).toEqual([ended(4)]);
  });

  it(`cuts the history file to ${HISTORY_KEPT} records when it has ${HISTORY_LIMIT}, and keeps the newest`, async () => {
    const records = Array.from({ length: HISTORY_LIMIT }, (_, n) => ended(n));
    writeFileSync(
      file,
      records
        .slice(0, -2)
        .map(record => `\n${JSON.stringify(record)}`)
        .join(''),
    );
    await folder.appendHistory(ended(HISTORY_LIMIT - 2));
    expect(await folder.history()).toHaveLength(HISTORY_LIMIT - 1);
    await folder.appendHistory(ended(HISTORY_LIMIT - 1));
    expect(await folder.history()).toEqual(records.slice(-HISTORY_KEPT));
    await folder.appendHistory(ended(HISTORY_LIMIT));
    expect(await folder.history()).toHaveLength(HISTORY_KEPT + 1);
  });

  it('never lets the history file grow beyond its limit, however often a gateway crashes', async () => {
    for (let n = 0; n < HISTORY_LIMIT * 1.5; n += 1) await folder.appendHistory(ended(n));
    expect(readFileSync(file, 'utf8').split('\n').length).toBeLessThanOrEqual(HISTORY_LIMIT + 1);
    expect((await folder.history()).at(-1)).toEqual(ended(HISTORY_LIMIT * 1.5 - 1));
  });

  it('reads any bytes without an error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async bytes => {
        writeFileSync(file, bytes);
        await folder.appendHistory(ended(1));
        expect((await folder.history()).at(-1)).toEqual(ended(1));
      }),
      { numRuns: 50 },
    );
  });
});
