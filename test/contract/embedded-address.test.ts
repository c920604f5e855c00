// A runner that cannot be reached over its control pipe: its socket was removed, or the runner was stopped by a signal.

import { chownSync, mkdirSync, rmSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { poll } from '../../src/model/poll.ts';
import { DEADLINE_MS, endProcess } from '../support/sandbox.ts';
import { only, ServiceUnderTest } from '../support/service.ts';

let service: ServiceUnderTest;
beforeEach(() => {
  service = new ServiceUnderTest();
});
afterEach(async () => {
  expect(await service.dispose(), 'gateways of one home at once').toBeLessThanOrEqual(1);
});

it('serves its control pipe again after the folder of its socket was removed', async () => {
  const { gatewayPid } = await service.install();
  const { pipe = '' } = (await service.folder.runner.read()) ?? {};
  rmSync(service.sandbox.runtime, { recursive: true });
  const moved = async () => (await service.folder.runner.read())?.pipe !== pipe;
  await poll(moved, { what: 'another address', deadlineMs: DEADLINE_MS });
  expect(await service.untilPhase('running')).toMatchObject({ gatewayPid });
  mkdirSync(service.sandbox.runtime, { mode: 0o700 });
  rmSync(path.dirname((await service.folder.runner.read())?.pipe ?? ''), { recursive: true });
  await service.until('a restart over the new address', ({ phase }) => phase === 'running');
  expect((await service.manager.restart(service.identity)).gatewayPid).not.toBe(gatewayPid);
});

/** A runner that has just started may not serve its pipe yet; this one looks older. */
const age = () => utimesSync(service.folder.runnerLock, 0, 0);

it('says that a stopped runner does not answer, and continues it for an update', async () => {
  const { gatewayPid } = await service.install();
  const runner = only(service.sandbox.hosts('run'));
  process.kill(runner, 'SIGSTOP');
  age();
  expect(await service.status()).toMatchObject({
    phase: 'degraded',
    gatewayPid,
    detail: expect.stringContaining('does not answer'),
    problems: [{ code: 'runner-silent' }],
  });
  const release = await service.manager.hold(service.identity, { who: 'a test', why: 'its update' });
  expect(service.gateways()).toEqual([]);
  await release();
  await service.untilBack(gatewayPid);
  expect(only(service.sandbox.hosts('run'))).toBe(runner);
});

it.each(['stop', 'repair'] as const)('continues a stopped runner for a %s', async verb => {
  const { gatewayPid } = await service.install();
  const runner = only(service.sandbox.hosts('run'));
  process.kill(runner, 'SIGSTOP');
  age();
  await service.manager[verb](service.identity);
  const { phase, problems } = await service.status();
  expect({ phase, problems }).toEqual({ phase: verb === 'stop' ? 'stopped' : 'running', problems: [] });
  expect(service.gateways()).toEqual(verb === 'stop' ? [] : [gatewayPid]);
});

it('says that a supervisor was stopped by a signal, and continues it for a repair, a start and a stop', async () => {
  const { gatewayPid } = await service.install();
  const supervisor = only(service.sandbox.hosts('supervise'));
  const suspended = [{ code: 'host-suspended', message: expect.stringContaining(`PID ${supervisor}`) }];
  process.kill(supervisor, 'SIGSTOP');
  expect(await service.status()).toMatchObject({ phase: 'running', gatewayPid, problems: suspended });
  expect(await service.manager.repair(service.identity)).toMatchObject({ status: { gatewayPid, problems: [] } });
  process.kill(supervisor, 'SIGSTOP');
  process.kill(only(service.sandbox.hosts('run')), 'SIGKILL');
  const unwatched = { phase: 'degraded', gatewayPid, detail: expect.stringContaining(`PID ${supervisor}`), problems: suspended };
  expect(await service.untilPhase('degraded')).toMatchObject(unwatched);
  endProcess(gatewayPid ?? 0);
  expect(await service.untilPhase('failed')).toMatchObject({ problems: suspended });
  expect((await service.manager.start(service.identity)).gatewayPid).not.toBe(gatewayPid);
  process.kill(supervisor, 'SIGSTOP');
  expect((await service.manager.stop(service.identity)).phase).toBe('stopped');
  expect(service.sandbox.processes()).toEqual([]);
});

it.skipIf(process.getuid?.() !== 0)('replaces a runner whose pipe no client can trust, when a restart is requested', async () => {
  const { gatewayPid } = await service.install();
  const runner = only(service.sandbox.hosts('run'));
  const { pipe = '' } = (await service.folder.runner.read()) ?? {};
  chownSync(pipe, 12_345, 12_345);
  age();
  expect((await service.manager.restart(service.identity)).gatewayPid).not.toBe(gatewayPid);
  expect(service.sandbox.hosts('run')).not.toContain(runner);
});
