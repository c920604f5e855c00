// What tray and notifications say: each gateway by its name, its state and why; and what becomes of it when the app quits.
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/desktop/ipc.ts';
import { shellEn } from '../../src/desktop/shell-messages.ts';
import { problem } from '../../src/model/problems.ts';
import type { Phase, Status } from '../../src/model/status.ts';
import { ago, snapshotIn } from '../renderer/snapshots.ts';

const REJECTED = {
  code: 1,
  reason: 'The gateway failed (exit code 1).',
  at: ago(2_000),
  cause: 'telegram.error.InvalidToken: The token `…` was rejected by the server.',
  known: 'token-rejected',
} as const;
const { known: _, ...UNKNOWN } = { ...REJECTED, cause: 'no such model.' };

const { title, tooltip } = shellEn.tray;
const told = (phase: Phase, status: Partial<Status> = {}, rest: Partial<Snapshot> = {}) => tooltip([snapshotIn(phase, status, rest)]);

describe('tooltip of the tray', () => {
  it('shows why a gateway ended', () => {
    const why = 'the token of the Telegram bot was rejected';
    for (const phase of ['restarting', 'failed', 'needs-attention'] as const)
      expect(told(phase, { lastExit: REJECTED })).toMatch(new RegExp(`^Hermes gateway: [A-Z][a-z ]+: ${why}$`));
    expect(told('restarting', { lastExit: UNKNOWN })).toBe('Hermes gateway: Restarting: no such model');
    // The problem is that it crashes: running now may end in seconds.
    expect(told('running', { lastExit: REJECTED, problems: [problem('crash-loop')] })).toBe(`Hermes gateway: Running, 1 problem: ${why}`);
  });

  it('shows nothing of an end that is over', () => {
    expect(told('running', { lastExit: REJECTED })).toBe('Hermes gateway: Running');
    expect(told('stopped', { lastExit: REJECTED })).toBe('Hermes gateway: Stopped');
  });

  it('counts the problems of a running gateway that need something to be done', () => {
    const info = problem('lock-stale');
    expect(info.severity).toBe('info');
    expect(told('running', { problems: [info] })).toBe('Hermes gateway: Running');
    expect(told('running', { problems: [info, problem('log-incomplete')] })).toBe('Hermes gateway: Running, 1 problem');
    expect(told('running', { problems: [problem('host-outdated'), problem('log-incomplete')] })).toBe(
      'Hermes gateway: Running, 2 problems',
    );
    expect(title(snapshotIn('running', { problems: [problem('log-incomplete')] }))).toBe('Hermes gateway: Running, 1 problem');
  });

  it('shows which platforms of a running gateway are not connected, instead of counting them', () => {
    const platforms = [
      { name: 'discord', state: 'fatal', reason: 'Discord bot token rejected: Improper token', known: 'token-rejected' },
      { name: 'telegram', state: 'connected' },
    ] as const;
    const said = 'Telegram connected, Discord not connected: the token of the Discord bot was rejected';
    expect(told('running', { platforms, problems: [problem('platform-down')] })).toBe(`Hermes gateway: Running. ${said}`);
    expect(told('degraded', { platforms, problems: [problem('gateway-degraded')] })).toBe(`Hermes gateway: Having trouble. ${said}`);
  });

  it('shows the operation in progress', () => {
    expect(told('failed', { lastExit: REJECTED }, { operation: { verb: 'update', since: ago(0) } })).toBe('Hermes gateway: Updating…');
  });

  it('names each gateway where there are several, and gives the reason of the first', () => {
    const profiles = ['default', 'work'];
    const work = snapshotIn('failed', { profile: 'work', lastExit: REJECTED }, { profile: 'work', profiles });
    const other = snapshotIn('running', {}, { profiles });
    expect(tooltip([work, other])).toBe('Hermes gateway (work): Failed: the token of the Telegram bot was rejected\ndefault: Running');
    expect(title(other)).toBe('Hermes gateway (default): Running');
    expect(title(snapshotIn('running', { profile: 'work' }, { profile: 'work', profiles: ['work'] }))).toBe(
      'Hermes gateway (work): Running',
    );
  });
});

describe('notification', () => {
  const bodyOf = (lastExit: Status['lastExit']) => shellEn.alert('crash-loop', snapshotIn('restarting', lastExit && { lastExit })).body;

  it('carries the cause, recognised or as the gateway said it', () => {
    expect(bodyOf(REJECTED)).toMatch(/^The token of the Telegram bot was rejected\. Put a valid token/);
    expect(bodyOf(UNKNOWN)).toMatch(/^no such model\. It is restarted again and again\./);
  });

  it('does not repeat what is over', () => {
    expect(shellEn.alert('recovered', snapshotIn('running', { lastExit: REJECTED })).body).toBe('No action is needed.');
  });

  it('names its profile', () => {
    const work = snapshotIn('failed', { profile: 'work' }, { profile: 'work', profiles: ['default', 'work'] });
    expect(shellEn.alert('failed', work).title).toBe('Hermes gateway (work) failed');
  });
});
