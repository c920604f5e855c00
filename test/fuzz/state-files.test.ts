// Our own state files with damaged, edited or older content: what is read fits its type, and a status can be composed from it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { composeStatus } from '../../src/model/compose-status.ts';
import { DEFINITION, type Definition } from '../../src/model/definition.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { type HostFacts, parseHostFacts } from '../../src/model/facts.ts';
import { causeOfStart, failureTimes, type HistoryRecord, lastExit, lostEnd, unaskedRestarts } from '../../src/model/history.ts';
import type { Hold } from '../../src/model/hold.ts';
import { RECOVERY_LADDER } from '../../src/model/ladder.ts';
import type { ProcessTable } from '../../src/model/process-ref.ts';
import { versioned } from '../../src/model/schemas.ts';
import { timelineOf } from '../../src/model/timeline.ts';
import { holdInForce } from '../../src/state/holds.ts';
import { isLock, lockHolder, takeLock } from '../../src/state/lock.ts';
import { removeOrphanedTempFiles } from '../../src/state/orphaned-temp-files.ts';
import { StateFolder } from '../../src/state/state-folder.ts';
import { isUnderWay, journalFile, readJournal, readJournals, type UpdateJournal } from '../../src/update/journal.ts';
import { gatewayIdentityFor } from '../support/identity.ts';
import { anyBytes, anyJson, inPlaceOf, pid, processRef, text, time } from './anything.ts';

const root = mkdtempSync(path.join(tmpdir(), 'hg-fuzz-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const folder = new StateFolder(path.join(root, 'HermesGateway-work'));
await folder.make();
const identity = gatewayIdentityFor('/home/u/.hermes', 'work');
const put = (name: string, content: string | Buffer) => writeFileSync(path.join(folder.path, name), content);

/** A process table in which every PID is alive: a damaged file must still not name a process. */
const everybody: ProcessTable = { isAlive: () => true, startTime: () => 7 };

const definition: fc.Arbitrary<Definition> = fc.record(
  {
    schema: fc.constant(1 as const),
    mechanism: fc.constantFrom('service', 'startup', 'embedded'),
    service: fc.constantFrom('HermesGateway', 'HermesGateway-work', 'HermesGateway-0a1b2c3d'),
    serviceId: text,
    profile: text,
    root: text.map(name => `/home/${name}`),
    home: text.map(name => `/home/${name}`),
    gatewayCommand: fc.array(text, { minLength: 1, maxLength: 6 }),
    recovery: fc.record({
      delaysMs: fc.array(fc.integer({ min: 1, max: 3_600_000 }), { minLength: 1, maxLength: 32 }),
      resetMs: pid.map(n => (n % 3_600_000) + 1),
    }),
    probeMs: fc.integer({ min: 1, max: 3_600_000 }),
    watchdog: fc.boolean(),
    watchdogMs: fc.integer({ min: 1, max: 3_600_000 }),
    beforeSignIn: fc.constantFrom('no', 'yes', 'stay'),
    installedAt: time,
  },
  {
    requiredKeys: [
      'schema',
      'mechanism',
      'service',
      'serviceId',
      'profile',
      'root',
      'home',
      'recovery',
      'probeMs',
      'watchdog',
      'watchdogMs',
      'beforeSignIn',
      'installedAt',
    ],
  },
) as fc.Arbitrary<Definition>;

const outcome = fc.constantFrom('stopped', 'failure', 'restart-in-place', 'needs-attention', 'session-ending', 'stopped-from-outside');
const update = fc.record({ id: text, what: text, from: text, to: text }, { requiredKeys: ['id', 'what'] });
const historyRecord = fc.oneof(
  fc.record({ at: time, kind: fc.constant('started'), pid, cause: fc.constantFrom('asked', 'recovery', 'in-place', 'released') }),
  fc.record({
    at: time,
    kind: fc.constant('ended'),
    pid: fc.option(pid),
    code: fc.option(fc.integer()),
    outcome,
    reason: text,
    uptimeMs: fc.nat(),
  }),
  fc.record(
    {
      at: time,
      kind: fc.constant('noted'),
      what: fc.constantFrom('held', 'degraded', 'recovered', 'updated', 'update-failed'),
      reason: text,
      update,
    },
    { requiredKeys: ['at', 'kind', 'what', 'reason'] },
  ),
) as fc.Arbitrary<HistoryRecord>;

const hostFacts = fc.record(
  {
    phase: fc.constantFrom('starting', 'running', 'restarting', 'waiting-for-sign-in', 'stopping', 'stopped'),
    since: time,
    lastStop: fc.record({ at: time, reason: text }),
    lastRunnerExit: fc.record({ at: time, code: fc.option(fc.nat()) }),
    failures: fc.nat(),
    nextTry: fc.record({ at: time, attempt: fc.nat() }),
    program: text,
    session: fc.record({ id: fc.nat(), user: text }),
  },
  { requiredKeys: ['phase', 'since'] },
) as fc.Arbitrary<HostFacts>;

const handOff = fc.record({ uptimeMs: fc.nat(), capMs: fc.nat(), successor: processRef }, { requiredKeys: ['uptimeMs', 'capMs'] });
const id = fc.stringMatching(/^[a-z0-9-]{1,64}$/);
const hold = fc.record(
  { schema: fc.constant(1 as const), id, who: text, why: text, since: time, until: time, holder: processRef, handOff },
  { requiredKeys: ['schema', 'id', 'who', 'why', 'since', 'until', 'holder'] },
) as fc.Arbitrary<Hold>;

const journal = fc.record(
  {
    schema: fc.constant(1 as const),
    id: fc.constant('an-update'),
    what: text,
    who: text,
    since: time,
    owner: processRef,
    step: fc.constantFrom('planned', 'stopping', 'updating', 'handed-off', 'starting', 'done'),
    progress: text,
    versions: fc.record({ from: text, to: text }, { requiredKeys: [] }),
    handOff,
    profiles: fc.array(
      fc.record({
        profile: text,
        service: fc.constant('HermesGateway-work'),
        serviceId: text,
        home: text,
        root: text,
        mechanism: fc.constantFrom('service', 'startup', 'embedded', 'none'),
        state: fc.constantFrom('waiting', 'stopped', 'up', 'failed'),
      }),
      { maxLength: 3 },
    ),
    result: fc.record({ outcome: fc.constantFrom('updated', 'failed', 'not-updated', 'interrupted'), message: text, at: time }),
  },
  { requiredKeys: ['schema', 'id', 'what', 'who', 'since', 'owner', 'step', 'profiles'] },
) as fc.Arbitrary<UpdateJournal>;

const asJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const isTime = (value: unknown) => typeof value === 'string' && Number.isFinite(Date.parse(value));
const isPid = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;
const isRef = (value: unknown) => {
  const { pid: number, startTime } = (value ?? {}) as { pid?: unknown; startTime?: unknown };
  return isPid(number) && (startTime === undefined || (typeof startTime === 'number' && Number.isFinite(startTime)));
};

function fitsRecord(record: HistoryRecord): boolean {
  if (!isTime(record.at)) return false;
  switch (record.kind) {
    case 'started':
      return isPid(record.pid) && ['asked', 'recovery', 'in-place', 'released'].includes(record.cause);
    case 'ended':
      return (
        (record.pid === null || isPid(record.pid)) &&
        (record.code === null || Number.isSafeInteger(record.code)) &&
        typeof record.outcome === 'string' &&
        typeof record.reason === 'string' &&
        Number.isFinite(record.uptimeMs)
      );
    case 'noted':
      return (
        typeof record.what === 'string' &&
        typeof record.reason === 'string' &&
        (record.update === undefined || (typeof record.update.id === 'string' && typeof record.update.what === 'string'))
      );
  }
}

/** A status that crosses a pipe and is shown: no field of it is nothing. */
function isTellable(status: unknown): boolean {
  return !/\b(undefined|NaN|Infinity|\[object)/.test(
    JSON.stringify(status, (_key, value: unknown) => (typeof value === 'number' ? String(value) : value)),
  );
}

describe('definition', () => {
  it('reads a definition as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(definition, async given => {
        await folder.writeDefinition(given);
        expect(await folder.definition()).toEqual(asJson(given));
      }),
      { numRuns: 50 },
    );
  });

  it('returns a complete definition or an error with a code', async () => {
    await fc.assert(
      fc.asyncProperty(inPlaceOf(definition), async content => {
        put('definition.json', content);
        const read = await folder.definition().catch((error: unknown) => error);
        if (read instanceof GatewayServiceError) return ['state-corrupt', 'state-newer'].includes(read.code);
        expect(versioned(DEFINITION, asJson(read), 'definition.json')).toEqual(read);
        return true;
      }),
    );
  });
});

describe('desired state', () => {
  it('returns "running" or "stopped" with a time, whatever the file contains', async () => {
    const wish = fc.record({ schema: fc.constant(1), desired: fc.constantFrom('running', 'stopped'), at: time });
    await fc.assert(
      fc.asyncProperty(inPlaceOf(wish), async content => {
        put('desired.json', content);
        const { desired, at } = await folder.desired();
        return ['running', 'stopped'].includes(desired) && isTime(at);
      }),
    );
  });
});

describe('history', () => {
  it('reads the history as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(historyRecord, { maxLength: 5 }), async records => {
        put('history.jsonl', '');
        for (const record of records) await folder.appendHistory(record);
        expect(await folder.history()).toEqual(asJson(records));
      }),
      { numRuns: 50 },
    );
  });

  it('returns only valid records and answers every query, whatever is between them', async () => {
    const line = fc.oneof(
      inPlaceOf(historyRecord),
      historyRecord.map(record => Buffer.from(JSON.stringify(record))),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), time, async (lines, at) => {
        put('history.jsonl', Buffer.concat(lines.flatMap(each => [Buffer.from('\n'), each])));
        const history = await folder.history();
        expect(history.filter(record => !fitsRecord(record))).toEqual([]);
        const now = Date.parse(at);
        expect(failureTimes(history).every(Number.isFinite)).toBe(true);
        const answers = [
          unaskedRestarts(history),
          lastExit(history),
          lostEnd(history, now, now - 1),
          timelineOf(history, { ms: now, isUp: true }),
          causeOfStart(history, at, now),
        ];
        expect(answers.filter(answer => answer !== undefined && !isTellable(answer))).toEqual([]);
      }),
    );
  });
});

describe('host facts', () => {
  it('reads host facts as they were written', () => {
    fc.assert(
      fc.property(hostFacts, facts => {
        expect(parseHostFacts(asJson(facts))).toEqual(asJson(facts));
      }),
    );
  });
});

describe('hold', () => {
  it('reads a hold as it was written, and none after its release', async () => {
    await fc.assert(
      fc.asyncProperty(hold, async given => {
        await folder.placeHold(given);
        expect(await folder.holds()).toEqual([asJson(given)]);
        folder.releaseHold(given.id);
        expect(await folder.holds()).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('returns only holds with a valid holder and times', async () => {
    await fc.assert(
      fc.asyncProperty(inPlaceOf(hold), async content => {
        put('hold-x.json', content);
        const holds = await folder.holds();
        const fits = ({ holder, since, until, who, why, handOff: off }: Hold) =>
          isRef(holder) &&
          isTime(since) &&
          isTime(until) &&
          typeof who === 'string' &&
          typeof why === 'string' &&
          (off === undefined ||
            (Number.isFinite(off.capMs) && Number.isFinite(off.uptimeMs) && (off.successor === undefined || isRef(off.successor))));
        expect(holds.filter(each => !fits(each))).toEqual([]);
        holdInForce(holds, everybody, 0);
      }),
    );
    folder.releaseHold('x');
  });
});

describe('process records', () => {
  const runner = fc.record({ process: processRef, pipe: text });
  const launch = fc.record({ pid, startTime: fc.nat(), at: time }, { requiredKeys: ['pid', 'at'] });

  it('returns a record with a valid PID or undefined', async () => {
    await fc.assert(
      fc.asyncProperty(inPlaceOf(runner), inPlaceOf(launch), async (one, other) => {
        put('runner.json', one);
        put('launch.json', other);
        const [served, launched] = [await folder.runner.read(), await folder.launch.read()];
        expect(served === undefined || (isRef(served.process) && typeof served.pipe === 'string')).toBe(true);
        expect(launched === undefined || isRef(launched)).toBe(true);
      }),
    );
  });
});

describe('lock', () => {
  it('takes a damaged lock, and returns only a holder with a valid PID', () => {
    const nobody: ProcessTable = { isAlive: () => false, startTime: () => undefined };
    fc.assert(
      fc.property(inPlaceOf(processRef), content => {
        put('x.lock', content);
        const file = path.join(folder.path, 'x.lock');
        const holder = lockHolder(file, everybody);
        expect(holder === undefined || isRef(holder)).toBe(true);
        const taken = takeLock(file, nobody);
        expect(isLock(taken)).toBe(true);
        if (isLock(taken)) taken.release();
      }),
    );
    expect(removeOrphanedTempFiles(folder.path, nobody)).toBe(false);
  });
});

describe('update journal', () => {
  it('returns a complete journal or the error "journal-unreadable"', async () => {
    const file = journalFile(root, 'an-update');
    await fc.assert(
      fc.asyncProperty(inPlaceOf(journal), async content => {
        writeFileSync(file, content);
        const found = await readJournal(file);
        expect(await readJournals(root)).toHaveLength(1);
        if (!found || 'error' in found) return found?.error.code === 'journal-unreadable';
        isUnderWay(found.journal, everybody, 0);
        return isRef(found.journal.owner) && isTime(found.journal.since) && found.journal.id === 'an-update';
      }),
    );
  });

  it('reads a journal as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(journal, async given => {
        const file = journalFile(root, given.id);
        writeFileSync(file, JSON.stringify(given));
        expect(await readJournal(file)).toEqual({ file, journal: asJson(given) });
      }),
    );
    rmSync(journalFile(root, 'an-update'));
  });
});

describe('status', () => {
  it('composes a status whatever the files contain', async () => {
    const lines = fc.array(inPlaceOf(historyRecord), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        lines,
        inPlaceOf(hostFacts),
        inPlaceOf(hold),
        fc.boolean(),
        fc.oneof(anyJson, anyBytes),
        async (history, facts, held, runs, wish) => {
          put('history.jsonl', Buffer.concat(history.flatMap(each => [Buffer.from('\n'), each])));
          put('host.json', facts);
          put('hold-x.json', held);
          put('desired.json', Buffer.isBuffer(wish) ? wish : JSON.stringify({ desired: 'running', at: wish }));
          const now = Date.now();
          const status = composeStatus(
            {
              identity,
              mechanism: 'embedded',
              registration: { state: 'registered', host: runs ? 'running' : 'stopped' },
              host: await folder.hostFacts(),
              history: await folder.history(),
              desired: await folder.desired(),
              hold: holdInForce(await folder.holds(), everybody, now),
              recovery: RECOVERY_LADDER,
              problems: [],
            },
            now,
          );
          expect(isTellable(status)).toBe(true);
        },
      ),
    );
  });
});
