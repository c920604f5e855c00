// The row of a profile that the gateway of another profile serves: it shows and drives that gateway. The manager is the one in memory.

import { describe, expect, it, vi } from 'vitest';
import { withServedProfiles } from '../../src/desktop/served-profiles.ts';
import { profileIdentity } from '../../src/gateway/home.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { problem } from '../../src/model/problems.ts';
import type { Status } from '../../src/model/status.ts';
import { MemoryManager } from '../support/memory-manager.ts';

const root = { root: '/home/anna/.hermes', standard: true };
const [main, work, play] = ['default', 'work', 'play'].map(name => profileIdentity(root, name)) as [never, never, never];

/** The gateway of the default profile serves "work" as soon as `known` says so. */
function served(known = () => true) {
  const manager = new MemoryManager();
  const own = manager.status.bind(manager);
  manager.status = async identity => {
    const status = await own(identity);
    return identity === work && known() ? { ...status, servedBy: { profile: 'default', pid: 7 } } : status;
  };
  return { manager, rows: withServedProfiles(manager, [main, work, play]) };
}

describe('a profile that the gateway of another profile serves', () => {
  it('is shown with the state of that gateway, under its own name', async () => {
    const { rows } = served();
    expect(await rows.status(work)).toMatchObject({ profile: 'work', phase: 'not-installed', servedBy: { profile: 'default' } });
    await rows.install(main);
    expect(await rows.status(work)).toMatchObject({ profile: 'work', phase: 'running', servedBy: { profile: 'default' } });
    expect((await rows.status(play)).phase).toBe('not-installed');
  });

  it('has its own bots of that gateway, and a problem only where one of them is not connected', async () => {
    const { manager, rows } = served();
    await rows.install(main);
    const status = manager.status.bind(manager);
    const report = (own: string, others: string) => {
      manager.status = async identity => ({
        ...(await status(identity)),
        ...(identity === main && {
          platforms: [
            { name: 'telegram', state: others },
            { name: 'work:telegram', state: own },
          ],
          problems: [problem('log-incomplete'), problem('platform-down')],
        }),
      });
    };
    const codes = async () => (await rows.status(work)).problems.map(({ code }) => code);
    report('connected', 'fatal');
    expect((await rows.status(work)).platforms).toEqual([{ name: 'telegram', state: 'connected' }]);
    expect(await codes()).toEqual(['log-incomplete']);
    report('fatal', 'connected');
    expect(await codes()).toEqual(['log-incomplete', 'platform-down']);
    expect((await rows.status(main)).platforms).toHaveLength(2);
  });

  it('turns that gateway on and off', async () => {
    const { rows } = served();
    await rows.install(work);
    expect(await rows.status(main)).toMatchObject({ profile: 'default', phase: 'running' });
    await rows.stop(work);
    expect(await rows.status(main)).toMatchObject({ phase: 'stopped' });
    await rows.uninstall(work);
    expect(await rows.status(main)).toMatchObject({ phase: 'not-installed' });
  });

  it('turns that gateway on when the refusal of an installation is the first news of it', async () => {
    let known = false;
    const { manager, rows } = served(() => known);
    const install = manager.install.bind(manager);
    vi.spyOn(manager, 'install').mockImplementation(async (identity, ...rest) => {
      known = true;
      if (identity === work) throw new GatewayServiceError('profile-served');
      return install(identity, ...rest);
    });
    expect(await rows.install(work)).toMatchObject({ profile: 'default', phase: 'running' });
  });

  it('passes every other refusal on', async () => {
    const { rows } = served(() => false);
    await expect(rows.start(work)).rejects.toMatchObject({ code: 'not-installed' });
  });

  it('reports the changes of that gateway to all its rows by one watch', async () => {
    const { manager, rows } = served();
    await rows.install(main);
    const watch = vi.spyOn(manager, 'watch');
    const seen: Status[] = [];
    const unwatches = [rows.watch(work, status => seen.push(status)), rows.watch(work, status => seen.push(status))];
    await expect.poll(() => seen.filter(({ phase, profile }) => phase === 'running' && profile === 'work').length).toBe(2);
    await rows.stop(main);
    await expect.poll(() => seen.filter(({ phase }) => phase === 'stopped').length).toBe(2);
    expect(watch.mock.calls.filter(([identity]) => identity === main)).toHaveLength(1);
    for (const unwatch of unwatches) unwatch();
  });
});
