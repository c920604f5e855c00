// The chaos tests find violations: the model, its observer and the shrinking of scripts, with a stage that a test controls.
import { describe, expect, it, vi } from 'vitest';
import type { HistoryRecord } from '../../src/model/history.ts';
import type { Status } from '../../src/model/status.ts';
import { begun, type Claims, contradiction, damaged, ended, mayNotStart, mustCome, NOTHING, untrue } from '../chaos/model.ts';
import { Observer } from '../chaos/observer.ts';
import { shrink } from '../chaos/shrink.ts';
import type { ChaosStage } from '../chaos/stage.ts';
import type { Word } from '../chaos/words.ts';

const RUNNING: Claims = { ...NOTHING, installed: true, wished: 'running' };
const STOPPED: Claims = { ...RUNNING, wished: 'stopped' };
const at = '2026-01-01T00:00:00.000Z';
const started = (pid: number): HistoryRecord => ({ at, kind: 'started', pid, cause: 'asked' });
const end = (pid: number, code: number | null): HistoryRecord => ({
  at,
  kind: 'ended',
  pid,
  code,
  outcome: 'failure',
  reason: '',
  uptimeMs: 1,
});

describe('chaos model', () => {
  it('allows no start of a gateway that is stopped, held, not installed or to be repaired, and requires one that is desired', () => {
    expect(mayNotStart(RUNNING)).toBeUndefined();
    expect(mustCome(RUNNING)).toBe(true);
    for (const claims of [NOTHING, STOPPED, { ...RUNNING, held: true }, { ...RUNNING, attention: true }]) {
      expect(mayNotStart(claims)).toEqual(expect.any(String));
      expect(mustCome(claims)).toBe(false);
    }
  });

  it('claims during a command only what holds before and after it, and the full result afterwards', () => {
    expect(mustCome(begun(RUNNING, 'stop'))).toBe(false);
    expect(mayNotStart(begun(STOPPED, 'start'))).toBeUndefined();
    expect(ended(RUNNING, 'stop', undefined)).toEqual(STOPPED);
    expect(ended(NOTHING, 'install', undefined)).toEqual(RUNNING);
    expect(ended(RUNNING, 'uninstall', undefined)).toEqual(NOTHING);
    expect(ended(RUNNING, 'restart', 'gateway-configuration')).toMatchObject({ attention: true });
    expect(ended(STOPPED, 'update', 'gateway-not-up')).toEqual(STOPPED);
    expect(ended(RUNNING, 'update', 'gateway-not-up')).toEqual(RUNNING);
    expect(begun({ ...RUNNING, broken: true }, 'install')).toMatchObject({ broken: false });
    expect(ended(damaged(begun(RUNNING, 'install'), 'definition.json'), 'install', undefined)).toEqual({ ...RUNNING, broken: true });
  });

  it('keeps the desired state after damage to any file but its own', () => {
    expect(damaged(STOPPED, 'history.jsonl')).toEqual(STOPPED);
    expect(mayNotStart(damaged(STOPPED, 'desired.json'))).toBeUndefined();
    expect(mustCome(damaged(RUNNING, 'desired.json'))).toBe(true);
    expect(mustCome(damaged(RUNNING, 'definition.json'))).toBe(false);
  });

  it('finds every status that contradicts the claims', () => {
    const status = (phase: Status['phase'], gatewayPid?: number) => ({ phase, gatewayPid }) as Status;
    const seen = (...gateways: number[]) => ({ gateways, busy: false });
    expect(contradiction(RUNNING, seen(7), true, status('running', 7))).toBeUndefined();
    expect(contradiction(RUNNING, seen(7), true, status('running', 8))).toContain('names gateway 8');
    expect(contradiction(RUNNING, seen(7), true, status('restarting'))).toContain('7 runs');
    expect(contradiction(RUNNING, seen(), false, status('running', 7))).toContain('without a gateway');
    expect(contradiction(STOPPED, seen(), false, status('restarting'))).toContain('it was stopped');
    expect(contradiction(NOTHING, seen(), false, status('stopped'))).toContain('not installed');
    expect(contradiction(RUNNING, seen(), false, status('not-installed'))).toContain('installed');
  });

  it('finds every history that contradicts the observed runs', () => {
    const lives = [{ pid: 7, excused: false, code: 3 }];
    expect(untrue([started(7), end(7, 3)], lives)).toBeUndefined();
    expect(untrue([started(7), started(8)], lives)).toContain('two starts');
    expect(untrue([started(8)], lives)).toContain('does not know gateway 7');
    expect(untrue([started(7), end(7, 4)], lives)).toContain('was to end with 3');
    expect(untrue([started(8)], [{ pid: 7, excused: true }])).toBeUndefined();
  });
});

describe('chaos observer', () => {
  /** An observer that looks every 50 ms at what the test shows it. */
  function watching(claims: Claims) {
    const shown = { words: [] as Word[], alive: new Set<number>() };
    const stage = {
      longestDelayMs: 100,
      startMs: 200,
      words: () => shown.words,
      isAlive: (_of: number, pid: number) => shown.alive.has(pid),
      isReady: () => true,
    };
    let nowMs = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    const observer = new Observer(stage as unknown as ChaosStage, 0);
    observer.claim(claims);
    return {
      observer,
      born: (pid: number) => {
        shown.words = [...shown.words, { what: 'born', pid }];
        shown.alive.add(pid);
      },
      died: (pid: number) => shown.alive.delete(pid),
      look: (times = 1) => {
        for (let i = 0; i < times; i += 1) {
          nowMs += 50;
          observer.look();
        }
        return observer.violation;
      },
    };
  }

  it('accepts one gateway, and reports two that run at once', () => {
    const { born, look } = watching(RUNNING);
    born(7);
    expect(look(5)).toBeUndefined();
    born(8);
    expect(look(5)).toContain('2 gateways at once');
  });

  it('reports a start that was not requested', () => {
    const { born, look } = watching(STOPPED);
    born(7);
    expect(look()).toContain('was started though it is to be stopped');
  });

  it('reports a gateway that does not restart in time, and accepts one that does', () => {
    const { born, died, look } = watching(RUNNING);
    born(7);
    look(3);
    died(7);
    expect(look(5)).toBeUndefined();
    expect(look(5)).toContain('no gateway for');
  });

  it('reports a status that stays wrong, and ignores one that is wrong once', () => {
    const { observer, born, look } = watching(RUNNING);
    const ask = (phase: Status['phase']) => {
      observer.judge({ phase, ...(phase === 'running' && { gatewayPid: 7 }) } as Status, observer.clockMs);
      return look(20);
    };
    born(7);
    look(5);
    expect(ask('starting')).toBeUndefined();
    expect(ask('running')).toBeUndefined();
    expect(ask('starting')).toBeUndefined();
    expect(ask('starting')).toContain('the status is starting');
  });

  it('does not count time in which it was blocked itself', () => {
    const { observer, look } = watching(RUNNING);
    look();
    vi.spyOn(performance, 'now').mockReturnValue(60_000);
    observer.look();
    expect(observer.violation).toBeUndefined();
  });
});

describe('failing script', () => {
  it('reduces a failing script to the steps that cause the failure', async () => {
    const script = Array.from({ length: 40 }, (_, index) => index);
    let played = 0;
    const fails = async (part: readonly number[]) => {
      played += 1;
      return part.includes(5) && part.includes(31);
    };
    expect(await shrink(script, fails, () => true)).toEqual([5, 31]);
    expect(played).toBeLessThan(120);
  });

  it('keeps the shortest script found when the time is over', async () => {
    expect(
      await shrink(
        [1, 2, 3],
        async () => true,
        () => false,
      ),
    ).toEqual([1, 2, 3]);
  });
});
