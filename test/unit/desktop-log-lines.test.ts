// How a window shows the lines of a log: tones, local times, and the place of an end.
import { describe, expect, it } from 'vitest';
import { inLocalTime, lineOfEnd, matches, tonesOf } from '../../src/desktop/log-lines.ts';

describe('tone of a line', () => {
  it('is that of its level, and an error from the first line of a traceback to its exception', () => {
    const lines = [
      ['--- 2026-02-06T09:29:50.000Z gateway started, PID 7', 'mark'],
      ['2026-02-06 09:00:07,120 INFO gateway.run: telegram: ready', undefined],
      ['2026-02-06 09:00:07,120 WARNING gateway.run: slow', 'warn'],
      ['ERROR [telegram] Bot token already in use.', 'error'],
      ['Traceback (most recent call last):', 'error'],
      ['  File "/hermes/gateway.py", line 3, in run', 'error'],
      ['    raise OSError', 'error'],
      ['OSError: [Errno 28] No space left on device', 'error'],
      ['', undefined],
      ['telegram: 3 updates', undefined],
      [`2026-02-06 09:00:07 INFO ${'gateway.run '.repeat(4)}said ERROR`, undefined],
      ['Traceback (most recent call last):', 'error'],
      ['--- 2026-02-06T09:29:58.000Z gateway ended: The gateway was killed.', 'mark'],
      ['telegram: 4 updates', undefined],
    ] as const;
    expect(tonesOf(lines.map(([line]) => line))).toEqual(lines.map(([, tone]) => tone));
  });
});

describe('time of a line', () => {
  const time = (iso: string) => `<${new Date(iso).toISOString()}>`;
  const local = (iso: string) => new Date(iso).toISOString();

  it.each([
    ['2026-02-06 09:00:07,120 INFO ready', `<${local('2026-02-06T09:00:07')}> INFO ready`],
    ['2026-02-06T09:00:07.120 ready', `<${local('2026-02-06T09:00:07')}> ready`],
    ['--- 2026-02-06T10:29:58.000+01:00 gateway ended', '--- <2026-02-06T09:29:58.000Z> gateway ended'],
    ['2026-02-06T09:00:07Z ready', '<2026-02-06T09:00:07.000Z> ready'],
    ['2026-99-06 09:00:07 ready', '2026-99-06 09:00:07 ready'],
    ['ready since 2026-02-06 09:00:07', 'ready since 2026-02-06 09:00:07'],
    ['2026-02-06 09:00:07x', '2026-02-06 09:00:07x'],
  ])('is told in the way of the history where the line begins with it: %s', (line, shown) => {
    expect(inLocalTime(line, time)).toBe(shown);
  });
});

describe('filter', () => {
  it('finds a text in any case, and everything where it is empty', () => {
    expect(matches('Telegram is up', ' TELEGRAM ')).toBe(true);
    expect(matches('Telegram is up', 'discord')).toBe(false);
    expect(matches('', ' ')).toBe(true);
  });
});

describe('place of an end', () => {
  const lines = [
    '--- 2026-02-06T09:29:40.000Z gateway started, PID 6',
    'telegram.error.InvalidToken: The token `123456789:AAFf0oq9c7d1QxYz0a1b2c3d4e5f6g7h8i9` was rejected by the server.',
    '--- 2026-02-06T09:29:50.000Z gateway started, PID 7',
    'ERROR [telegram] Bot token already in use (PID 8). Stop it first.',
    'telegram.error.InvalidToken: The token `123456789:AAFf0oq9c7d1QxYz0a1b2c3d4e5f6g7h8i9` was rejected by the server.',
    'sys:1: RuntimeWarning',
    '--- 2026-02-06T09:29:58.000Z gateway ended: The gateway failed (exit code 1).',
    '--- 2026-02-06T09:29:59.000Z gateway started, PID 9',
  ];
  const rejected = 'telegram.error.InvalidToken: The token `…` was rejected by the server.';
  const at = '2026-02-06T09:29:58.000Z';

  it.each([
    ['the line of its cause, whose secrets are removed', rejected, 4],
    ['the line of a cause that was cut', 'telegram.error.InvalidToken: The token `…` was rej…', 4],
    [
      'what the platform logged, where Hermes names the platform before it',
      'telegram: Bot token already in use (PID 8). Stop it first.',
      3,
    ],
    ['the mark of the end, where no line of that life has the cause', 'no such model', 6],
    ['the mark of the end, where there is no cause', undefined, 6],
  ])('is %s', (_line, cause, index) => {
    expect(lineOfEnd(lines, { at, cause })).toBe(index);
  });

  it('is in the life that ended then, also where a lost runner could not mark it', () => {
    expect(lineOfEnd(lines, { at: '2026-02-06T09:29:49.500Z', cause: rejected })).toBe(1);
  });

  it('is by its cause alone in a log without marks', () => {
    expect(lineOfEnd([rejected, 'x', rejected, 'y'], { at, cause: rejected })).toBe(2);
    expect(lineOfEnd(['x'], { at, cause: rejected })).toBe(-1);
  });

  it('is in no line of a log that does not contain it', () => {
    expect(lineOfEnd([], { at, cause: rejected })).toBe(-1);
    expect(lineOfEnd(lines, { at: '2026-02-06T08:00:00.000Z', cause: rejected })).toBe(-1);
    expect(lineOfEnd(lines, { at: '2026-02-06T11:00:00.000Z', cause: rejected })).toBe(-1);
    // A start that failed before there was a process has no lines.
    expect(lineOfEnd(lines, { at: '2026-02-06T09:30:30.000Z', cause: rejected })).toBe(-1);
  });
});
