// The catalogue: whatever the document says, a person reads a sentence.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { en } from '../../src/desktop/messages.ts';
import { ladderDots, offeredAction, PHASE_VIEWS, trayIconOf } from '../../src/desktop/views.ts';
import { ERRORS, type ErrorCode, GatewayServiceError } from '../../src/service/errors.ts';
import type { HistoryRecord } from '../../src/service/history.ts';
import { RECOVERY_LADDER } from '../../src/service/ladder.ts';
import { PROBLEMS, type ProblemCode, problem } from '../../src/service/problems.ts';
import type { Receipt } from '../../src/service/receipt.ts';
import { PHASES, type Status } from '../../src/service/status.ts';
import { ago, NOW, receiptFor, statusIn } from '../renderer/snapshots.ts';

const at = fc.integer({ min: NOW - 40 * 86_400_000, max: NOW + 120_000 }).map(ms => new Date(ms).toISOString());
const pid = fc.integer({ min: 1, max: 2 ** 31 });
const text = fc.string({ minLength: 1, maxLength: 60 });
const codes = Object.keys(PROBLEMS) as ProblemCode[];

const anyStatus = fc.record(
  {
    schema: fc.constant(1 as const),
    profile: fc.constantFrom('default', 'work', 'a'.repeat(64)),
    service: fc.constant('HermesGateway-work'),
    mechanism: fc.constantFrom('service', 'startup', 'embedded', 'none'),
    phase: fc.constantFrom(...PHASES),
    detail: text,
    desired: fc.constantFrom('running', 'stopped'),
    gatewayPid: pid,
    servicePid: pid,
    startedAt: at,
    uptimeMs: fc.nat(),
    restarts: fc.record(
      { count: fc.nat(1_000), lastAt: at, nextAt: at, estimated: fc.boolean(), attempt: fc.integer({ min: 1, max: 50 }) },
      { requiredKeys: ['count'] },
    ),
    lastExit: fc.record({ code: fc.option(fc.integer()), reason: text, at }),
    session: fc.record({ id: fc.nat(), user: text }),
    startType: fc.constantFrom('automatic', 'automatic-delayed', 'manual', 'disabled'),
    recovery: fc.constant(RECOVERY_LADDER),
    problems: fc.subarray(codes).map(some => some.map(code => problem(code))),
  },
  { requiredKeys: ['schema', 'profile', 'service', 'mechanism', 'phase', 'desired', 'restarts', 'recovery', 'problems'] },
) as fc.Arbitrary<Status>;

const anyRecord = fc.oneof(
  fc.record({ at, kind: fc.constant('started'), pid, cause: fc.constantFrom('asked', 'recovery', 'in-place', 'released') }),
  fc.record({
    at,
    kind: fc.constant('ended'),
    pid: fc.option(pid),
    code: fc.option(fc.integer()),
    outcome: fc.constantFrom('stopped', 'failure', 'session-ending'),
    reason: text,
    uptimeMs: fc.nat(),
  }),
  fc.record({ at, kind: fc.constant('noted'), what: fc.constantFrom('held', 'degraded', 'recovered'), reason: text }),
) as fc.Arbitrary<HistoryRecord>;

function expectSaid(said: string): void {
  expect(said.trim()).not.toBe('');
  expect(said).not.toMatch(/undefined|NaN|null|\[object|Invalid Date|Infinity/);
}

describe('every status', () => {
  it('has a sentence, an announcement, a tooltip that fits, an icon and an exit code', () => {
    fc.assert(
      fc.property(anyStatus, status => {
        fc.pre(!JSON.stringify(status).match(/undefined|NaN|null|Infinity/));
        expectSaid(en.sentence(status, NOW));
        expectSaid(en.announcement(status));
        expectSaid(en.tooltip(status));
        expect(en.tooltip(status).length).toBeLessThanOrEqual(127);
        expectSaid(en.restarts(status, NOW));
        expectSaid(en.ladder(status, NOW));
        for (const dot of ladderDots(status, NOW)) expectSaid(en.ladderDot(dot));
        const action = offeredAction({ status });
        if (action) expectSaid(en.actionLabel(action, status.phase));
        if (status.lastExit) expectSaid(en.lastExit(status.lastExit, NOW));
        expect(trayIconOf({ status })).toMatch(/^(running|busy|stopped|warning|error)$/);
        expect(PHASE_VIEWS[status.phase].exit).toBeTypeOf('number');
      }),
    );
  });

  it('is announced without anything that changes by itself', () => {
    fc.assert(
      fc.property(anyStatus, status => {
        const later = { ...status, restarts: { ...status.restarts, nextAt: ago(-5_000) }, startedAt: ago(9_000_000) };
        expect(en.announcement(later)).toBe(en.announcement(status));
      }),
    );
  });
});

describe('sentences', () => {
  it('say how long it runs and who brings it back', () => {
    expect(en.sentence(statusIn('running'), NOW)).toBe('Running for 3 hr 12 min. Windows restarts it if it stops.');
    expect(en.sentence(statusIn('running', { mechanism: 'embedded' }), NOW)).toBe(
      'Running for 3 hr 12 min. Hermes restarts it if it stops.',
    );
  });

  it('say when the next try comes, and that an estimate is one', () => {
    const { restarts } = statusIn('restarting');
    expect(en.sentence(statusIn('restarting'), NOW)).toBe('Stopped unexpectedly. Next try in 14 sec.');
    expect(en.sentence(statusIn('restarting', { restarts: { ...restarts, estimated: true } }), NOW)).toContain('in about 14 sec.');
    expect(en.sentence(statusIn('restarting'), NOW + 14_000)).toBe('Stopped unexpectedly. Starting it again.');
  });

  it('count problems in singular and plural', () => {
    const one = [problem('log-incomplete')];
    expect(en.sentence(statusIn('running', { problems: one }), NOW)).toContain('with 1 problem.');
    expect(en.sentence(statusIn('running', { problems: [...one, problem('pipe-squatted')] }), NOW)).toContain('with 2 problems.');
  });

  it('name the profile where there are several', () => {
    expect(en.title({ profile: 'work', profiles: ['default', 'work'] })).toBe('Run gateway as service: work');
    expect(en.title({ profile: 'default', profiles: ['default'] })).toBe('Run gateway as service');
  });

  it('stand in the tooltip of the tray as one short line', () => {
    expect(en.tooltip(statusIn('running', { profile: 'work' }))).toBe('Hermes gateway (work): Running');
    expect(en.tooltip(statusIn('running'), { verb: 'update', message: 'Pulling', since: ago(0) })).toBe('Hermes gateway: Updating');
  });
});

describe('durations and times', () => {
  it.each([
    [0, '0 sec'],
    [59_999, '59 sec'],
    [60_000, '1 min'],
    [3_599_999, '59 min'],
    [3_600_000, '1 hr'],
    [11_520_000, '3 hr 12 min'],
    [90_000_000, '1 day 1 hr'],
    [-5, '0 sec'],
    [Number.NaN, '0 sec'],
  ])('%d ms are %s', (ms, said) => {
    expect(en.duration(ms)).toBe(said);
  });

  it('name the day unless it is today, and the year unless it is this one', () => {
    expect(en.time(ago(0), NOW)).toMatch(/^\d+:\d\d:\d\d\s[AP]M$/);
    expect(en.time(ago(30 * 86_400_000), NOW)).toMatch(/^Jan \d+,/);
    expect(en.time(ago(400 * 86_400_000), NOW)).toMatch(/2025|2024/);
    expect(en.time('not a time', NOW)).toBe('not a time');
  });
});

describe('everything else that is said', () => {
  it('has words for every record of the history', () => {
    fc.assert(
      fc.property(anyRecord, record => {
        fc.pre(!/undefined|NaN|null|Infinity/.test('reason' in record ? record.reason : ''));
        expectSaid(en.historyLine(record));
      }),
    );
  });

  it('has a message and a remedy for every error and every problem', () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      const { message, remedy } = en.error(new GatewayServiceError(code).toValue());
      expectSaid(message);
      expectSaid(remedy);
    }
    for (const code of codes) expectSaid(en.problem(problem(code)).remedy);
  });

  it('tells a person at the panel about switches and not about command lines', () => {
    for (const code of ['gateway-not-up', 'not-installed', 'timed-out', 'needs-administrator', 'state-corrupt'] as const)
      expect(en.error(new GatewayServiceError(code).toValue()).remedy).not.toContain('hermes-gateway');
  });

  it('shows a receipt line by line and announces the consent that it needs', () => {
    const receipt = receiptFor('install');
    expect(receipt.entries.map(en.receiptLine)).toContain('Set restart delays 1, 2, 4, 9, 16, 25, 36, 49, 64 s: begins anew after 60 s');
    expect(receipt.entries.map(en.receiptLine)).toContain('Grant right PC\\anna: may start, stop and ask');
    expect(en.confirm(receipt).elevated).toBeDefined();
    expect(en.confirm({ ...receipt, elevated: false }).elevated).toBeUndefined();
    for (const verb of ['install', 'uninstall'] as const)
      for (const mechanism of ['service', 'startup', 'embedded', 'none'] as const satisfies readonly Receipt['mechanism'][])
        for (const said of Object.values(en.confirm({ ...receipt, verb, mechanism }))) expectSaid(said);
  });

  it('says of an action that it asks for an administrator', () => {
    expect(en.actionLabel({ verb: 'repair', elevated: true }, 'failed')).toBe('Repair (asks for an administrator)');
    expect(en.actionLabel({ verb: 'restart', elevated: false }, 'restarting')).toBe('Try now');
  });
});
