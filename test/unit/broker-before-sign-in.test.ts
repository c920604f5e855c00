// "Also before I sign in": what the broker starts while its owner is signed out, and how the gateway moves to the session and back.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { RUNNER_EXIT } from '../../src/model/runner-exit.ts';
import { parseSid } from '../../src/windows/sddl.ts';
import { AT_DESK, OWNER, Stage } from '../support/broker-stage.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-11-29T03:00:00.000Z') }));
afterEach(() => void vi.useRealTimers());

const BEFORE = { session: 0, asked: false };
const IN_SESSION = { session: 1, asked: false };
const logon = { kind: 'session', logon: true, session: 1 } as const;

async function signedOut(beforeSignIn: 'no' | 'yes' | 'stay' = 'yes'): Promise<Stage> {
  const stage = new Stage({ startReason: 'automatic', beforeSignIn });
  stage.sessions = [];
  return stage.run();
}

async function signsIn(stage: Stage): Promise<Stage> {
  stage.sessions = [AT_DESK];
  return stage.control(logon);
}

describe('start of Windows', () => {
  it('starts the runner before anybody signs in', async () => {
    const stage = await signedOut();
    expect(stage.births).toEqual([BEFORE]);
    expect(stage.lastFacts).toMatchObject({ phase: 'running', session: { id: 0, user: OWNER, beforeSignIn: true } });
  });

  it('waits for the sign-in where the option is off', async () => {
    const stage = await signedOut('no');
    await vi.advanceTimersByTimeAsync(600_000);
    expect(stage.births).toEqual([]);
    expect(stage.lastFacts?.phase).toBe('waiting-for-sign-in');
  });

  it('uses the session of an owner who is signed in', async () => {
    const stage = await new Stage({ startReason: 'automatic', beforeSignIn: 'yes' }).run();
    expect(stage.births).toEqual([IN_SESSION]);
  });

  it('never uses the session of somebody else', async () => {
    const stage = new Stage({ startReason: 'automatic', beforeSignIn: 'yes' });
    stage.sessions = [{ ...AT_DESK, user: parseSid('S-1-5-21-1-2-3-1002') }];
    await stage.run();
    await stage.control(logon);
    expect(stage.births).toEqual([BEFORE]);
    expect(stage.runner.heard).toEqual([]);
  });

  it('keeps the request of the user until a runner is there', async () => {
    const stage = new Stage({ startReason: 'demand', beforeSignIn: 'yes' });
    stage.sessions = [];
    stage.launch = () => {
      throw new GatewayServiceError('before-sign-in-refused');
    };
    await stage.run();
    stage.launch = () => undefined;
    await signsIn(stage);
    expect(stage.births).toEqual([{ session: 1, asked: true }]);
  });
});

describe('refusal by Windows', () => {
  it('waits for the sign-in, says why, and tries again after five minutes', async () => {
    const stage = new Stage({ startReason: 'automatic', beforeSignIn: 'yes' });
    stage.sessions = [];
    let tries = 0;
    stage.launch = () => {
      tries += 1;
      throw new GatewayServiceError('before-sign-in-refused', '(the account is disabled)');
    };
    await stage.run();
    expect(stage.lastFacts).toMatchObject({ phase: 'waiting-for-sign-in', launchError: { code: 'before-sign-in-refused' } });
    expect(stage.said).toEqual(['running']);
    await vi.advanceTimersByTimeAsync(299_000);
    expect(tries).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(tries).toBe(2);
  });

  it('is a failure like any other where the process cannot be started', async () => {
    const stage = new Stage({ startReason: 'automatic', beforeSignIn: 'yes' });
    stage.sessions = [];
    stage.launch = () => {
      throw new GatewayServiceError('windows-refused');
    };
    await stage.run();
    expect(stage.said.at(-1)).toBe('died');
  });
});

describe('sign-in', () => {
  it('moves the gateway by a graceful stop and a start, never two at once', async () => {
    const stage = await signsIn(await signedOut());
    expect(stage.runner.heard).toEqual([{ down: 'stop', reason: 'its owner has signed in', graceMs: 60_000 }]);
    expect(stage.births).toEqual([BEFORE]);
    await stage.ends(RUNNER_EXIT.stopped);
    expect(stage.births).toEqual([BEFORE, IN_SESSION]);
    expect(stage.said).toEqual(['running']);
    expect(stage.lastFacts).toMatchObject({ phase: 'running', session: { id: 1, user: OWNER } });
  });

  it('waits for the profile of the owner', async () => {
    const stage = await signedOut();
    stage.profileLoaded = false;
    await signsIn(stage);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(stage.runner.heard).toEqual([]);
    stage.profileLoaded = true;
    await vi.advanceTimersByTimeAsync(500);
    expect(stage.runner.heard).toHaveLength(1);
  });

  it('is found without its event', async () => {
    const stage = await signedOut();
    stage.sessions = [AT_DESK];
    await vi.advanceTimersByTimeAsync(30_000);
    expect(stage.runner.heard).toHaveLength(1);
  });

  it('asks once, and ends a runner that does not stop within 64 s', async () => {
    const stage = await signsIn(await signedOut());
    await stage.control(logon);
    await vi.advanceTimersByTimeAsync(63_999);
    expect(stage.runner.heard).toHaveLength(1);
    expect(stage.births).toEqual([BEFORE]);
    await vi.advanceTimersByTimeAsync(1);
    expect(stage.births).toEqual([BEFORE, IN_SESSION]);
  });

  it('moves nothing where the gateway is to stay', async () => {
    const stage = await signsIn(await signedOut('stay'));
    await vi.advanceTimersByTimeAsync(120_000);
    expect(stage.runner.heard).toEqual([]);
    expect(stage.births).toEqual([BEFORE]);
  });

  it('moves the gateway where the option was turned off meanwhile', async () => {
    const stage = await signedOut('stay');
    await signsIn(stage);
    stage.beforeSignIn = 'no';
    await vi.advanceTimersByTimeAsync(30_000);
    expect(stage.runner.heard).toHaveLength(1);
  });

  it('obeys a stop that comes during the move', async () => {
    const stage = await signsIn(await signedOut());
    await stage.control({ kind: 'stop' });
    await stage.ends(RUNNER_EXIT.stopped);
    expect(stage.births).toEqual([BEFORE]);
    expect(stage.said).toEqual(['running', 'stopping', 'stopped/0']);
  });
});

describe('sign-out', () => {
  it('starts the gateway outside of the session ten seconds later, as Windows may be shutting down', async () => {
    const stage = await new Stage({ startReason: 'automatic', beforeSignIn: 'yes' }).run();
    stage.sessions = [];
    await stage.ends(RUNNER_EXIT.sessionEnding);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(stage.births).toEqual([IN_SESSION]);
    await vi.advanceTimersByTimeAsync(1);
    expect(stage.births).toEqual([IN_SESSION, BEFORE]);
    await signsIn(stage);
    await stage.ends(RUNNER_EXIT.stopped);
    expect(stage.births).toEqual([IN_SESSION, BEFORE, IN_SESSION]);
  });

  it('starts nothing in a session that is ending and still listed', async () => {
    const stage = await new Stage({ startReason: 'automatic', beforeSignIn: 'yes' }).run();
    await stage.ends(RUNNER_EXIT.sessionEnding);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(stage.births).toEqual([IN_SESSION, BEFORE]);
    expect(stage.runner.heard).toEqual([]);
  });
});

describe('failure before the sign-in', () => {
  it.each([1, 0xc000_0005, RUNNER_EXIT.sessionEnding])('ends the broker, so that the SCM counts it: exit code %i', async code => {
    const stage = await signedOut();
    await stage.ends(code);
    expect(stage.said.at(-1)).toBe('died');
  });

  it('stays stopped where the runner has decided that', async () => {
    const stage = await signedOut();
    await stage.ends(RUNNER_EXIT.stopped);
    expect(stage.said.at(-1)).toBe('stopped/0');
  });
});
