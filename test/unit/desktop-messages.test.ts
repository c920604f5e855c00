// The English catalogue: a full sentence for any document.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFormats, setRegion } from '../../src/desktop/formats.ts';
import { en } from '../../src/desktop/messages-en.ts';
import { endToExplain, ladderDots, nextChangeMs, offeredAction, offerOf, PHASE_VIEWS, trayIconOf } from '../../src/desktop/views.ts';
import { ERRORS, type ErrorCode } from '../../src/model/error-table.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import type { HistoryRecord } from '../../src/model/history.ts';
import { KNOWN_ENDS, type KnownEnd } from '../../src/model/known-end.ts';
import { RECOVERY_LADDER } from '../../src/model/ladder.ts';
import { PROBLEMS, type ProblemCode, problem } from '../../src/model/problems.ts';
import type { Receipt } from '../../src/model/receipt.ts';
import { PHASES, type Status } from '../../src/model/status.ts';
import { ago, NOW, receiptFor, statusIn } from '../renderer/snapshots.ts';

beforeEach(() => setRegion('en-US'));
afterEach(() => setRegion(undefined));

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
    lastExit: fc.record(
      { code: fc.option(fc.integer()), reason: text, at, cause: text, known: fc.constantFrom(...KNOWN_ENDS) },
      { requiredKeys: ['code', 'reason', 'at'] },
    ),
    session: fc.record({ id: fc.nat(), user: text }),
    startType: fc.constantFrom('automatic', 'automatic-delayed', 'manual', 'disabled'),
    recovery: fc.constant(RECOVERY_LADDER),
    finishingWorkSince: at,
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
  it('has a sentence, an announcement, an icon and an exit code', () => {
    fc.assert(
      fc.property(anyStatus, status => {
        fc.pre(!JSON.stringify(status).match(/undefined|NaN|null|Infinity/));
        expectSaid(en.sentence(status, NOW));
        expectSaid(en.announcement(status));
        expectSaid(en.restarts(status, NOW));
        expectSaid(en.ladder(status));
        for (const dot of ladderDots(status, NOW)) expectSaid(en.ladderDot(dot));
        const action = offeredAction({ status });
        if (action) expectSaid(en.actionLabel(action, status.phase));
        expect(en.help(status) === undefined, 'help').toBe(endToExplain(status) === undefined);
        if (status.lastExit) expectSaid(en.lastExit(status.lastExit, NOW));
        expect(trayIconOf({ status })).toMatch(/^(running|busy|stopped|warning|error)$/);
        expect(PHASE_VIEWS[status.phase].exit).toBeTypeOf('number');
      }),
    );
  });

  it('has an announcement that does not change with time', () => {
    fc.assert(
      fc.property(anyStatus, status => {
        const later = { ...status, restarts: { ...status.restarts, nextAt: ago(-5_000) }, startedAt: ago(9_000_000) };
        expect(en.announcement(later)).toBe(en.announcement(status));
      }),
    );
  });
});

describe('sentences', () => {
  it('shows how long the gateway runs and which program restarts it', () => {
    expect(en.sentence(statusIn('running'), NOW)).toBe('Running for 3 hr 12 min. Windows restarts it if it stops.');
    expect(en.sentence(statusIn('running', { mechanism: 'embedded' }), NOW)).toBe(
      'Running for 3 hr 12 min. Hermes restarts it if it stops.',
    );
  });

  it('shows no uptime during the first minute', () => {
    for (const ms of [0, 59_999])
      expect(en.sentence(statusIn('running', { startedAt: ago(ms) }), NOW)).toBe('Running. Windows restarts it if it stops.');
    expect(en.sentence(statusIn('running', { startedAt: ago(60_000) }), NOW)).toContain('Running for 1 min.');
    expect([en.uptime(0), en.uptime(59_999), en.uptime(60_000)]).toEqual(['Less than a minute', 'Less than a minute', '1 min']);
  });

  it('distinguishes a gateway that does not answer from one that reports a problem', () => {
    expect(en.sentence(statusIn('degraded'), NOW)).toBe('Running, but it does not answer. A restart usually helps.');
    expect(en.sentence(statusIn('degraded', { problems: [problem('gateway-degraded')] }), NOW)).toBe(
      'Running, but it reports a problem. A restart usually helps.',
    );
  });

  it('distinguishes restarts requested by the user, requested by the gateway, and unexpected', () => {
    const restarts = { count: 1 };
    const at = ago(100);
    expect(en.sentence(statusIn('restarting', { restarts, restartRequested: true }), NOW)).toBe('Restarting, as you asked.');
    expect(en.sentence(statusIn('restarting', { restarts, lastExit: { code: 75, reason: 'asked', at } }), NOW)).toBe(
      'Restarting, because the gateway asked for it.',
    );
    expect(en.sentence(statusIn('restarting', { restarts, lastExit: { code: 1, reason: 'failed', at } }), NOW)).toBe(
      'Stopped unexpectedly. Starting it again.',
    );
    // More wishes than it is granted are a failure, with its place on the ladder.
    const onLadder = { count: 4, attempt: 1, nextAt: ago(-1_000) };
    expect(en.sentence(statusIn('restarting', { restarts: onLadder, lastExit: { code: 75, reason: 'too often', at } }), NOW)).toBe(
      'Stopped unexpectedly. Next try in 1 sec.',
    );
  });

  it('changes the words of a start and a stop that takes long, and says what the gateway printed last', () => {
    const since = (ms: number) => ({ phaseSince: ago(ms) });
    expect(en.sentence(statusIn('starting', since(14_999)), NOW)).toBe('Starting. This takes a few seconds.');
    expect(en.sentence(statusIn('starting', since(40_000)), NOW)).toBe('Still starting (40 sec).');
    const stopping = statusIn('stopping', { ...since(75_000), lastLine: 'telegram: closing' });
    expect(en.sentence(stopping, NOW)).toBe('Still stopping (1 min). It printed: telegram: closing.');
    expect(en.announcement(stopping)).toBe('Gateway: Stopping. This takes a few seconds.');
    expect(nextChangeMs(statusIn('starting', since(4_000)), NOW)).toBe(11_000);
    expect(nextChangeMs(stopping, NOW + 300)).toBe(700);
  });

  it('names the program that has the name of the service, and what helps', () => {
    expect(en.sentence(statusIn('foreign', { takenBy: 'C:\\Other\\other.exe' }), NOW)).toBe(
      'Its name is taken by other.exe. Remove that service first.',
    );
    expect(en.sentence({ ...statusIn('unknown'), phase: 'foreign' }, NOW)).toMatch(/another user or Hermes home\. Remove it there\./);
  });

  it('says that a restart waits for the agent', () => {
    const waiting = statusIn('running', { restartWhenIdle: true });
    expect(en.sentence(waiting, NOW)).toBe('Running for 3 hr 12 min. Restarts when the agent has finished.');
    expect(en.announcement(waiting)).toBe('Gateway: Running. Restarts when the agent has finished.');
  });

  it('shows when the next attempt is due, and whether that is an estimate', () => {
    const { restarts } = statusIn('restarting');
    expect(en.sentence(statusIn('restarting'), NOW)).toBe('Keeps crashing (5 times in a row). Next try in 14 sec.');
    expect(en.sentence(statusIn('restarting', { restarts: { ...restarts, estimated: true } }), NOW)).toContain('in about 14 sec.');
    expect(en.sentence(statusIn('restarting', { problems: [] }), NOW + 14_000)).toBe('Stopped unexpectedly. Starting it again.');
  });

  it('counts crashes until the gateway has run for a while', () => {
    const crashes = { count: 4, since: ago(28_000) };
    const problems = [problem('crash-loop')];
    const lastExit = { code: 1, reason: 'The gateway failed.', at: ago(8_000) };
    const again = statusIn('running', { startedAt: ago(8_000), restarts: { count: 4, crashes }, problems, lastExit });
    expect(en.sentence(again, NOW)).toBe('Running again for 8 sec, after 4 crashes in 20 sec.');
    const long = { count: 13, since: ago(29 * 60_000) };
    const still = statusIn('restarting', { restarts: { count: 13, attempt: 2, crashes: long, nextAt: ago(-14_000) }, problems, lastExit });
    const since = createFormats('en').time(long.since, NOW);
    expect(en.sentence(still, NOW)).toBe(`Keeps crashing (13 times in a row since ${since}). Next try in 14 sec.`);
  });

  it('says why the gateway ended wherever its end is shown', () => {
    const lastExit = {
      code: 1,
      reason: 'The gateway failed (exit code 1).',
      cause: 'The token was rejected by the server.',
      at: ago(2_000),
    };
    const status = statusIn('restarting', { lastExit });
    expect(en.sentence(status, NOW)).toBe('Keeps crashing: The token was rejected by the server (5 times in a row). Next try in 14 sec.');
    const inModule = statusIn('failed', {
      problems: [],
      lastExit: { ...lastExit, cause: `telegram.error.InvalidToken: ${lastExit.cause}` },
    });
    expect(en.sentence(inModule, NOW)).toBe('The gateway failed and is not restarted: The token was rejected by the server.');
    const said = 'The gateway failed (exit code 1). The token was rejected by the server.';
    expect(en.lastExit(lastExit, NOW)).toContain(said);
    expect(en.historyLine({ ...lastExit, kind: 'ended', pid: 1, outcome: 'failure', uptimeMs: 100 })).toBe(`Ended at once: ${said}`);
    const long = { ...lastExit, cause: `No such model: ${'very long '.repeat(20)}` };
    expect(en.sentence(statusIn('failed', { lastExit: long }), NOW)).toMatch(/: No such model: [a-z ]{62,64}….$/);
    expect(en.lastExit(long, NOW)).toContain(long.cause.trim());
    // Hermes' own words are part of the reason already.
    const stated = { ...lastExit, reason: 'The gateway failed: no such bot (exit code 1).', cause: 'no such bot' };
    expect(en.lastExit(stated, NOW)).not.toMatch(/no such bot.*no such bot/);
  });

  it('shows why a recognised end happened in a clause, and what helps', () => {
    const end = { code: 1, reason: 'The gateway failed (exit code 1).', at: ago(2_000) };
    const rejected = {
      ...end,
      cause: 'telegram.error.InvalidToken: The token `…` was rejected by the server.',
      known: 'token-rejected',
    } as const;
    const looping = statusIn('restarting', { lastExit: rejected });
    expect(en.sentence(looping, NOW)).toBe(
      'Keeps crashing: the token of the Telegram bot was rejected (5 times in a row). Next try in 14 sec.',
    );
    expect(en.help(looping)).toBe('Put a valid token into ".env", which is beside the configuration. Then start it again.');
    // It runs between two crashes: the sentence says so, and the help says what happened before.
    const again = statusIn('running', { lastExit: rejected, problems: [problem('crash-loop')] });
    expect(en.help(again)).toMatch(/^The token of the Telegram bot was rejected\. Put a valid token/);
    // The end of a gateway that has recovered, and the first failures, which a restart may solve.
    for (const phase of ['running', 'restarting'] as const)
      expect(en.help(statusIn(phase, { lastExit: rejected, problems: [] }))).toBeUndefined();
    const refused = statusIn('needs-attention', { lastExit: { ...end, code: 78, cause: 'no such model.', known: 'configuration' } });
    expect(en.sentence(refused, NOW)).toBe('Not running: Hermes refuses its configuration: no such model.');
    expect(en.sentence(statusIn('needs-attention', { lastExit: { ...rejected, code: 78 } }), NOW)).toBe(
      'Not running: the token of the Telegram bot was rejected.',
    );
  });

  it.each<[KnownEnd, string, string]>([
    [
      'token-in-use',
      'discord: Discord bot token already in use (PID 7). Stop the other gateway first.',
      'another gateway uses the token of the Discord bot',
    ],
    ['port-in-use', 'api_server: Port 8642 already in use. Set platforms.api_server.port', 'another program uses port 8642'],
    [
      'port-in-use',
      "OSError: [Errno 98] error while attempting to bind on address ('127.0.0.1', 8644): address already in use",
      'another program uses port 8644',
    ],
    ['module-missing', "ModuleNotFoundError: No module named 'telegram'", 'telegram is not installed'],
    ['module-missing', 'telegram: python-telegram-bot not installed', 'python-telegram-bot is not installed'],
    ['module-missing', 'ImportError: DLL load failed', 'a Python package is missing or damaged'],
  ])('names what the cause of %s names: %s', (known, cause, clause) => {
    const status = statusIn('failed', { lastExit: { code: 1, reason: 'It failed.', cause, known, at: ago(0) } });
    expect(en.sentence(status, NOW)).toBe(`The gateway failed and is not restarted: ${clause}.`);
  });

  it('names the program that holds the port', () => {
    const lastExit = {
      code: 78,
      reason: 'It failed.',
      cause: 'api_server: Port 8642 already in use.',
      known: 'port-in-use',
      at: ago(0),
    } as const;
    const heldBy = (holder: { pid: number; program?: string }) =>
      en.sentence(statusIn('needs-attention', { lastExit: { ...lastExit, holder } }), NOW);
    expect(heldBy({ pid: 812, program: 'python3' })).toBe('Not running: python3 (PID 812) uses port 8642.');
    expect(heldBy({ pid: 812 })).toBe('Not running: another program (PID 812) uses port 8642.');
  });

  it('quotes the cause of an end that only a newer version recognises', () => {
    const lastExit = { code: 1, reason: 'It failed.', cause: 'clock is wrong', known: 'clock-wrong' as KnownEnd, at: ago(0) };
    const status = statusIn('failed', { lastExit });
    expect(en.sentence(status, NOW)).toBe('The gateway failed and is not restarted: clock is wrong.');
    expect(en.help(status)).toBeUndefined();
    expect(offeredAction({ status })?.verb).toBe('start');
  });

  it('says which platforms of a running gateway are connected, and why the others are not', () => {
    const telegram = { name: 'telegram', state: 'connected' };
    const rejected = {
      name: 'discord',
      state: 'fatal',
      reason: 'Discord bot token rejected: Improper token',
      known: 'token-rejected',
    } as const;
    const problems = [problem('platform-down')];
    const partly = statusIn('running', { platforms: [rejected, telegram], problems });
    const said = 'Telegram connected, Discord not connected: the token of the Discord bot was rejected';
    expect(en.sentence(partly, NOW)).toBe(`Running for 3 hr 12 min. ${said}.`);
    expect(en.platforms(partly)).toBe(said);
    expect(en.help(partly)).toMatch(/^Put a valid token/);
    expect(offerOf({ status: partly })).toMatchObject({ row: { verb: 'restart' }, below: { actions: [{ verb: 'showConfiguration' }] } });
    expect(trayIconOf({ status: partly })).toBe('warning');
    const more = [...problems, problem('log-incomplete')];
    expect(en.sentence(statusIn('running', { platforms: [rejected], problems: more }), NOW)).toMatch(
      /^Running for .*, with 1 problem\. Discord/,
    );
    const several = [
      telegram,
      { name: 'work:api_server', state: 'paused' },
      { name: 'irc', state: 'retrying' },
      { name: 'slack', state: 'retrying', reason: 'x'.repeat(200) },
    ];
    expect(en.platforms(statusIn('running', { platforms: several }))).toBe(
      `Telegram connected, API server (work) paused, IRC not connected, Slack not connected: ${'x'.repeat(79)}…`,
    );
    // Where all are connected, what restarts the gateway is of more use.
    expect(en.sentence(statusIn('running', { platforms: [telegram] }), NOW)).toBe(
      'Running for 3 hr 12 min. Windows restarts it if it stops.',
    );
    const degraded = statusIn('degraded', { platforms: [rejected], problems: [problem('gateway-degraded'), ...problems] });
    expect(en.sentence(degraded, NOW)).toMatch(/^Running, but it reports a problem\. Discord not connected: the token/);
  });

  it('counts problems in singular and plural', () => {
    const one = [problem('log-incomplete')];
    expect(en.sentence(statusIn('running', { problems: one }), NOW)).toContain('with 1 problem.');
    expect(en.sentence(statusIn('running', { problems: [...one, problem('host-outdated')] }), NOW)).toContain('with 2 problems.');
  });

  it('names the profile when there are several', () => {
    expect(en.title({ profile: 'work', profiles: ['default', 'work'] })).toBe('Run gateway as service: work');
    expect(en.title({ profile: 'default', profiles: ['default'] })).toBe('Run gateway as service');
  });
});

describe('restart delays', () => {
  const ladderAt = (attempt: number) => en.ladder(statusIn('restarting', { restarts: { count: attempt, attempt } }));

  it('shows the number of failures and when the first delay applies again', () => {
    expect(ladderAt(1)).toBe('1 failure. After 1 min without a failure, the first delay applies again.');
    expect(ladderAt(5)).toBe('5 failures in a row. After 1 min without a failure, the first delay applies again.');
    expect(en.ladder(statusIn('running'))).toBe(
      'It is restarted with these delays after failures. After 1 min without a failure, the first delay applies again.',
    );
  });

  it('labels the restart delays in bare seconds', () => {
    expect(ladderDots(statusIn('restarting'), NOW).map(en.ladderDot)).toEqual(['1', '2', '4', '9', '14', '25', '36', '49', '64']);
  });
});

describe('history lines', () => {
  const end = { at: ago(0), kind: 'ended', pid: 7, code: 1, outcome: 'failure', reason: 'The gateway failed (exit code 1).' } as const;
  const note = { at: ago(0), kind: 'noted' } as const;

  it('shows how long a gateway ran, when it ran at all', () => {
    expect(en.historyLine({ ...end, uptimeMs: 999 })).toBe('Ended at once: The gateway failed (exit code 1).');
    expect(en.historyLine({ ...end, uptimeMs: 5_000 })).toBe('Ended after 5 sec: The gateway failed (exit code 1).');
    expect(en.historyLine({ ...end, pid: null, code: null, reason: 'The program is gone', uptimeMs: 0 })).toBe('The program is gone.');
  });

  it('shows why a gateway had a problem, and that it has recovered', () => {
    expect(en.historyLine({ ...note, what: 'degraded', reason: 'no answer to 3 probes in a row' })).toBe(
      'Having trouble: no answer to 3 probes in a row.',
    );
    expect(en.historyLine({ ...note, what: 'degraded', reason: 'the gateway reports it' })).toBe('Having trouble: the gateway reports it.');
    expect(en.historyLine({ ...note, what: 'recovered', reason: 'the gateway answers again' })).toBe('Responding again.');
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
  ])('formats %d ms as %s', (ms, said) => {
    expect(createFormats('en').duration(ms)).toBe(said);
  });

  it('shows the day unless it is today, and the year unless it is this one', () => {
    expect(en.time(ago(0), NOW)).toMatch(/^\d+:\d\d:\d\d\s[AP]M$/);
    expect(en.time(ago(30 * 86_400_000), NOW)).toMatch(/^Jan \d+,/);
    expect(en.time(ago(400 * 86_400_000), NOW)).toMatch(/2025|2024/);
    expect(en.time('not a time', NOW)).toBe('not a time');
  });

  it.each([
    ['en-US', /^\d+:\d\d:\d\d\s[AP]M$/, /^Jan \d+, \d+:\d\d\s[AP]M$/],
    ['de-DE', /^\d+:\d\d:\d\d$/, /^\d+ Jan, \d+:\d\d$/],
    ['fr', /^\d+:\d\d:\d\d$/, /^\d+ Jan, \d+:\d\d$/],
    // English has no formats of its own for Brazil.
    ['pt-BR', /^\d+:\d\d:\d\d$/, /^Jan \d+, \d+:\d\d$/],
    // What Linux may say is no locale: that of before stays.
    ['C', /[AP]M$/, /[AP]M$/],
  ])('has English words and the format of the region of %s', (locale, time, day) => {
    setRegion(locale);
    expect(en.time(ago(0), NOW)).toMatch(time);
    expect(en.time(ago(30 * 86_400_000), NOW)).toMatch(day);
    expect(createFormats('en').duration(3 * 3_600_000 + 12 * 60_000)).toMatch(/^3 hrs? 12 mins?$/);
  });
});

describe('other texts', () => {
  it('has text for every record of the history', () => {
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

  it('shows a receipt line by line, and announces the consent that it needs', () => {
    const receipt = receiptFor('install');
    expect(receipt.rows.map(en.receiptLine)).toContain(
      'Set restart delays HermesGateway: restarts after 1, 2, 4, 9, 16, 25, 36, 49, 64 s; the delays start again after 60 s without a failure',
    );
    expect(receipt.rows.map(en.receiptLine)).toContain(
      'Grant right HermesGateway: you can query, start and stop it; only administrators can change it',
    );
    expect(en.confirm(receipt).elevated).toBeDefined();
    expect(en.confirm({ ...receipt, elevated: false }).elevated).toBeUndefined();
    // The first program of an elevation is Windows' own in every build (docs/windows-checklist.md).
    expect(en.confirm(receipt).elevated).toMatch(/"Windows Command Processor".*"Microsoft Windows"/);
    expect(en.confirm(receipt).body).toMatch(/^Your bots keep answering/);
    expect(en.confirm(receipt).unfold).toBe('Show all 6 changes');
    expect(en.confirm({ ...receipt, verb: 'repair' }).unfold).toBeUndefined();
    expect(en.confirm({ ...receipt, rows: receipt.rows.slice(0, 1) }).unfold).toBe('Show the change');
    for (const verb of ['install', 'uninstall'] as const)
      for (const mechanism of ['service', 'startup', 'embedded'] as const satisfies readonly Receipt['mechanism'][])
        for (const said of Object.values(en.confirm({ ...receipt, verb, mechanism }))) expectSaid(said);
  });

  it('promises to restore the previous autostart only when there was one', () => {
    const receipt = receiptFor('uninstall');
    expect(en.confirm(receipt).body).toBe('Your bots stop answering. The program that started the gateway before is set up again.');
    const rows = receipt.rows.filter(({ action }) => action !== 'create');
    expect(en.confirm({ ...receipt, rows }).body).toBe('Your bots stop answering.');
  });

  it('labels an action that asks for an administrator', () => {
    expect(en.actionLabel({ verb: 'repair', elevated: true }, 'failed')).toBe('Repair (asks for an administrator)');
    expect(en.actionLabel({ verb: 'restart', elevated: false }, 'restarting')).toBe('Try now');
  });
});
