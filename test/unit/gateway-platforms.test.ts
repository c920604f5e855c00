// What a gateway reports of its platforms; the entries are those that Hermes 0.19, 0.20 and 0.22 write.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readGatewayState } from '../../src/gateway/identity-files.ts';
import { reportedPlatforms } from '../../src/gateway/platforms.ts';

const PID = 812;
const SINCE = Date.parse('2026-11-29T01:00:00Z');
const after = '2026-11-29T01:00:07.123456+00:00';
const before = '2026-11-28T23:00:07.123456+00:00';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'hg-platforms-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function reported(platforms: unknown) {
  writeFileSync(path.join(home, 'gateway_state.json'), JSON.stringify({ pid: PID, start_time: 1, gateway_state: 'running', platforms }));
  const state = readGatewayState(home);
  return state && reportedPlatforms(state, SINCE);
}

describe('reported platforms', () => {
  it('are those of Hermes 0.22, without the ones of a former process', () => {
    const written = { writer_pid: PID, writer_start_time: 1, needs_attention: false, updated_at: after };
    expect(
      reported({
        telegram: { state: 'connected', error_code: null, error_message: null, ...written },
        'work:discord': {
          state: 'fatal',
          error_code: 'discord_auth_error',
          error_message: 'Discord bot token rejected: Improper token has been passed.. The token is invalid or was revoked',
          ...written,
        },
        slack: { state: 'connected', error_code: null, error_message: null, ...written, writer_pid: PID + 1 },
      }),
    ).toEqual([
      { name: 'telegram', state: 'connected' },
      {
        name: 'work:discord',
        state: 'fatal',
        reason: 'Discord bot token rejected: Improper token has been passed.. The token is invalid or was revoked',
        known: 'token-rejected',
      },
    ]);
  });

  it('are those of Hermes 0.19 and 0.20, without the ones that were written before this start', () => {
    expect(
      reported({
        telegram: { state: 'retrying', error_code: null, error_message: 'failed to connect', updated_at: after },
        slack: { state: 'connected', updated_at: before },
      }),
    ).toEqual([{ name: 'telegram', state: 'retrying', reason: 'failed to connect' }]);
  });

  it('contain no secret and no error of a platform that is connected again', () => {
    expect(
      reported({
        telegram: {
          state: 'fatal',
          error_message: 'The token `123456789:AAFf0oq9c7d1QxYz0a1b2c3d4e5f6g7h8i9`\nwas rejected by the server.',
        },
        irc: { state: 'connected', error_message: 'ping timeout' },
      }),
    ).toEqual([
      { name: 'telegram', state: 'fatal', reason: 'The token `…` was rejected by the server.', known: 'token-rejected' },
      { name: 'irc', state: 'connected' },
    ]);
  });

  it('are none where nothing valid is written', () => {
    for (const platforms of [undefined, null, 7, [], { telegram: 'up' }, { telegram: { state: 7 } }, {}])
      expect(reported(platforms)).toEqual([]);
  });
});
