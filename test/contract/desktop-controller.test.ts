// The controller behind every window, over the manager in memory: one operation at a time, and no listener or payload that could break it.

import { beforeEach, describe, expect, it } from 'vitest';
import { GatewayServiceController } from '../../src/desktop/controller.ts';
import type { Snapshot, Verb } from '../../src/desktop/ipc.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import { poll } from '../../src/model/poll.ts';
import { gatewayIdentityFor } from '../support/identity.ts';
import { MemoryManager } from '../support/memory-manager.ts';
import { DEADLINE_MS } from '../support/sandbox.ts';

let manager: MemoryManager;
let controller: GatewayServiceController;
beforeEach(() => {
  manager = new MemoryManager();
  controller = new GatewayServiceController({ manager, identities: [gatewayIdentityFor('/h'), gatewayIdentityFor('/h', 'work')] });
});

const until = (what: string, holds: () => unknown) => poll(() => Boolean(holds()), { what, deadlineMs: DEADLINE_MS, everyMs: 5 });
const value = async (verb: Verb, payload: unknown) => {
  const reply = await controller.handle(verb, payload);
  if (!reply.ok) throw new Error(reply.error.message);
  return reply.value as Snapshot;
};

describe('desktop controller', () => {
  it('turns gateways on and off, each profile separately', async () => {
    expect(await value('get', {})).toMatchObject({ profile: 'default', profiles: ['default', 'work'], status: { phase: 'not-installed' } });
    expect(await value('set', { profile: 'work', on: true })).toMatchObject({ profile: 'work', status: { phase: 'running' } });
    expect(await value('get', { profile: 'default' })).toMatchObject({ status: { phase: 'not-installed' } });
    expect(await value('set', { profile: 'work', on: false })).toMatchObject({ status: { phase: 'not-installed' } });
  });

  it.each([
    ['get', null],
    ['get', { profile: 7 }],
    ['set', { profile: 'work' }],
    ['set', { profile: 'work', on: 'yes' }],
    ['set', { profile: 'work', on: true, gatewayCommand: ['/bin/sh'] }],
    ['set', { profile: 'work', on: true, mechanism: 'none' }],
    ['preview', { profile: 'work', on: true, mechanism: { name: 'service' } }],
    ['start', {}],
    ['stop', { profile: 'x'.repeat(65) }],
    ['logs', { profile: 'work', lines: -1 }],
    ['logs', { profile: 'work', lines: 1e9 }],
  ] as const)('answers %s with the payload %j with an error, and changes nothing', async (verb, payload) => {
    expect(await controller.handle(verb, payload)).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    expect(manager.registered).toEqual([]);
  });

  it('lets a restart wait for the agent, cancels it, and tests the recovery', async () => {
    const profile = 'default';
    await value('set', { profile, on: true });
    manager.work = { active: 2, isComplete: true };
    expect(await value('agentWork', { profile })).toEqual(manager.work);
    await value('restartWhenIdle', { profile });
    expect(await value('get', {})).toMatchObject({ status: { restartWhenIdle: true } });
    await value('cancelRestart', { profile });
    expect((await value('get', {})).status.restartWhenIdle).toBeUndefined();
    expect(await value('testRecovery', { profile })).toMatchObject({ recoveryMs: 1_300, status: { phase: 'running' } });
    expect(await value('restart', { profile })).not.toHaveProperty('recoveryMs');
  });

  it('lists the mechanisms, previews and applies the chosen one, and repairs the installed one', async () => {
    manager = new MemoryManager({ mechanisms: ['service', 'startup'] });
    controller = new GatewayServiceController({ manager, identities: [gatewayIdentityFor('/h')] });
    expect(await value('get', {})).toMatchObject({ mechanisms: ['service', 'startup'] });
    const chosen = { profile: 'default', on: true, mechanism: 'startup' };
    expect(await value('preview', chosen)).toMatchObject({ mechanism: 'startup', elevated: false });
    expect(await value('preview', { profile: 'default', on: true })).toMatchObject({ mechanism: 'service', elevated: true });
    expect(await value('set', chosen)).toMatchObject({ status: { mechanism: 'startup', phase: 'running' } });
    expect(await value('repair', { profile: 'default' })).toMatchObject({ status: { mechanism: 'startup' } });
    expect(await value('set', { ...chosen, mechanism: 'service' })).toMatchObject({ status: { mechanism: 'service' } });
  });

  it('turns the watchdog of an installed gateway off, which the snapshot shows at once, and refuses anything but on and off', async () => {
    const unlisten = controller.onChanged(() => undefined);
    await value('set', { profile: 'default', on: true });
    expect(await value('setWatchdog', { profile: 'default', on: false })).toMatchObject({ status: { watchdog: false, phase: 'running' } });
    unlisten();
    for (const on of [0, 'false', undefined]) {
      expect(await controller.handle('setWatchdog', { profile: 'default', on })).toMatchObject({ error: { code: 'bad-request' } });
    }
  });

  it('refuses a profile that it was not given', async () => {
    expect(await controller.handle('start', { profile: '../other' })).toMatchObject({ ok: false, error: { code: 'profile-missing' } });
  });

  it('answers a declined consent with its own code and the current status', async () => {
    manager.install = () => Promise.reject(new GatewayServiceError('consent-declined'));
    const reply = await controller.handle('set', { profile: 'work', on: true });
    expect(reply).toMatchObject({ ok: false, error: { code: 'consent-declined' } });
    expect(await value('get', { profile: 'work' })).toMatchObject({
      status: { phase: 'not-installed' },
      lastError: { code: 'consent-declined' },
    });
  });

  it('reports an operation to every listener from its beginning to its end', async () => {
    const seen: Snapshot[] = [];
    const unlisten = controller.onChanged(snapshot => void seen.push(snapshot));
    await value('set', { profile: 'default', on: true });
    await until('the end to be told', () => seen.at(-1)?.status.phase === 'running' && !seen.at(-1)?.operation);
    expect(seen.some(({ operation }) => operation?.verb === 'install')).toBe(true);
    unlisten();
    const count = seen.length;
    await value('stop', { profile: 'default' });
    expect(seen).toHaveLength(count);
  });

  it('runs one operation at a time for a profile, and names the one in progress', async () => {
    let finish = () => undefined as undefined;
    const working = controller.operate('default', 'update', () => new Promise<void>(resolve => (finish = () => void resolve())));
    expect(await controller.handle('start', { profile: 'default' })).toMatchObject({
      ok: false,
      error: { code: 'busy', message: expect.stringContaining('update') },
    });
    expect(await controller.handle('set', { profile: 'work', on: true })).toMatchObject({ ok: true });
    finish();
    expect((await working).operation).toBeUndefined();
  });

  it('keeps the error of the last operation until the next one', async () => {
    expect(await controller.handle('start', { profile: 'default' })).toMatchObject({ ok: false, error: { code: 'not-installed' } });
    expect(await value('get', {})).toMatchObject({ lastError: { code: 'not-installed' } });
    await value('set', { profile: 'default', on: true });
    expect((await value('get', {})).lastError).toBeUndefined();
  });

  it('names the operation that failed, and drops its error when it is dismissed, or when the phase contradicts it', async () => {
    const profile = 'default';
    const real = manager.start;
    const fail = async () => {
      await value('stop', { profile });
      manager.start = () => Promise.reject(new GatewayServiceError('timed-out'));
      expect(await controller.handle('start', { profile })).toMatchObject({ error: { code: 'timed-out', verb: 'start' } });
      expect(await value('get', {})).toMatchObject({ status: { phase: 'stopped' }, lastError: { code: 'timed-out', verb: 'start' } });
    };
    await value('set', { profile, on: true });
    await fail();
    expect(await value('dismiss', { profile })).not.toHaveProperty('lastError');
    await fail();
    // Another program starts it.
    await real.call(manager, gatewayIdentityFor('/h'));
    expect(await value('get', {})).toMatchObject({ status: { phase: 'running' } });
    expect((await value('get', {})).lastError).toBeUndefined();
  });

  it('keeps an error that is no news of the phase', async () => {
    const profile = 'default';
    await value('set', { profile, on: true });
    manager.restart = () => Promise.reject(new GatewayServiceError('timed-out'));
    await controller.handle('restart', { profile });
    for (let each = 0; each < 2; each += 1) {
      expect(await value('get', {})).toMatchObject({ status: { phase: 'running' }, lastError: { verb: 'restart' } });
    }
  });

  it('ends the wait for consent of the manager', async () => {
    const cancelled: string[] = [];
    Object.assign(manager, { cancelConsent: async ({ profile }: GatewayIdentity) => void cancelled.push(profile) });
    expect(await controller.handle('cancelConsent', { profile: 'work' })).toEqual({ ok: true, value: null });
    expect(cancelled).toEqual(['work']);
  });

  it('keeps reporting after a listener throws or the manager fails once', async () => {
    const seen: Snapshot[] = [];
    controller.onChanged(() => {
      throw new Error('the window is gone');
    });
    controller.onChanged(snapshot => void seen.push(snapshot));
    const history = manager.history.bind(manager);
    manager.history = () => Promise.reject(new GatewayServiceError('state-unwritable'));
    await controller.handle('set', { profile: 'default', on: true });
    manager.history = history;
    await value('stop', { profile: 'default' });
    await until('the stop to be told', () => seen.at(-1)?.status.phase === 'stopped');
  });
});
