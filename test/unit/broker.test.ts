// The broker's decisions with fake SCM, sessions and runner: the origin of a stop decides whether the service stops, waits or fails.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { undoesStop, whyStarted } from '../../src/host/start-reason.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import type { HostFacts } from '../../src/model/facts.ts';
import { RUNNER_EXIT } from '../../src/model/runner-exit.ts';
import { parseSid } from '../../src/windows/sddl.ts';
import type { StartReason } from '../../src/windows/service-host.ts';
import { AT_DESK, OWNER, RECOVERY, Stage } from '../support/broker-stage.ts';

const SOMEBODY = parseSid('S-1-5-21-1-2-3-1002');
const START = Date.parse('2026-11-22T12:00:00.000Z');
const at = (ms: number): string => new Date(START + ms).toISOString();

beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

describe('exit of the runner', () => {
  it.each<{ name: string; asked?: 'stop' | 'preshutdown'; code: number; said: string; facts: HostFacts['phase']; event: string }>([
    {
      name: 'a stop that the runner obeyed',
      asked: 'stop',
      code: RUNNER_EXIT.stopped,
      said: 'stopped/0',
      facts: 'stopped',
      event: 'stopped',
    },
    { name: 'a stop whose runner failed', asked: 'stop', code: 1, said: 'stopped/0', facts: 'stopped', event: 'stopped' },
    { name: 'a stop whose runner crashed', asked: 'stop', code: 0xc000_0005, said: 'stopped/0', facts: 'stopped', event: 'stopped' },
    { name: 'a stop while the session ends', asked: 'stop', code: 0x4001_0004, said: 'stopped/0', facts: 'stopped', event: 'stopped' },
    {
      name: 'a stop by an updater that ended with the gateway',
      asked: 'stop',
      code: RUNNER_EXIT.stoppedByLostUpdater,
      said: 'died',
      facts: 'restarting',
      event: 'failed',
    },
    {
      name: 'a shutdown of Windows',
      asked: 'preshutdown',
      code: RUNNER_EXIT.stopped,
      said: 'stopped/0',
      facts: 'stopped',
      event: 'stopped',
    },
    { name: 'a runner that stopped without a request', code: RUNNER_EXIT.stopped, said: 'stopped/0', facts: 'stopped', event: 'stopped' },
    { name: 'a runner that failed', code: 1, said: 'died', facts: 'restarting', event: 'failed' },
    { name: 'a runner that crashed', code: 0xc000_0005, said: 'died', facts: 'restarting', event: 'failed' },
    { name: 'a runner that was killed with 0', code: 0, said: 'died', facts: 'restarting', event: 'failed' },
    { name: 'a runner that was killed', code: 0xffff_ffff, said: 'died', facts: 'restarting', event: 'failed' },
  ])('reports $said to the SCM after $name', async ({ asked, code, said, facts, event }) => {
    const stage = await new Stage().run();
    if (asked) await stage.control({ kind: asked });
    await stage.ends(code);
    expect(stage.said.at(-1)).toBe(said);
    expect(stage.lastFacts?.phase).toBe(facts);
    expect(stage.events.at(-1)).toBe(event);
    expect(stage.births).toHaveLength(1);
  });

  it('stays stopped and says why when the runner finds no definition', async () => {
    const stage = await new Stage().run();
    await stage.ends(RUNNER_EXIT.withoutDefinition);
    expect(stage.said.at(-1)).toBe('stopped/0');
    expect(stage.lastFacts).toMatchObject({ phase: 'stopped', lastStop: { reason: 'no definition says what to start' } });
  });

  it('reports RUNNING before it starts a runner', async () => {
    const stage = new Stage();
    stage.launch = () => expect(stage.said).toEqual(['running']);
    await stage.run();
    expect(stage.births).toEqual([{ session: 1, asked: false }]);
    expect(stage.lastFacts).toMatchObject({ phase: 'running', session: { id: 1, user: OWNER } });
  });

  it('sends the reason of a stop to the runner once', async () => {
    const stage = await new Stage().run();
    await stage.control({ kind: 'stop' });
    await stage.control({ kind: 'preshutdown' });
    expect(stage.runner.heard).toEqual([{ down: 'stop', graceMs: 24_000, reason: expect.any(String) }]);
    expect(stage.said).toEqual(['running', 'stopping']);
  });

  it.each(['stop', 'preshutdown'] as const)('reports STOP_PENDING before the SCM has the answer to %s', async kind => {
    const stage = await new Stage().run();
    stage.beforeAnswer({ kind });
    expect(stage.said).toEqual(['running', 'stopping']);
  });

  it('reports a shutdown of Windows to the runner as such', async () => {
    const stage = await new Stage().run();
    await stage.control({ kind: 'preshutdown' });
    expect(stage.runner.heard).toMatchObject([{ down: 'preshutdown' }]);
  });

  it('ends a runner that does not stop within 28 seconds, and not before', async () => {
    const stage = await new Stage().run();
    await stage.control({ kind: 'stop' });
    await vi.advanceTimersByTimeAsync(27_999);
    expect(stage.runner.terminated).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(stage.runner.terminated).toBe(true);
    expect(stage.said.at(-1)).toBe('stopped/0');
  });
});

describe('stop by a program that the gateway started', () => {
  const stopFromWithin = async (): Promise<Stage> => {
    const stage = await new Stage().run();
    stage.runner.stopper = true;
    return stage.control({ kind: 'stop' });
  };

  it('stops the gateway but reports a failure to the SCM, because no process is left that would start it again', async () => {
    const stage = await stopFromWithin();
    expect(stage.runner.heard).toMatchObject([{ down: 'stop' }]);
    expect(stage.said).toEqual(['running', 'stopping']);
    await stage.ends(RUNNER_EXIT.stopped);
    expect(stage.said).toEqual(['running', 'stopping', 'died']);
    expect(stage.events.at(-1)).toBe('failed');
  });

  it('starts the gateway again in the next broker', async () => {
    const stage = await stopFromWithin();
    await stage.ends(RUNNER_EXIT.stopped);
    const { lastFacts } = stage;
    expect(lastFacts).toMatchObject({ phase: 'restarting', failures: 1 });
    expect(whyStarted(undefined, lastFacts, RECOVERY, START + 1_000)).toBe('restart-after-failure');
    const next = await new Stage({ startReason: 'restart-after-failure', ...(lastFacts && { lastFacts }) }).run();
    expect(next.births).toEqual([{ session: 1, asked: false }]);
  });

  it('reports a requested stop when a program below the gateway asks for a second one', async () => {
    const stage = await new Stage().run();
    await stage.control({ kind: 'stop' });
    stage.runner.stopper = true;
    await stage.control({ kind: 'stop' });
    await stage.ends(RUNNER_EXIT.stopped);
    expect(stage.said.at(-1)).toBe('stopped/0');
  });
});

describe('start reason', () => {
  it.each<{ name: string; reason: StartReason; asked: boolean }>([
    { name: 'the user started the service', reason: 'demand', asked: true },
    { name: 'Windows started', reason: 'automatic', asked: false },
    { name: 'the SCM restarts it', reason: 'restart-after-failure', asked: false },
    { name: 'a trigger', reason: 'trigger', asked: false },
  ])('starts the runner for the reason: $name', async ({ reason, asked }) => {
    const stage = await new Stage({ startReason: reason }).run();
    expect(stage.births).toEqual([{ session: 1, asked }]);
  });

  it('starts only the first runner as requested by the user', async () => {
    const stage = await new Stage({ startReason: 'demand' }).run();
    await stage.ends(RUNNER_EXIT.sessionEnding);
    await stage.control({ kind: 'session', logon: true, session: 1 });
    expect(stage.births).toEqual([
      { session: 1, asked: true },
      { session: 1, asked: false },
    ]);
  });

  const stopped: HostFacts = { phase: 'stopped', since: at(-500), lastStop: { at: at(-500), reason: 'stopped' } };

  it('keeps the gateway stopped when a restart was queued before the stop', async () => {
    const stage = await new Stage({ startReason: 'restart-after-failure', lastFacts: stopped }).run();
    expect(stage.said).toEqual(['running', 'stopped/0']);
    expect(stage.births).toEqual([]);
    expect(stage.lastFacts?.phase).toBe('stopped');
  });

  it('starts again after a stop when the user requests it', async () => {
    const stage = await new Stage({ startReason: 'demand', lastFacts: stopped }).run();
    expect(stage.births).toEqual([{ session: 1, asked: true }]);
  });

  it.each<[HostFacts['phase'], boolean]>([
    ['stopped', true],
    ['stopping', true],
    ['starting', false],
    ['running', false],
    ['restarting', false],
    ['waiting-for-sign-in', false],
  ])('finds whether a restart by the SCM undoes a stop after a broker that was %s: %s', (phase, undone) => {
    const last: HostFacts = { phase, since: at(0), lastStop: { at: at(-60_000), reason: 'long ago' } };
    expect(undoesStop('restart-after-failure', last)).toBe(undone);
    expect(undoesStop('demand', last)).toBe(false);
  });

  it.each<{ name: string; last?: HostFacts; told?: StartReason; afterMs: number; reason: StartReason }>([
    { name: 'the reason that Windows gives', told: 'demand', afterMs: 0, reason: 'demand' },
    { name: 'no broker before this one', afterMs: 0, reason: 'automatic' },
    { name: 'a broker that was killed', last: { phase: 'running', since: at(0) }, afterMs: 0, reason: 'restart-after-failure' },
    { name: 'a stop, and nothing queued', last: stopped, afterMs: 0, reason: 'demand' },
    {
      name: 'a failure, when the restart is due',
      last: { phase: 'restarting', since: at(0), failures: 2, lastRunnerExit: { at: at(0), code: 1 } },
      afterMs: 2_300,
      reason: 'restart-after-failure',
    },
    {
      name: 'a failure, before the restart is due',
      last: { phase: 'restarting', since: at(0), failures: 2, lastRunnerExit: { at: at(0), code: 1 } },
      afterMs: 1_100,
      reason: 'demand',
    },
    {
      name: 'the last delay, which repeats',
      last: { phase: 'restarting', since: at(0), failures: 9, lastRunnerExit: { at: at(0), code: 1 } },
      afterMs: 4_100,
      reason: 'restart-after-failure',
    },
    {
      name: 'a stop before the queued restart',
      last: { ...stopped, lastStop: { at: at(500), reason: 'x' }, failures: 1, lastRunnerExit: { at: at(0), code: 1 } },
      afterMs: 1_100,
      reason: 'restart-after-failure',
    },
    {
      name: 'a stop after the restart was over',
      last: { ...stopped, lastStop: { at: at(1_200), reason: 'x' }, failures: 1, lastRunnerExit: { at: at(0), code: 1 } },
      afterMs: 1_400,
      reason: 'demand',
    },
    {
      name: 'invalid data in the registry',
      last: { phase: 'restarting', since: at(0), failures: 'x', lastRunnerExit: { at: {} } } as unknown as HostFacts,
      afterMs: 0,
      reason: 'demand',
    },
  ])('finds the start reason: $name → $reason', ({ last, told, afterMs, reason }) => {
    expect(whyStarted(told, last, RECOVERY, START + afterMs)).toBe(reason);
  });
});

describe('sessions of the owner', () => {
  it.each([RUNNER_EXIT.sessionEnding, 0xc000_0142, 0xc000_026b])('does not count the runner exit code %i as a failure', async code => {
    const stage = await new Stage().run();
    await stage.ends(code);
    expect(stage.said).toEqual(['running']);
    expect(stage.lastFacts?.phase).toBe('waiting-for-sign-in');
    expect(stage.lastFacts).not.toHaveProperty('session');
    expect(stage.events.slice(-2)).toEqual(['session-ended', 'waiting-for-sign-in']);
    // Nothing is started in a session that is ending, although it is listed still.
    expect(stage.births).toHaveLength(1);
  });

  it('does not count an exit as a failure when the session of the runner has ended, whatever the exit code', async () => {
    const stage = await new Stage().run();
    stage.sessions = [];
    await stage.ends(1);
    expect(stage.said).toEqual(['running']);
    expect(stage.lastFacts?.phase).toBe('waiting-for-sign-in');
  });

  it('does not count a session that ends during the start of a runner as a failure', async () => {
    const stage = new Stage();
    stage.launch = () => {
      stage.sessions = [];
      throw new GatewayServiceError('not-signed-in');
    };
    await stage.run();
    expect(stage.said).toEqual(['running']);
    expect(stage.lastFacts?.phase).toBe('waiting-for-sign-in');
  });

  it('starts as soon as the owner signs in', async () => {
    const stage = new Stage();
    stage.sessions = [];
    await stage.run();
    stage.sessions = [{ ...AT_DESK, id: 3 }];
    await stage.control({ kind: 'session', logon: true, session: 3 });
    expect(stage.births).toEqual([{ session: 3, asked: false }]);
  });

  it('waits for the profile of the owner, which is loaded after the logon event, and starts within a second of that', async () => {
    const stage = new Stage();
    stage.profileLoaded = false;
    await stage.run();
    expect(stage.births).toEqual([]);
    expect(stage.lastFacts?.phase).toBe('waiting-for-sign-in');
    stage.profileLoaded = true;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(stage.births).toHaveLength(1);
  });

  it('finds a sign-in whose event was missed within half a minute', async () => {
    const stage = new Stage();
    stage.sessions = [];
    await stage.run();
    stage.sessions = [AT_DESK];
    await vi.advanceTimersByTimeAsync(30_000);
    expect(stage.births).toHaveLength(1);
  });

  it('moves to another session of the owner when one ends', async () => {
    const stage = new Stage();
    stage.sessions = [AT_DESK, { ...AT_DESK, id: 2, state: 'disconnected' }];
    await stage.run();
    await stage.ends(RUNNER_EXIT.sessionEnding);
    expect(stage.births.map(({ session }) => session)).toEqual([1, 2]);
  });

  it('never uses the session of another user', async () => {
    const stage = new Stage();
    stage.sessions = [{ id: 1, state: 'active', user: SOMEBODY }];
    await stage.run();
    await stage.control({ kind: 'session', logon: true, session: 1 });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(stage.births).toEqual([]);
    expect(stage.lastFacts?.phase).toBe('waiting-for-sign-in');
  });

  it.each([true, false])('neither stops nor starts a runner when another session changes (logon: %s)', async logon => {
    const stage = await new Stage().run();
    await stage.control({ kind: 'session', logon, session: 2 });
    expect(stage.runner.heard).toEqual([]);
    expect(stage.births).toHaveLength(1);
  });

  it('stops while it waits for a sign-in', async () => {
    const stage = new Stage();
    stage.sessions = [];
    await stage.run();
    await stage.control({ kind: 'stop' });
    expect(stage.said).toEqual(['running', 'stopping', 'stopped/0']);
    stage.sessions = [AT_DESK];
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stage.births).toEqual([]);
  });
});

describe('runner that cannot be started', () => {
  it('reports a failure with its reason', async () => {
    const stage = new Stage();
    stage.launch = () => {
      throw new GatewayServiceError('privilege-missing', '(CreateProcessAsUserW)', { win32: 1314 });
    };
    await stage.run();
    expect(stage.said).toEqual(['running', 'died']);
    expect(stage.lastFacts).toMatchObject({ phase: 'restarting', launchError: { code: 'privilege-missing', win32: 1314 }, failures: 1 });
    expect(stage.events.at(-1)).toBe('start-failed');
  });
});

describe('count of failures', () => {
  const failedBefore = (msAgo: number): HostFacts => ({
    phase: 'restarting',
    since: at(-msAgo),
    failures: 4,
    lastRunnerExit: { at: at(-msAgo), code: 1 },
  });

  it.each([
    { msAgo: 59_999, failures: 5 },
    { msAgo: 60_000, failures: 1 },
  ])('sets the count of failures to $failures when the previous failure was $msAgo ms ago', async ({ msAgo, failures }) => {
    const stage = await new Stage({ startReason: 'restart-after-failure', lastFacts: failedBefore(msAgo) }).run();
    await stage.ends(1);
    expect(stage.lastFacts?.failures).toBe(failures);
  });
});
