// Secrets never reach a log or a clipboard, whatever program printed them; ordinary text stays as it is.

import { describe, expect, it } from 'vitest';
import { redact } from '../../src/model/redact.ts';

const TELEGRAM = `${'1'.repeat(9)}:${'Ab_3'.repeat(9)}`;
const DISCORD = `${'M'.repeat(24)}.${'x1-_y2'}.${'z'.repeat(28)}`;

describe('redaction', () => {
  it.each([
    ['a variable', 'TELEGRAM_BOT_TOKEN=abc123 next', 'abc123'],
    ['a JSON field', '{"api_key": "abc123", "port": 80}', 'abc123'],
    ['a password', 'password: hunter2', 'hunter2'],
    ['a client secret', "client_secret='s3cr3t'", 's3cr3t'],
    ['a header', 'Authorization: Bearer abc.def-123', 'abc.def-123'],
    ['a header of a bot', 'authorization: Bot abc.def-123', 'abc.def-123'],
    ['a header without a scheme', '{"Authorization":"abc.def-123"}', 'abc.def-123'],
    ['a Telegram token in a URL', `GET https://api.telegram.org/bot${TELEGRAM}/getMe`, TELEGRAM],
    ['a bare Telegram token', `logged in as ${TELEGRAM}`, TELEGRAM],
    ['a Discord token', `using ${DISCORD}`, DISCORD],
    ['an OpenAI key', 'key sk-proj-abcdefghijklmnop0123', 'sk-proj-abcdefghijklmnop0123'],
    ['a GitHub token', 'push with ghp_abcdefghijklmnopqrst0123', 'ghp_abcdefghijklmnopqrst0123'],
    ['a quote that lost its other', 'token="abc 123', 'abc 123'],
    ['a value of several words', '{"api_key": "s3cr3t value", "port": 8644}', 's3cr3t value'],
    ['JSON within JSON', '"{\\"token\\":\\"abc123\\"}"', 'abc123'],
    ['credentials of an address', 'https://anna:hunter2@example.org/path', 'hunter2'],
    ['every value of a cookie', 'Cookie: a=b; session=s3cr3t', 's3cr3t'],
    ['a JSON Web Token', 'got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'c2lnbmF0dXJl'],
    ['a long random word', 'session 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', '9f86d081'],
    ['a Slack token', 'xoxb-123456789012-abcdefghijkl', 'xoxb-123456789012-abcdefghijkl'],
  ])('removes %s', (_what, text, secret) => {
    const clean = redact(text);
    expect(clean).not.toContain(secret);
    expect(clean).toContain('…');
  });

  it('keeps the text around a secret, and removes every secret of a line', () => {
    expect(redact('a token=one b token=two c')).toBe('a token=… b token=… c');
  });

  it.each([
    '2026-01-01T00:00:00.000Z runner 4711: gateway ended: failure: The gateway failed (exit code 1).',
    'C:\\Users\\Ada Lovelace\\AppData\\Local\\HermesGatewayService\\HermesGateway-work',
    'HermesGateway-1a2b3c4d runs as PID 123456',
    '/var/lib/anna/.local/state/hermes-gateway-service/HermesGateway-8570c933/logs/gateway.log',
    'tokens: 812; a bearer of bad news, and basic services, were seen',
  ])('leaves ordinary text unchanged: %s', text => {
    expect(redact(text)).toBe(text);
  });
});
