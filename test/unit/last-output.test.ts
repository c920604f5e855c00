import { describe, expect, it } from 'vitest';
import { causeOf, lastLine, statedCause } from '../../src/gateway/last-output.ts';

const TRACEBACK = `2026-11-28 22:10:04,113 INFO gateway.run: starting
Traceback (most recent call last):
  File "/opt/hermes/telegram/_bot.py", line 611, in _post
    result = await self.request.post(url)
telegram.error.InvalidToken: Not Found

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/opt/hermes/gateway/run.py", line 90, in main
    asyncio.run(start())
telegram.error.InvalidToken: The token \`123456789:AAFf0oq9c7d1QxYz0a1b2c3d4e5f6g7h8i9\` was rejected by the server.
sys:1: RuntimeWarning: coroutine 'stop' was never awaited
`;

describe('last line of the present gateway', () => {
  it('is without secrets, time and level, and never one of a former gateway', () => {
    const former = ['2026-02-06 09:30:00,123 INFO telegram: polling', '--- 2026-02-06 gateway ended: killed'];
    expect(lastLine(former)).toBeUndefined();
    const own = [...former, '--- 2026-02-06 gateway started, PID 7', '2026-02-06 09:31:00,123 INFO token=abcdefghij', ''];
    expect(lastLine(own)).toMatch(/^token=/);
    expect(lastLine(own)).not.toContain('abcdefghij');
    expect(lastLine(['x'.repeat(999)])).toHaveLength(200);
  });
});

describe('cause of the end of a gateway', () => {
  it('is the error of the last Python traceback, without its secrets', () => {
    expect(causeOf(TRACEBACK)).toBe('telegram.error.InvalidToken: The token `…` was rejected by the server.');
  });

  it.each([
    ['the last line where there is no traceback', 'one\nport 8642 is in use\n\n', 'port 8642 is in use'],
    ['a line without time, level and colours', '2026-11-28T22:10:04.113Z [ERROR] \u001b[31mno network\u001b[0m\r\n', 'no network'],
    ['the last error of a log', 'ERROR: no network\n2026-11-28 22:10:04,113 INFO gateway.run: retrying\nWARNING slow\n', 'no network'],
    ['a line without its end', 'MemoryError', 'MemoryError'],
    ['what was cut in the middle of a traceback', '  File "x.py", line 1\nValueError: bad', 'ValueError: bad'],
  ])('is %s', (_which, stderr, cause) => {
    expect(causeOf(stderr)).toBe(cause);
  });

  it('is one line of at most 200 characters', () => {
    expect(causeOf(`${'long words '.repeat(50)}\n`)).toMatch(/^[^\n]{199}…$/);
  });

  it('is without secrets and not longer where Hermes states it in its files', () => {
    expect(statedCause('telegram: 123456789:AAFf0oq9c7d1QxYz0a1b2c3d4e5f6g7h8i9 was rejected')).toBe('telegram: … was rejected');
    expect(statedCause('x '.repeat(200))).toHaveLength(200);
  });

  it('is unknown where nothing was said', () => {
    expect(causeOf('')).toBeUndefined();
    expect(causeOf('\n \r\n')).toBeUndefined();
    expect(causeOf('2026-11-28 22:10:04,113 INFO gateway.run: telegram connected\n')).toBeUndefined();
  });
});
