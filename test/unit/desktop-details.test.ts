// "Copy details": contains what a repair needs, and no names or secrets.
import os from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mainVersions } from '../../main/versions.ts';
import { formatDetails, redact } from '../../src/desktop/details.ts';
import { shownError } from '../../src/desktop/shown-error.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { PHASES } from '../../src/model/status.ts';
import { ago, snapshotIn, updateAt, updateEnd } from '../renderer/snapshots.ts';

describe('update in the details', () => {
  it('lists which program does an update and how it ended, without the output of the program', () => {
    const progress = 'Cloning https://anna:hunter2@example.org/';
    const atWork = formatDetails(snapshotIn('held-for-update', {}, { update: updateAt('updating', { progress }) }), {});
    expect(atWork).toContain('update: Hermes, updating, by Hermes Desktop since 2026-02-06T09:28:00.000Z');
    expect(atWork).not.toContain('Cloning');
    const ended = formatDetails(
      snapshotIn('running', {}, { updateEnd: updateEnd('not-updated', { why: new GatewayServiceError('files-in-use').toValue() }) }),
      {},
    );
    expect(ended).toContain('last update: Hermes, not-updated (files-in-use) at 2026-02-06T09:29:00.000Z');
  });
});

describe('redaction', () => {
  it.each([
    ['C:\\Users\\Anna Müller\\AppData\\Local\\hermes', 'Anna Müller'],
    ['"C:\\\\Users\\\\anna\\\\AppData"', 'anna'],
    ['C:/Users/anna/AppData', 'anna'],
    ['c:\\users\\王小明\\hermes', '王小明'],
    ['could not open C:\\Users\\anna', 'anna'],
    ['/home/anna/.hermes/gateway.log', 'anna'],
    ['/Users/anna/Library', 'anna'],
    ['File "/home/anna", line 3', 'anna'],
    ['https://anna:hunter2@example.org/path', 'hunter2'],
    ['Authorization: Bearer abcDEF123456', 'abcDEF123456'],
    ['TELEGRAM_BOT_TOKEN=8123456789:AAH-abcdefghijklmnopqrstuvwxyz012345', 'AAH-abcdefghij'],
    ['bot 8123456789:AAH-abcdefghijklmnopqrstuvwxyz012345 connected', 'AAH-abcdefghij'],
    ['{"api_key": "s3cr3t value", "port": 8644}', 's3cr3t'],
    ["password='open sesame'", 'sesame'],
    ['GET /?token=T0P53CR3T HTTP/1.1', 'T0P53CR3T'],
    ['key sk-proj-abcdefghijklmnop1234 refused', 'abcdefghijklmnop1234'],
    ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'abcdefghijklmnop'],
    ['xoxb-1234567890-abcdefghij', '1234567890-abc'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'c2lnbmF0dXJl'],
    ['session 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', '9f86d081'],
    ['mail from anna.mueller@example.org', 'anna.mueller'],
  ])('redacts %j so that %j is removed', (text, secret) => {
    expect(redact(text)).not.toContain(secret);
  });

  it.each([
    'The gateway ended by itself with exit code 78.',
    'HermesGateway-work: PID 7312, session 1, 2026-02-06T09:30:00.000Z',
    'C:\\Program Files\\Hermes Gateway Service\\1f6c0b7e\\hermes-gateway-host.exe',
    'ladder: 1000, 2000, 4000, 9000, 16000, 25000, 36000, 49000, 64000 ms, reset 60000 ms',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Electron/40.10.2',
  ])('keeps text that is needed for a repair: %j', text => {
    expect(redact(text)).toBe(text);
  });

  it('removes every planted secret, whatever text is around it', () => {
    const secret = 'q7Rk2ZpLx9';
    const shapes = [
      `C:\\Users\\${secret}\\x`,
      `/home/${secret}/`,
      `token=${secret}`,
      `https://a:${secret}@c`,
      `Bearer ${secret}`,
      `"secret": "${secret} y"`,
    ];
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.constantFrom(...shapes))), lines => {
        expect(redact(lines.map(([around, shape]) => `${around} ${shape}\n`).join(''))).not.toContain(secret);
      }),
    );
  });
});

describe('details of a snapshot', () => {
  const details = formatDetails(
    snapshotIn(
      'restarting',
      { session: { id: 2, user: 'PC\\anna' }, detail: 'anna stopped it; opened C:\\Users\\anna\\hermes' },
      { lastError: shownError(new GatewayServiceError('gateway-not-up', 'TOKEN=abc')), versions: mainVersions() },
    ),
    { app: '0.1.0', electron: '40.10.2' },
    {
      path: 'C:\\Users\\anna\\AppData\\Local\\HermesGatewayService\\HermesGateway\\gateway.log',
      stamp: '',
      lines: [
        'a line that is too old',
        ...Array.from({ length: 36 }, (_, line) => `line ${line}`),
        'loaded C:\\Users\\anna\\.hermes for anna, TELEGRAM_BOT_TOKEN=s3cr3t',
        `POST https://api.telegram.org/bot123456789:AAFf0oq9c7d1QxYz0a1b2c3d4e5f6g7h8i9/getMe ${'x'.repeat(600)}`,
        `${'y'.repeat(490)} 123456789:AAFf0oq9c7d1QxYz0a1b2c3d4e5f6g7h8i9`,
        'the last line of the log',
      ],
      canReveal: false,
    },
  );

  it('lists the service, phase, codes, versions, restart delays and log path in the details', () => {
    for (const fact of [
      'service: HermesGateway (profile default)',
      'phase: restarting',
      'last error: gateway-not-up',
      'last exit: 1 at',
      'error: crash-loop',
      'electron: 40.10.2',
      'gateway service: 0.1.0',
      os.release(),
      'ladder: 1000, 2000, 4000',
      'log: C:\\Users\\<user>\\AppData\\Local\\HermesGatewayService\\HermesGateway\\gateway.log',
    ])
      expect(details).toContain(fact);
  });

  it('puts no user name and no secret into the details', () => {
    expect(details).not.toMatch(/anna/i);
    expect(details).not.toContain('abc');
    expect(details).not.toMatch(/s3cr3t|123456789|AAFf/);
  });

  it('ends with the last 40 lines of the log, each of at most 500 characters', () => {
    const lines = details.trimEnd().split('\n');
    const shown = lines.slice(lines.findIndex(line => line.startsWith('log: ')) + 1);
    expect(shown).toHaveLength(40);
    expect([shown[0], shown.at(-1)]).toEqual(['  line 0', '  the last line of the log']);
    expect(shown[36]).toBe('  loaded C:\\Users\\<user>\\.hermes for <user>, TELEGRAM_BOT_TOKEN=…');
    expect(Math.max(...shown.map(({ length }) => length))).toBe('  …'.length + 500);
  });

  it('leaves no value of the details empty in any phase', () => {
    for (const phase of PHASES) {
      const text = formatDetails(
        snapshotIn(
          phase,
          {},
          { history: [{ at: ago(0), kind: 'ended', pid: null, code: null, outcome: 'failure', reason: 'lost', uptimeMs: 1 }] },
        ),
        {},
      );
      expect(text, phase).not.toMatch(/undefined|NaN|null|\[object/);
    }
  });
});
