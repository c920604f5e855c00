// The journal of an update: what was written is read, what is damaged or newer is told with a remedy, and who is at it is known.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import type { ServiceName } from '../../src/model/identity.ts';
import { processRef } from '../../src/model/process-ref.ts';
import {
  isUnderWay,
  journalFile,
  readJournal,
  readJournals,
  removeJournal,
  type UpdateJournal,
  writeJournal,
} from '../../src/update/journal.ts';
import { NOBODY } from '../support/sandbox.ts';

const self = processRef(process.pid, posixProcesses);
const AT = '2026-01-01T12:00:00.000Z';
const gateway = { profile: 'default', service: 'HermesGateway', serviceId: '', home: '/h', root: '/h', mechanism: 'embedded' } as const;

function journal(over: Partial<UpdateJournal> = {}): UpdateJournal {
  return {
    schema: 1,
    id: 'an-update',
    what: 'Hermes 0.19 -> 0.20',
    who: 'a test',
    since: AT,
    owner: self,
    step: 'updating',
    profiles: [{ ...gateway, state: 'stopped' }],
    ...over,
  };
}

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'hg-journal-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('update journal', () => {
  it.each<[string, Partial<UpdateJournal>]>([
    ['at its first step', { step: 'planned', profiles: [] }],
    [
      'with all its fields',
      {
        progress: 'Unpacking 3 of 7',
        versions: { from: '0.19', to: '0.20' },
        handOff: { uptimeMs: 1_000, capMs: 2_000, successor: self },
        profiles: [
          { ...gateway, state: 'failed', error: { code: 'gateway-not-up', message: 'It did not.', remedy: 'Look.', win32: 5 } },
          { ...gateway, service: 'HermesGateway-work', state: 'up' },
        ],
        result: { outcome: 'failed', code: 9, message: 'It ended with 9.', at: AT },
      },
    ],
  ])('reads a journal back %s, and finds none after its removal', async (_what, over) => {
    await writeJournal(root, journal(over));
    const file = journalFile(root, 'an-update');
    expect(await readJournals(root)).toEqual([{ file, journal: journal(over) }]);
    await removeJournal(file);
    await removeJournal(file);
    expect(readdirSync(root)).toEqual([]);
    expect(await readJournal(file)).toBeUndefined();
  });

  it('looks for a journal even when there is no state folder', async () => {
    expect(await readJournals(path.join(root, 'gone'))).toEqual([]);
  });

  it.each([
    ['nothing', '', 'JSON'],
    ['half a document', '{"schema":1,', 'JSON'],
    ['a list', '[]', 'no journal'],
    ['null', 'null', 'no journal'],
    ['a newer schema', JSON.stringify({ ...journal(), schema: 2, more: true }), 'newer version'],
    ['the journal of another update', JSON.stringify(journal({ id: 'another' })), 'no journal'],
    ['without a plan', JSON.stringify({ ...journal(), profiles: undefined }), 'no journal'],
    [
      'with a service path outside the state root',
      JSON.stringify(journal({ profiles: [{ ...gateway, service: '../x' as ServiceName, state: 'up' }] })),
      'no journal',
    ],
    ['with an unknown step', JSON.stringify({ ...journal(), step: 'flying' }), 'no journal'],
    ['with an invalid owner', JSON.stringify({ ...journal(), owner: { pid: -1 } }), 'no journal'],
    [
      'with an unknown error code',
      JSON.stringify({ ...journal(), profiles: [{ ...gateway, state: 'up', error: { code: 'toString' } }] }),
      'no journal',
    ],
    ['two megabytes', ' '.repeat(2 * 1024 * 1024), 'bytes'],
  ])('reports a damaged journal (%s) with its file and a remedy, and reads the others', async (_what, text, why) => {
    writeFileSync(journalFile(root, 'bad'), text);
    await writeJournal(root, journal());
    const found = await readJournals(root);
    expect(found).toContainEqual({ file: journalFile(root, 'an-update'), journal: journal() });
    const [bad] = found.flatMap(each => ('error' in each ? [each.error] : []));
    expect(bad?.toValue()).toMatchObject({ code: 'journal-unreadable', remedy: expect.stringContaining('Remove the file') });
    expect(bad?.message).toContain('update-bad.json');
    expect(bad?.message).toContain(why);
  });

  it.each(['../escape', 'A', '', 'x'.repeat(65)])('cannot have the id %j', id => {
    expect(() => journalFile(root, id)).toThrow(RangeError);
  });
});

describe('update in progress', () => {
  const UPTIME = 5_000_000;
  const handedOff = { uptimeMs: UPTIME, capMs: 60_000 };
  const dead = { pid: NOBODY };
  it.each<[string, Partial<UpdateJournal>, number, boolean]>([
    ['running while its owner lives', {}, UPTIME, true],
    ['not running when its owner is gone', { owner: dead }, UPTIME, false],
    ["not running when its owner's PID went to another process", { owner: { pid: process.pid, startTime: 1 } }, UPTIME, false],
    ['running until its cap after a hand-off', { owner: dead, handOff: handedOff }, UPTIME + 59_999, true],
    ['not running after its cap after a hand-off', { owner: dead, handOff: handedOff }, UPTIME + 60_000, false],
    ['not running after a hand-off and a restart of the machine', { owner: dead, handOff: handedOff }, UPTIME - 1, false],
    ['running after a hand-off while its successor lives', { owner: dead, handOff: { ...handedOff, successor: self } }, UPTIME, true],
    [
      'not running after a hand-off when its successor has ended',
      { owner: dead, handOff: { ...handedOff, successor: dead } },
      UPTIME,
      false,
    ],
  ])('decides whether an update is running: %s', (_what, over, uptimeMs, expected) => {
    expect(isUnderWay(journal(over), posixProcesses, uptimeMs)).toBe(expected);
  });
});
