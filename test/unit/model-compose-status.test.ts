// The only maker of statuses: every registration with every host, runner, wish and history, as a table and as properties.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURES_AFTER_UPDATE } from '../../src/model/bad-update.ts';
import { composeStatus, type StatusFacts } from '../../src/model/compose-status.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import type { HostFacts, Registration, RunnerState } from '../../src/model/facts.ts';
import type { HistoryRecord } from '../../src/model/history.ts';
import type { ServiceName } from '../../src/model/identity.ts';
import { RECOVERY_LADDER } from '../../src/model/ladder.ts';
import { PROBLEMS, problem } from '../../src/model/problems.ts';
import { PHASES } from '../../src/model/status.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const ago = (ms: number) => new Date(NOW - ms).toISOString();

const registered = (host: 'stopped' | 'starting' | 'running' | 'stopping'): Registration => ({ state: 'registered', host, hostPid: 10 });
const runner = (phase: RunnerState['phase'], over: Partial<RunnerState> = {}): RunnerState => ({
  schema: 1,
  service: 'HermesGateway',
  runnerPid: 11,
  phase,
  since: ago(5_000),
  gateway: { pid: 12, startedAt: ago(4_000) },
  problems: [],
  ...over,
});
const ended = (msAgo: number, outcome: 'failure' | 'stopped' | 'needs-attention' = 'failure'): HistoryRecord => ({
  at: ago(msAgo),
  kind: 'ended',
  pid: 12,
  code: 1,
  outcome,
  reason: 'The gateway failed (exit code 1).',
  uptimeMs: 100,
});
const started = (msAgo: number, cause: 'asked' | 'recovery' = 'asked'): HistoryRecord => ({
  at: ago(msAgo),
  kind: 'started',
  pid: 12,
  cause,
});

function facts(over: Partial<StatusFacts> = {}): StatusFacts {
  return {
    identity: { profile: 'default', root: '/h', home: '/h', serviceId: '', service: 'HermesGateway' },
    mechanism: 'embedded',
    registration: registered('running'),
    history: [],
    desired: { desired: 'running', at: ago(3_600_000) },
    recovery: RECOVERY_LADDER,
    problems: [],
    ...over,
  };
}

const hold = {
  schema: 1,
  id: 'a',
  who: 'hermes update',
  why: 'new version',
  since: ago(0),
  until: ago(-60_000),
  holder: { pid: 1 },
} as const;
const stopped = { desired: 'stopped', at: ago(60_000) } as const;
const justAsked = { desired: 'running', at: ago(100) } as const;

it('contains the platforms of a running gateway, and a problem where one of them is not connected', () => {
  const statusOf = (state: string, over: Partial<StatusFacts> = {}, known?: 'token-in-use') =>
    composeStatus(facts({ runner: runner('running', { platforms: [{ name: 'irc', state, ...(known && { known }) }] }), ...over }), NOW);
  const codes = (status: ReturnType<typeof statusOf>) => status.problems.map(({ code }) => code);
  expect(statusOf('connected').platforms).toEqual([{ name: 'irc', state: 'connected' }]);
  for (const state of ['connected', 'connecting', 'paused']) expect(codes(statusOf(state)), state).toEqual([]);
  for (const state of ['fatal', 'retrying', 'disconnected']) expect(codes(statusOf(state)), state).toEqual(['platform-down']);
  // A bot that another gateway uses is one problem.
  const problems = [problem('bot-held')];
  expect(codes(statusOf('retrying', { problems }, 'token-in-use'))).toEqual(['bot-held']);
  expect(codes(statusOf('retrying', { problems }))).toEqual(['bot-held', 'platform-down']);
});

it('reports since when the service waits for its owner, and whether Windows will sign the owner in', () => {
  const registration = { ...registered('running'), automaticSignIn: 'organisation' } as const;
  const host = { phase: 'waiting-for-sign-in', since: ago(3_600_000) } as const;
  const waiting = composeStatus(facts({ mechanism: 'service', registration, host }), NOW);
  expect(waiting).toMatchObject({ waitingForSignInSince: ago(3_600_000), automaticSignIn: 'organisation' });
  const running = composeStatus(facts({ mechanism: 'service', registration, host, runner: runner('running') }), NOW);
  expect(running).toMatchObject({ phase: 'running', automaticSignIn: 'organisation' });
  expect(running.waitingForSignInSince).toBeUndefined();
});

it('says where a gateway runs before the sign-in, and why Windows did not let it', () => {
  const registration = { ...registered('running'), beforeSignIn: 'yes' } as const;
  const session = { id: 0, user: 'PC\\anna', beforeSignIn: true } as const;
  const host = { phase: 'running', since: ago(1_000), session } as const;
  const early = composeStatus(facts({ mechanism: 'service', registration, host, runner: runner('running') }), NOW);
  expect(early).toMatchObject({ phase: 'running', session, beforeSignIn: 'yes', problems: [] });
  const launchError = new GatewayServiceError('before-sign-in-refused', '(the account is disabled)').toValue();
  const waiting = composeStatus(
    facts({ mechanism: 'service', registration, host: { phase: 'waiting-for-sign-in', since: ago(1_000), launchError } }),
    NOW,
  );
  expect(waiting).toMatchObject({ phase: 'waiting-for-sign-in', problems: [{ code: 'before-sign-in-refused' }] });
  expect(waiting.problems[0]?.message).toContain('the account is disabled');
});

describe('crashes in a row', () => {
  const short = (msAgo: number) => [started(msAgo + 100, 'recovery'), ended(msAgo)];
  const crashed = [started(900_000), ...short(300_000), ...short(230_000), ...short(160_000), ...short(90_000), ...short(20_000)];
  const startedAgo = (ms: number) => runner('running', { gateway: { pid: 12, startedAt: ago(ms) } });

  it('are counted though the ladder begins again after its longest delay', () => {
    const status = composeStatus(facts({ history: crashed, runner: startedAgo(8_000) }), NOW);
    expect(status.restarts.crashes).toEqual({ count: 5, since: ago(300_000) });
    expect(status.problems.map(({ code }) => code)).toEqual(['crash-loop']);
  });

  it('are over when the gateway has run for the reset period, and after a start by the user', () => {
    for (const over of [
      { history: crashed, runner: startedAgo(60_000) },
      { history: [...crashed, started(10_000)], runner: startedAgo(10_000) },
    ]) {
      const status = composeStatus(facts(over), NOW);
      expect(status.restarts.crashes).toBeUndefined();
      expect(status.problems).toEqual([]);
    }
  });

  it('begin with the failure that ends a long life', () => {
    const long = { ...ended(20_000), uptimeMs: 3_600_000 } as HistoryRecord;
    const { restarts } = composeStatus(
      facts({ history: [...crashed.slice(0, -1), long, ...short(10_000)], runner: startedAgo(5_000) }),
      NOW,
    );
    expect(restarts.crashes).toEqual({ count: 2, since: ago(20_000) });
  });
});

describe('phase', () => {
  const table: [string, Partial<StatusFacts>, string][] = [
    ['nothing is registered', { registration: { state: 'absent' } }, 'not-installed'],
    ['nothing is registered, whatever still runs', { registration: { state: 'absent' }, runner: runner('running') }, 'not-installed'],
    ['the name belongs to somebody else', { registration: { state: 'foreign', detail: 'C:\\other.exe' } }, 'foreign'],
    ['the registration cannot be read', { registration: { state: 'unknown', detail: 'access denied' } }, 'unknown'],
    ['the service is marked for deletion', { registration: { state: 'removal-pending' } }, 'removal-pending'],
    ['this system has no such mechanism', { registration: { state: 'unsupported' } }, 'unsupported'],
    ['the host is stopping, whatever the runner says', { registration: registered('stopping'), runner: runner('running') }, 'stopping'],
    ['a runner says starting', { runner: runner('starting') }, 'starting'],
    ['a runner says running', { runner: runner('running') }, 'running'],
    ['a runner says degraded', { runner: runner('degraded') }, 'degraded'],
    ['a runner says restarting', { runner: runner('restarting') }, 'restarting'],
    ['a runner says held', { runner: runner('held-for-update') }, 'held-for-update'],
    ['a runner says stopping', { runner: runner('stopping') }, 'stopping'],
    ['a runner is believed though its host is gone', { registration: registered('stopped'), runner: runner('running') }, 'running'],
    ['the host lives and no runner answers yet', {}, 'starting'],
    ['the host lives and waits for the ladder', { host: { phase: 'restarting', since: ago(100) } }, 'restarting'],
    ['the host waits for its user', { host: { phase: 'waiting-for-sign-in', since: ago(100) } }, 'waiting-for-sign-in'],
    ['the host lives but is to stop', { desired: stopped }, 'stopping'],
    ['the host lives and an update holds', { hold }, 'held-for-update'],
    ['the host is stopped as asked', { registration: registered('stopped'), desired: stopped }, 'stopped'],
    [
      'the host is stopped as asked, whatever failed before',
      { registration: registered('stopped'), desired: stopped, history: [ended(70_000)] },
      'stopped',
    ],
    [
      'the gateway refused its configuration',
      { registration: registered('stopped'), history: [ended(1_000, 'needs-attention')] },
      'needs-attention',
    ],
    [
      'it refused its configuration before the user asked again',
      { registration: registered('stopped'), desired: justAsked, history: [ended(1_000, 'needs-attention')] },
      'starting',
    ],
    ['an update holds and no host lives', { registration: registered('stopped'), hold }, 'held-for-update'],
    ['a start was asked for just now', { registration: registered('stopped'), desired: justAsked }, 'starting'],
    ['the supervisor died a moment ago', { registration: registered('stopped'), history: [ended(1_000)] }, 'restarting'],
    ['the supervisor died long ago', { registration: registered('stopped'), history: [ended(60_000)] }, 'failed'],
    ['a start was asked for, long ago, and nothing came of it', { registration: registered('stopped') }, 'failed'],
    ['the SCM is about to restart it', { mechanism: 'service', registration: registered('stopped'), history: [ended(500)] }, 'restarting'],
    [
      'the SCM should have restarted it by now',
      { mechanism: 'service', registration: registered('stopped'), history: [ended(60_000)] },
      'failed',
    ],
    [
      'the SCM is about to restart it after the runner itself was killed',
      {
        mechanism: 'service',
        registration: registered('stopped'),
        host: { phase: 'running', since: ago(9_000), lastRunnerExit: { at: ago(500), code: null } },
      },
      'restarting',
    ],
    [
      'somebody stopped the service itself',
      {
        mechanism: 'service',
        registration: registered('stopped'),
        host: { phase: 'stopped', since: ago(9_000), lastStop: { at: ago(9_000), reason: 'stopped through the SCM' } },
        history: [ended(9_000, 'stopped')],
      },
      'stopped',
    ],
    [
      'somebody had stopped the service before the user asked for a start',
      {
        mechanism: 'service',
        registration: registered('stopped'),
        desired: justAsked,
        host: { phase: 'stopped', since: ago(9_000), lastStop: { at: ago(9_000), reason: 'stopped through the SCM' } },
      },
      'starting',
    ],
  ];
  it.each(table)('when %s', (_what, over, phase) => {
    expect(composeStatus(facts(over), NOW).phase).toBe(phase);
  });

  describe('after an update', () => {
    const note: HistoryRecord = {
      at: ago(70_000),
      kind: 'noted',
      what: 'updated',
      reason: 'git ended with exit code 0.',
      update: { id: 'u', what: 'git' },
    };
    const failures = (count: number) => Array.from({ length: count }, (_, index) => ended(60_000 - index * 1_000));
    const bad = { registration: registered('stopped'), history: [note, ...failures(FAILURES_AFTER_UPDATE)] };

    it('reports failed when the gateway has failed too often since the update, with the time', () => {
      const status = composeStatus(facts(bad), NOW);
      expect(status).toMatchObject({ phase: 'failed', detail: expect.stringContaining('since the update of git') });
      expect(status.problems.map(({ code }) => code)).toContain('bad-update');
      expect(status.restarts).not.toHaveProperty('nextAt');
    });

    it('reports failed for a service too when its SCM has no restart planned', () => {
      const host: HostFacts = { phase: 'stopped', since: ago(50_000), lastStop: { at: ago(50_000), reason: 'stays stopped' } };
      expect(composeStatus(facts({ ...bad, mechanism: 'service', host }), NOW)).toMatchObject({ phase: 'failed' });
    });

    it.each<[string, Partial<StatusFacts>, string]>([
      ['one failure fewer is an ordinary failure', { history: [note, ...failures(FAILURES_AFTER_UPDATE - 1)] }, 'failed'],
      ['a later requested start resets the count', { desired: justAsked }, 'starting'],
      ['the next update holds the gateway', { hold }, 'held-for-update'],
      ['a stop by the user is shown as stopped', { desired: stopped }, 'stopped'],
    ])('computes the phase after an update: %s', (_what, over, phase) => {
      const status = composeStatus(facts({ ...bad, ...over }), NOW);
      expect(status.phase).toBe(phase);
      expect(status.problems.map(({ code }) => code)).not.toContain('bad-update');
    });

    it('names the update when the gateway refuses its configuration since then', () => {
      const status = composeStatus(facts({ ...bad, history: [note, ended(1_000, 'needs-attention')] }), NOW);
      expect(status).toMatchObject({ phase: 'needs-attention', detail: expect.stringContaining('since the update of git') });
      expect(status.problems).toMatchObject([{ code: 'configuration', message: expect.stringContaining('since the update of git') }]);
    });
  });

  it('includes the reason when there is one', () => {
    const detail = (over: Partial<StatusFacts>) => composeStatus(facts(over), NOW).detail;
    expect(detail({ hold })).toBe('hermes update: new version');
    expect(detail({ registration: { state: 'foreign', detail: 'x' } })).toBe('x');
    expect(detail({ registration: registered('stopped'), history: [ended(60_000)] })).toBe('The gateway failed (exit code 1).');
    expect(detail({ runner: runner('degraded', { detail: 'no answer' }) })).toBe('no answer');
  });

  it('names the program of a service that has the name, and since when the gateway starts or stops', () => {
    const compose = (over: Partial<StatusFacts>) => composeStatus(facts(over), NOW);
    expect(compose({ registration: { state: 'foreign', detail: 'x', program: 'C:\\other.exe' } })).toMatchObject({
      takenBy: 'C:\\other.exe',
    });
    expect(compose({ runner: runner('starting') }).phaseSince).toBe(runner('starting').since);
    expect(compose({ runner: runner('running') }).phaseSince).toBeUndefined();
    expect(compose({ runner: { ...runner('running'), restartWhenIdle: true } })).toMatchObject({ restartWhenIdle: true });
  });
});

describe('status', () => {
  it('contains processes, uptime and the last exit while the gateway runs', () => {
    const status = composeStatus(
      facts({ runner: runner('running'), history: [started(9_000), ended(8_000), started(4_000, 'recovery')] }),
      NOW,
    );
    expect(status).toMatchObject({
      schema: 1,
      mechanism: 'embedded',
      desired: 'running',
      servicePid: 10,
      gatewayPid: 12,
      startedAt: ago(4_000),
      uptimeMs: 4_000,
      restarts: { count: 1, lastAt: ago(4_000) },
      lastExit: { code: 1, at: ago(8_000) },
    });
    expect(status.restarts.nextAt).toBeUndefined();
  });

  it('contains no history for a service that is not installed', () => {
    const status = composeStatus(facts({ registration: { state: 'absent' }, history: [started(9_000), ended(8_000)] }), NOW);
    expect(status).toMatchObject({ mechanism: 'none', desired: 'stopped', restarts: { count: 0 } });
    expect(status.lastExit).toBeUndefined();
  });

  it('passes on the next try when the host reports it', () => {
    const nextTry = { at: ago(-4_000), attempt: 3 };
    const host: HostFacts = { phase: 'restarting', since: ago(100), nextTry };
    const status = composeStatus(facts({ host, history: [ended(100)] }), NOW);
    expect(status.restarts).toEqual({ count: 0, nextAt: nextTry.at, attempt: 3, crashes: { count: 1, since: ago(100) } });
    expect(status.problems.map(({ code }) => code)).toEqual(['crash-loop']);
  });

  it('computes the next try from history and restart delays when the SCM restarts, and marks it as estimated', () => {
    const history = [started(20_000), ended(5_000), ended(500)];
    const status = composeStatus(facts({ mechanism: 'service', registration: registered('stopped'), history }), NOW);
    expect(status.restarts).toMatchObject({ nextAt: ago(500 - 2_000), estimated: true, attempt: 2 });
  });

  it('counts one exit once when gateway and runner both report it', () => {
    const host: HostFacts = { phase: 'running', since: ago(9_000), lastRunnerExit: { at: ago(450), code: 1 } };
    const status = composeStatus(facts({ mechanism: 'service', registration: registered('stopped'), host, history: [ended(500)] }), NOW);
    expect(status.restarts.attempt).toBe(1);
  });

  it('contains the problems of the runner, of the reader and of the phase, and ignores codes of another version', () => {
    const damaged = { code: 'state-newer', severity: 'warning', message: 'm', remedy: 'r', actions: [], elevated: false } as const;
    const told = composeStatus(
      facts({ runner: runner('degraded', { problems: ['gateway-silent', 'of-the-future', 'toString'] }), problems: [damaged] }),
      NOW,
    );
    expect(told.problems.map(({ code }) => code)).toEqual(['state-newer', 'gateway-silent']);
    const attention = composeStatus(facts({ registration: registered('stopped'), history: [ended(1_000, 'needs-attention')] }), NOW);
    expect(attention.problems.map(({ code }) => code)).toEqual(['configuration']);
  });
});

const time = fc.integer({ min: NOW - 10 * 86_400_000, max: NOW + 86_400_000 }).map(ms => new Date(ms).toISOString());
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const anyRegistration: fc.Arbitrary<Registration> = fc.oneof(
  fc.constantFrom('stopped', 'starting', 'running', 'stopping').map(host => registered(host as 'stopped')),
  fc.constantFrom<Registration>({ state: 'absent' }, { state: 'removal-pending' }, { state: 'unsupported' }),
  fc.record({ state: fc.constantFrom('foreign' as const, 'unknown' as const), detail: fc.string() }),
);
const anyHost: fc.Arbitrary<HostFacts> = fc.record(
  {
    phase: fc.constantFrom('starting', 'running', 'restarting', 'waiting-for-sign-in', 'stopping', 'stopped'),
    since: time,
    lastStop: fc.record({ at: time, reason: fc.string() }),
    lastRunnerExit: fc.record({ at: time, code: fc.option(fc.integer()) }),
    nextTry: fc.record({ at: time, attempt: fc.nat(9) }),
    session: fc.record({ id: fc.nat(), user: fc.string() }),
  },
  { requiredKeys: ['phase', 'since'] },
);
const anyRunner: fc.Arbitrary<RunnerState> = fc.record(
  {
    schema: fc.constant(1 as const),
    service: fc.string().map((id): ServiceName => `HermesGateway-${id}`),
    runnerPid: fc.nat(),
    phase: fc.constantFrom('starting', 'running', 'degraded', 'restarting', 'held-for-update', 'stopping'),
    since: time,
    detail: fc.string(),
    gateway: fc.record({ pid: fc.nat(), startedAt: time }),
    problems: fc.array(fc.oneof(fc.constantFrom(...Object.keys(PROBLEMS)), fc.string())),
  },
  { requiredKeys: ['schema', 'service', 'runnerPid', 'phase', 'since', 'problems'] },
);
const anyRecord: fc.Arbitrary<HistoryRecord> = fc.oneof(
  fc.record({
    at: time,
    kind: fc.constant('started' as const),
    pid: fc.nat(),
    cause: fc.constantFrom('asked', 'recovery', 'in-place', 'released'),
  }),
  fc.record({
    at: time,
    kind: fc.constant('ended' as const),
    pid: fc.option(fc.nat()),
    code: fc.option(fc.integer()),
    outcome: fc.constantFrom('stopped', 'stopped-from-outside', 'restart-in-place', 'needs-attention', 'failure', 'session-ending'),
    reason: fc.string(),
    uptimeMs: fc.nat(),
  }),
  fc.record({ at: time, kind: fc.constant('noted' as const), what: fc.constantFrom('held', 'degraded', 'recovered'), reason: fc.string() }),
);
const anyFacts: fc.Arbitrary<StatusFacts> = fc
  .record({
    mechanism: fc.constantFrom('service' as const, 'startup' as const, 'embedded' as const),
    registration: anyRegistration,
    host: optional(anyHost),
    runner: optional(anyRunner),
    history: fc.array(anyRecord, { maxLength: 12 }),
    desired: fc.record({ desired: fc.constantFrom('running' as const, 'stopped' as const), at: time }),
    hold: optional(fc.constant(hold)),
    recovery: fc.record({ delaysMs: fc.array(fc.nat(), { maxLength: 9 }), resetMs: fc.nat() }),
  })
  .map(facts);

describe('arbitrary facts', () => {
  it('composes a consistent status with a known phase, unchanged after JSON', () => {
    fc.assert(
      fc.property(anyFacts, some => {
        const status = composeStatus(some, NOW);
        expect(PHASES).toContain(status.phase);
        expect(JSON.parse(JSON.stringify(status))).toEqual(status);
        expect(status.restarts.count).toBeGreaterThanOrEqual(0);
        expect(status.uptimeMs ?? 0).toBeGreaterThanOrEqual(0);
        expect(status.mechanism === 'none').toBe(!['registered', 'removal-pending'].includes(some.registration.state));
        if (status.phase === 'stopped' && !some.host?.lastStop) expect(status.desired).toBe('stopped');
        for (const { code, message, remedy } of status.problems) {
          expect(Object.keys(PROBLEMS)).toContain(code);
          expect(message && remedy).not.toBe('');
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('registration', () => {
  const problemsOf = (over: object) =>
    composeStatus(
      facts({ mechanism: 'service', registration: { ...registered('stopped'), ...over } as Registration, desired: stopped }),
      NOW,
    ).problems;

  it('reports a problem for an administrator when the service is disabled or starts another program than ours', () => {
    expect(problemsOf({ startType: 'automatic' })).toEqual([]);
    expect(problemsOf({ startType: 'disabled' })).toMatchObject([{ code: 'start-disabled', elevated: true }]);
    expect(problemsOf({ outdated: true })).toMatchObject([{ code: 'host-outdated', elevated: true }]);
  });
});
