// The end of the session and of Windows itself in mid-life of the service. Wine's own part: `wineboot --end-session` asks and ends what has
// a window on the caller's desktop. A runner below Wine's SCM has none there, a runner below a supervisor has one.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { wineMajor } from '../../scripts/windows-node.mjs';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import { sampleGatewayIn } from './remote-manager.ts';
import { describeServiceOnWine, until } from './suite.ts';

describeServiceOnWine('a service below the rebuilt SCM, at an end', service => {
  const ends = async () => (await service.manager.history(service.of)).filter(record => record.kind === 'ended');
  const hostLog = () => readFileSync(path.join(path.dirname(service.manager.logPath(service.of)), 'host.log'), 'utf8');

  it('keeps one gateway running under the SCM when `wineboot --end-session` ends the programs of the desktop, and stops it as usual', async () => {
    const before = await service.install();
    const census = service.census();
    expect(await service.tool('wineboot', '--end-session')).toBe(0);
    expect(await service.status()).toMatchObject({ phase: 'running', gatewayPid: before.gatewayPid, servicePid: before.servicePid });
    expect(await service.manager.stop(service.of)).toMatchObject({ phase: 'stopped' });
    census.stop();
    expect(census.most).toBe(1);
    expect(await ends()).toMatchObject([{ outcome: 'stopped', code: 0 }]);
    expect(service.failures()).toEqual([]);
    // On Wine 10 a runner below the SCM has a window too, on a separate desktop.
    if (wineMajor() < 10) await until('the line of its runner', () => hostLog().includes('the end of the session is not watched'));
  });

  it('stops the gateway gracefully when its window receives the end of the session, and starts no other', async () => {
    await service.install({ mechanism: 'startup' });
    // Its window comes a moment after its gateway is up.
    await until('the end of the supervisor', async () => {
      expect(await service.tool('wineboot', '--end-session')).toBe(0);
      return (await service.status()).servicePid === undefined;
    });
    expect((await ends()).at(-1)).toMatchObject({ outcome: 'session-ending', code: 0, reason: 'The Windows session ends.' });
    expect(service.gateways()).toEqual([]);
    expect(await service.status()).toMatchObject({ desired: 'running' });
  });

  it('lets the agent work 24 s at a stop by `sc`, which ends within 28 s, and until its end at a stop by the user', async () => {
    const install = async (busyMs: number): Promise<GatewayIdentity> => {
      await service.fresh(`C:\\homes\\busy for ${busyMs} ms`);
      await service.manager.install(service.of, { gatewayCommand: sampleGatewayIn(service.rig, '--busy-ms', `${busyMs}`) });
      return service.of;
    };
    const lastEnd = async (of: GatewayIdentity) => (await service.manager.history(of)).findLast(record => record.kind === 'ended');
    const [byUser, bySc] = [await install(26_000), await install(600_000)];
    // Both wait at the same time.
    const stoppedByUser = service.manager.stop(byUser);
    stoppedByUser.catch(() => undefined); // awaited below
    const beganAt = performance.now();
    expect(await service.tool('sc', 'stop', bySc.service)).toBe(0);
    await until('the work to be shown', async () => (await service.manager.status(bySc)).finishingWorkSince !== undefined);
    await until('the stop', async () => (await service.manager.status(bySc)).phase === 'stopped');
    const stoppedMs = performance.now() - beganAt;
    expect(stoppedMs).toBeGreaterThan(23_500);
    expect(stoppedMs).toBeLessThan(28_000);
    const reason = 'Stopped through the SCM. It did not end in time and was killed.';
    expect(await lastEnd(bySc)).toMatchObject({ outcome: 'stopped', killed: true, reason });
    expect(await stoppedByUser).toMatchObject({ phase: 'stopped', desired: 'stopped', lastExit: { code: 0 } });
    expect(await lastEnd(byUser)).not.toHaveProperty('killed');
    expect(service.gateways()).toEqual([]);
  }, 60_000);

  it('starts once when Windows starts again, unless the user has stopped it, and without the memory of the old broker', async () => {
    const install = async (home: string): Promise<GatewayIdentity> => {
      await service.fresh(`C:\\homes\\${home}`);
      await service.manager.install(service.of, { gatewayCommand: sampleGatewayIn(service.rig) });
      return service.of;
    };
    const stopped = await install('stopped by the user');
    await service.manager.stop(stopped);
    const stoppedByTool = await install('stopped by sc');
    expect(await service.tool('sc', 'stop', stoppedByTool.service)).toBe(0);
    await service.phase('stopped');
    const lost = await install('lost in mid-life');
    expect(await service.manager.facts(stoppedByTool)).toHaveProperty('lastStop');

    await service.reboot();
    const running = (of: GatewayIdentity) => until('the gateway', async () => (await service.manager.status(of)).phase === 'running');
    await running(stoppedByTool);
    await running(lost);
    await until('the decision to stay stopped', async () => (await service.manager.facts(stopped))?.phase === 'stopped');
    expect(await service.manager.status(stopped)).toMatchObject({ phase: 'stopped', desired: 'stopped' });
    expect(service.gateways()).toHaveLength(2);
    expect(await service.manager.facts(stoppedByTool)).toMatchObject({ phase: 'running' });
    expect(await service.manager.facts(stoppedByTool)).not.toHaveProperty('lastStop');
    expect((await ends()).at(-1)).toMatchObject({ outcome: 'failure', reason: 'The runner was lost, and the gateway with it.' });
    expect(service.failures()).toEqual([]);
  });
});
