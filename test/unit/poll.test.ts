// The one way to wait: it answers with the fact, or says what it waited for in vain.
import { describe, expect, it } from 'vitest';
import { poll } from '../../src/model/poll.ts';

describe('poll', () => {
  it('resolves with the first truthy answer and stops polling', async () => {
    const answers = [undefined, 0, '', 'up', 'never asked'];
    expect(await poll(() => answers.shift(), { what: 'the answer', deadlineMs: 5_000, everyMs: 1 })).toBe('up');
    expect(answers).toEqual(['never asked']);
  });

  it('waits for answers that are promises', async () => {
    let asked = 0;
    expect(await poll(async () => ++asked === 3 && { asked }, { what: 'the third', deadlineMs: 5_000, everyMs: 1 })).toEqual({ asked: 3 });
  });

  it('names what it waited for when the deadline passes', async () => {
    await expect(poll(() => false, { what: 'the gateway to come up', deadlineMs: 30, everyMs: 5 })).rejects.toMatchObject({
      code: 'timed-out',
      message: expect.stringContaining('the gateway to come up'),
    });
  });

  it('waits longer when its deadline moves', async () => {
    let asked = 0;
    let deadlineMs = 10;
    const answer = () => {
      deadlineMs = 60_000;
      return ++asked === 20 && 'late';
    };
    expect(await poll(answer, { what: 'a late answer', deadlineMs: () => deadlineMs, everyMs: 5 })).toBe('late');
  });

  it('polls once even when there is no time left', async () => {
    expect(await poll(() => 'already', { what: 'nothing', deadlineMs: 0 })).toBe('already');
  });

  it('ends with the reason of the abort signal, also in the middle of a pause', async () => {
    const abort = new AbortController();
    const waiting = poll(
      () => {
        setImmediate(() => abort.abort(new Error('called off')));
        return false;
      },
      { what: 'nothing', deadlineMs: 60_000, everyMs: 60_000, signal: abort.signal },
    );
    await expect(waiting).rejects.toThrow('called off');
  });

  it('passes on an error of the polled function', async () => {
    const broken = () => {
      throw new Error('cannot ask');
    };
    await expect(poll(broken, { what: 'nothing', deadlineMs: 1_000 })).rejects.toThrow('cannot ask');
  });
});
