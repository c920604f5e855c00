// What is said of an elevation: every combination of what the prompt said, whether a step is at work and what the SCM shows.
import { describe, expect, it } from 'vitest';
import { elevatedStep, parseElevatedRequest } from '../../src/elevation/elevated-step.ts';
import { outcomeOf, type Prompted, settle } from '../../src/elevation/elevation-outcome.ts';
import { promptedOf } from '../../src/elevation/run-as.ts';
import { firstWay } from '../../src/elevation/windows-elevation.ts';
import { type Elevation, type ElevationOutcome, NOT_REQUESTED_EXIT, parseAnswer, requireDone } from '../../src/model/elevation.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { isServiceName } from '../../src/model/identity.ts';

const busy = new GatewayServiceError('busy', '(another elevated step)');
const PROMPTED = {
  'answered: done': { kind: 'answered', answer: { ok: true } },
  'answered: refused by the step': { kind: 'answered', answer: { ok: false, error: busy.toValue() } },
  'ended without an answer': { kind: 'ended', detail: 'Nothing came.' },
  refused: { kind: 'refused' },
  unusable: { kind: 'unusable', reason: 'no PowerShell' },
  silent: { kind: 'silent' },
} as const satisfies Record<string, Prompted>;

describe('outcome of an elevation', () => {
  it.each<[keyof typeof PROMPTED, 'at work' | 'at rest', 'done' | 'not done', string]>([
    ['answered: done', 'at rest', 'done', 'done'],
    ['answered: done', 'at work', 'done', 'done'],
    ['answered: done', 'at rest', 'not done', 'failed: service-readback'],
    ['answered: done', 'at work', 'not done', 'failed: service-readback'],
    ['answered: refused by the step', 'at rest', 'done', 'failed: busy'],
    ['answered: refused by the step', 'at work', 'done', 'failed: busy'],
    ['answered: refused by the step', 'at rest', 'not done', 'failed: busy'],
    ['answered: refused by the step', 'at work', 'not done', 'failed: busy'],
    ['ended without an answer', 'at rest', 'done', 'done'],
    ['ended without an answer', 'at work', 'done', 'timed-out'],
    ['ended without an answer', 'at rest', 'not done', 'failed: elevation-failed'],
    ['ended without an answer', 'at work', 'not done', 'timed-out'],
    ['refused', 'at rest', 'done', 'done'],
    ['refused', 'at work', 'done', 'timed-out'],
    ['refused', 'at rest', 'not done', 'declined'],
    ['refused', 'at work', 'not done', 'timed-out'],
    ['unusable', 'at rest', 'done', 'unavailable'],
    ['unusable', 'at work', 'done', 'unavailable'],
    ['unusable', 'at rest', 'not done', 'unavailable'],
    ['unusable', 'at work', 'not done', 'unavailable'],
    ['silent', 'at rest', 'done', 'done'],
    ['silent', 'at work', 'done', 'timed-out'],
    ['silent', 'at rest', 'not done', 'unanswered'],
    ['silent', 'at work', 'not done', 'timed-out'],
  ])('combines the prompt (%s), the step (%s) and the SCM (%s) into the outcome "%s"', (prompted, work, scm, said) => {
    const outcome = outcomeOf(PROMPTED[prompted], { running: work === 'at work', done: scm === 'done' });
    expect(outcome.kind === 'failed' ? `failed: ${outcome.error.code}` : outcome.kind).toBe(said);
  });
});

describe("exit code of Windows' shell", () => {
  it.each([
    ['that there was no consent', undefined, 'refused'],
    ['that the step went through', 0, 'answered'],
    ['that the step failed', 1, 'ended'],
    ['that the step did nothing, because nobody waited any more', NOT_REQUESTED_EXIT, 'answered'],
  ] as const)("reads from the exit code of Windows' shell %s", (_what, exitCode, kind) => {
    expect(promptedOf(exitCode).kind).toBe(kind);
  });

  it('reports a refusal as "declined" only when no step is running and nothing has changed', () => {
    const refused = promptedOf(undefined);
    expect(outcomeOf(refused, { running: false, done: false }).kind).toBe('declined');
    expect(outcomeOf(refused, { running: true, done: false }).kind).toBe('timed-out');
  });
});

describe('waiting for an elevation', () => {
  const never = new Promise<Prompted>(() => undefined);
  const times = { deadlineMs: 20_000, graceMs: 0 };
  const facts = (running: readonly boolean[], done: () => boolean) => {
    let looks = 0;
    return { isRunning: () => running[Math.min(looks++, running.length - 1)] ?? false, isDone: done };
  };

  it('ends with the answer of the prompt, even while other steps are running', async () => {
    const answered = Promise.resolve(PROMPTED['answered: done']);
    expect(await settle(answered, { isRunning: () => true, isDone: () => true }, { times })).toEqual({ kind: 'done' });
  });

  it('waits after a refusal for the step that began nevertheless', async () => {
    let looks = 0;
    const late = facts([true, true, true, false], () => ++looks > 0);
    expect(await settle(Promise.resolve(PROMPTED.refused), late, { times })).toEqual({ kind: 'done' });
  });

  it('waits after a refusal while the program of the step is being copied, and reports it as running at the deadline', async () => {
    let looks = 0;
    const copied = { isRunning: () => ++looks === 5, isCopying: () => true, isDone: () => looks > 5 };
    expect(await settle(Promise.resolve(PROMPTED.refused), copied, { times })).toEqual({ kind: 'done' });
    const slow = { isRunning: () => false, isCopying: () => true, isDone: () => false };
    const short = { deadlineMs: 150, graceMs: 0 };
    expect(await settle(Promise.resolve(PROMPTED.refused), slow, { times: short })).toEqual({ kind: 'timed-out' });
    // The copy of a step that has ended stays for a moment.
    expect(await settle(Promise.resolve(PROMPTED['ended without an answer']), slow, { times })).toMatchObject({ kind: 'failed' });
  });

  it('reports the consent once, when a step is first seen running', async () => {
    let told = 0;
    const tell = () => {
      told += 1;
    };
    await settle(
      Promise.resolve(PROMPTED.refused),
      facts([false, true, true, false], () => false),
      { times: { ...times, graceMs: 300 }, onRunning: tell },
    );
    expect(told).toBe(1);
    await settle(Promise.resolve(PROMPTED.refused), { isRunning: () => false, isDone: () => false }, { times, onRunning: tell });
    expect(told).toBe(1);
    // One that was over before anybody looked.
    await settle(Promise.resolve(PROMPTED['answered: done']), { isRunning: () => false, isDone: () => true }, { times, onRunning: tell });
    expect(told).toBe(2);
  });

  it('treats a step that was running and is gone as failed when no prompt answers', async () => {
    expect(
      await settle(
        never,
        facts([true, true, false], () => false),
        { times },
      ),
    ).toMatchObject({
      kind: 'failed',
      error: { code: 'elevation-failed' },
    });
  });

  it('waits for a silent prompt until the deadline and no longer', async () => {
    expect(await settle(never, { isRunning: () => false, isDone: () => false }, { times: { deadlineMs: 150, graceMs: 0 } })).toEqual({
      kind: 'unanswered',
    });
  });

  it('ends at once when it is cancelled, and takes the request back before it looks for a running step', async () => {
    const order: string[] = [];
    const watched = { isRunning: () => order.push('look') > 100, isDone: () => false };
    const waiting = { times, withdraw: () => order.push('withdraw'), signal: AbortSignal.abort() };
    expect(await settle(never, watched, waiting)).toEqual({ kind: 'cancelled' });
    expect(order[0]).toBe('withdraw');
  });

  it('waits for a step that began before it was cancelled, and reports what that did', async () => {
    let looks = 0;
    const begun = { isRunning: () => ++looks < 4, isDone: () => looks >= 4 };
    expect(await settle(never, begun, { times, signal: AbortSignal.abort() })).toEqual({ kind: 'done' });
  });

  it('takes the request back at its end, so that nothing is done after the deadline', async () => {
    let withdrawn = 0;
    const withdraw = () => {
      withdrawn += 1;
    };
    await settle(never, { isRunning: () => false, isDone: () => false }, { times: { deadlineMs: 150, graceMs: 0 }, withdraw });
    expect(withdrawn).toBe(1);
  });

  it('passes on an error of the checks themselves', async () => {
    const broken = () => {
      throw new GatewayServiceError('windows-refused');
    };
    await expect(settle(never, { isRunning: broken, isDone: () => false }, { times })).rejects.toMatchObject({ code: 'windows-refused' });
  });
});

describe('elevation methods', () => {
  const way = (outcome: ElevationOutcome, asked: string[], name: string): Elevation => ({
    run: async ({ verb, service }) => {
      asked.push(`${name}: ${verb} ${service}`);
      return outcome;
    },
  });
  const ways = (first: ElevationOutcome, second: ElevationOutcome, { done = false, elevated = false } = {}) => {
    const asked: string[] = [];
    const elevation = firstWay({
      factsOf: () => ({ isRunning: () => false, isDone: () => done }),
      isElevated: () => elevated,
      direct: way({ kind: 'done' }, asked, 'direct'),
      asking: () => [way(first, asked, 'first'), way(second, asked, 'second')],
    });
    return { asked, run: () => elevation.run({ verb: 'install', service: 'HermesGateway' }) };
  };

  it('tries the elevation methods in order until one of them has shown a prompt', async () => {
    const { asked, run } = ways({ kind: 'unavailable', reason: 'no PowerShell' }, { kind: 'declined' });
    expect(await run()).toEqual({ kind: 'declined' });
    expect(asked).toEqual(['first: install HermesGateway', 'second: install HermesGateway']);
  });

  it.each<ElevationOutcome>([{ kind: 'declined' }, { kind: 'timed-out' }, { kind: 'failed', error: busy.toValue() }])(
    'are one prompt: no other follows $kind',
    async outcome => {
      const { asked, run } = ways(outcome, { kind: 'done' });
      expect(await run()).toEqual(outcome);
      expect(asked).toHaveLength(1);
    },
  );

  it('shows no prompt when the process has the rights already', async () => {
    const { asked, run } = ways({ kind: 'declined' }, { kind: 'declined' }, { elevated: true });
    expect(await run()).toEqual({ kind: 'done' });
    expect(asked).toEqual(['direct: install HermesGateway']);
  });

  it('shows no prompt when the requested state is reached already', async () => {
    const { asked, run } = ways({ kind: 'declined' }, { kind: 'declined' }, { done: true });
    expect(await run()).toEqual({ kind: 'done' });
    expect(asked).toEqual([]);
  });

  it('reports the last reason when no elevation method works', async () => {
    const { run } = ways({ kind: 'unavailable', reason: 'one' }, { kind: 'unavailable', reason: 'two' });
    expect(await run()).toEqual({ kind: 'unavailable', reason: 'two' });
  });
});

describe('request and answer of the elevated step', () => {
  it.each<[string, ReturnType<typeof parseAnswer>]>([
    ['{"ok":true}\r\n', { ok: true }],
    ['C:\\>echo\r\n{"ok":true}\n', { ok: true }],
    [`${JSON.stringify({ ok: false, error: busy.toValue() })}\n`, { ok: false, error: busy.toValue() }],
    ['', undefined],
    ['{"ok":true}\nand then it broke', undefined],
    ['{"ok":"yes"}', undefined],
    ['{"ok":false}', undefined],
    ['{"ok":false,"error":{"code":"toString","message":"a","remedy":"b"}}', undefined],
    ['{"ok":false,"error":{"code":"busy","message":1,"remedy":"b"}}', undefined],
    ['null', undefined],
    ['{"ok":tr', undefined],
  ])('parses the answer %j of the elevated step as %j', (stdout, answer) => expect(parseAnswer(stdout)).toEqual(answer));

  it.each(['HermesGateway', 'HermesGateway-work', 'HermesGateway-0a_b-c', `HermesGateway-${'a'.repeat(64)}`])('name the service %s', name =>
    expect(isServiceName(name)).toBe(true),
  );

  it.each(['hermesgateway', 'HermesGateway-', 'HermesGateway--a', 'HermesGateway-A', `HermesGateway-${'a'.repeat(65)}`, 'Spooler'])(
    'name no service %s',
    name => expect(isServiceName(name)).toBe(false),
  );

  it('checks the request again in the elevated step', async () => {
    expect(parseElevatedRequest(['uninstall', '--service', 'HermesGateway-work'])).toEqual({
      verb: 'uninstall',
      service: 'HermesGateway-work',
    });
    expect(parseElevatedRequest(['uninstall', '--service', 'HermesGateway', '--while-requested'])).toEqual({
      verb: 'uninstall',
      service: 'HermesGateway',
      whileRequested: true,
    });
    expect(parseElevatedRequest(['install', '--service', 'HermesGateway', '--removes', 'HermesGateway-work'])).toEqual({
      verb: 'install',
      service: 'HermesGateway',
      removes: 'HermesGateway-work',
    });
    expect(parseElevatedRequest(['repair', '--service', 'HermesGateway', '--before-sign-in', 'stay'])).toEqual({
      verb: 'repair',
      service: 'HermesGateway',
      beforeSignIn: 'stay',
    });
    for (const args of [
      [],
      ['install'],
      ['start', '--service', 'HermesGateway'],
      ['install', '--service', 'Spooler'],
      ['install', '--home', 'HermesGateway'],
      ['install', '--service', 'HermesGateway', '--home'],
      ['install', '--service', 'HermesGateway', '--removes'],
      ['install', '--service', 'HermesGateway', '--removes', 'Spooler'],
      ['install', '--service', 'HermesGateway', '--removes', 'HermesGateway'],
      ['uninstall', '--service', 'HermesGateway', '--removes', 'HermesGateway-work'],
      ['install', '--service', 'HermesGateway', '--removes', 'HermesGateway-work', 'more'],
      ['install', '--service', 'HermesGateway', '--before-sign-in'],
      ['install', '--service', 'HermesGateway', '--before-sign-in', 'no'],
      ['install', '--service', 'HermesGateway', '--before-sign-in', 'always'],
      ['install', '--service', 'HermesGateway', '--before-sign-in', 'yes', '--removes', 'HermesGateway-work'],
      ['uninstall', '--service', 'HermesGateway', '--before-sign-in', 'yes'],
    ]) {
      expect(await elevatedStep(args), args.join(' ')).toMatchObject({ ok: false, error: { code: 'usage' } });
    }
  });

  it('rebuilds the error that the elevated step reported', () => {
    const thrownBy = (outcome: ElevationOutcome): unknown => {
      try {
        return requireDone(outcome, 'install', 'HermesGateway');
      } catch (error) {
        return error;
      }
    };
    expect(thrownBy({ kind: 'done' })).toBeUndefined();
    expect(thrownBy({ kind: 'declined' })).toMatchObject({ code: 'consent-declined' });
    expect(thrownBy({ kind: 'timed-out' })).toMatchObject({ code: 'timed-out' });
    expect(thrownBy({ kind: 'unavailable', reason: 'no PowerShell' })).toMatchObject({ code: 'elevation-unavailable' });
    const told = thrownBy({ kind: 'failed', error: busy.toValue() });
    expect(told).toBeInstanceOf(GatewayServiceError);
    expect((told as GatewayServiceError).toValue()).toEqual(busy.toValue());
  });
});
