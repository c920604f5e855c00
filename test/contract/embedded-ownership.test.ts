// Which process owns a service (its state folder was deleted, its locks were deleted), and which service owns the gateway of a home.

import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { embeddedManager } from '../../src/manager/system-manager.ts';
import { attempt } from '../../src/model/attempt.ts';
import { definitionOf } from '../../src/model/definition.ts';
import { poll } from '../../src/model/poll.ts';
import { StateFolder } from '../../src/state/state-folder.ts';
import { DEADLINE_MS, endAll, HOST_COMMAND, processesBelow } from '../support/sandbox.ts';
import { only, ServiceUnderTest } from '../support/service.ts';

let service: ServiceUnderTest;
beforeEach(() => {
  service = new ServiceUnderTest();
});
afterEach(async () => {
  expect(await service.dispose(), 'gateways of one home at once').toBeLessThanOrEqual(1);
});

/** Supervisor and runner may be writing into it. */
const removeStateFolder = () => {
  const isGone = () => {
    attempt(() => rmSync(service.folder.path, { recursive: true }));
    return !service.folder.isThere();
  };
  return poll(isGone, { what: 'the state folder to be deleted', deadlineMs: DEADLINE_MS });
};

it('ends supervisor, runner and gateway after the state folder was deleted, and installs again', async () => {
  const { gatewayPid } = await service.install();
  await removeStateFolder();
  await poll(() => service.sandbox.processes().length === 0, { what: 'every process to end', deadlineMs: DEADLINE_MS });
  expect(await service.status()).toMatchObject({ phase: 'not-installed' });
  expect(service.folder.isThere()).toBe(false);
  expect((await service.install()).gatewayPid).not.toBe(gatewayPid);
});

it('ends a gateway whose runner was killed just before the state folder was deleted', async () => {
  await service.install();
  process.kill(only(service.sandbox.hosts('run')), 'SIGKILL');
  await removeStateFolder();
  await poll(() => service.sandbox.processes().length === 0, { what: 'every process to end', deadlineMs: DEADLINE_MS });
});

it('leaves one supervisor and one gateway where a service is installed again at once after its state folder was deleted', async () => {
  await service.install();
  await removeStateFolder();
  await service.install();
  const alone = () => service.sandbox.hosts('supervise').length === 1 && service.sandbox.hosts('run').length === 1;
  await poll(alone, { what: 'one owner', deadlineMs: DEADLINE_MS });
  expect(await service.untilPhase('running')).toMatchObject({ gatewayPid: only(service.gateways()), desired: 'running' });
});

it('ends supervisor, runner and gateway also where another state folder is in the place of theirs', async () => {
  await service.install();
  const definition = definitionOf(service.identity, 'embedded', service.sandbox.installOptions());
  await removeStateFolder();
  await service.folder.writeDefinition(definition);
  await poll(() => service.sandbox.processes().length === 0, { what: 'every process to end', deadlineMs: DEADLINE_MS });
  expect(await service.manager.start(service.identity)).toMatchObject({ phase: 'running', gatewayPid: only(service.gateways()) });
});

it('keeps the gateway running where only the locks were deleted, and no second runner starts', async () => {
  const { gatewayPid } = await service.install();
  for (const lock of [service.folder.runnerLock, service.folder.supervisorLock]) rmSync(lock);
  const held = () => existsSync(service.folder.runnerLock) && existsSync(service.folder.supervisorLock);
  await poll(held, { what: 'both locks', deadlineMs: DEADLINE_MS });
  expect(await service.status()).toMatchObject({ phase: 'running', gatewayPid });
});

it('refuses a second service of a home and names the first one, which a second one that is there does not disturb', async () => {
  const { gatewayPid } = await service.install();
  const state = path.join(service.sandbox.path, 'second');
  const stateRoot = path.join(state, 'hermes-gateway-service');
  const options = { stateRoot, hostCommand: HOST_COMMAND, processes: posixProcesses, checkCommand: () => [] };
  const second = embeddedManager(options);
  const folder = new StateFolder(path.join(stateRoot, service.identity.service));
  const named = expect.stringContaining(service.folder.path);
  await expect(second.install(service.identity, service.sandbox.installOptions())).rejects.toMatchObject({
    code: 'home-in-use',
    detail: named,
  });
  expect(folder.isThere()).toBe(false);

  process.env['XDG_STATE_HOME'] = state;
  try {
    await folder.writeDefinition(definitionOf(service.identity, 'embedded', service.sandbox.installOptions()));
    await expect(second.start(service.identity)).rejects.toMatchObject({ code: 'gateway-not-up', detail: named });
    expect(await second.status(service.identity)).toMatchObject({ phase: 'needs-attention', problems: [{ code: 'launch-failed' }] });
    expect((await second.examine(service.identity)).map(({ problem: { code } }) => code)).toEqual(['launch-failed']);
    expect(await service.status()).toMatchObject({ phase: 'running', gatewayPid, restarts: { count: 0 } });

    await service.manager.uninstall(service.identity);
    expect((await second.start(service.identity)).phase).toBe('running');
    await second.uninstall(service.identity);
    expect(existsSync(path.join(service.home, '.gateway-service.json'))).toBe(false);
  } finally {
    await endAll(() => processesBelow(state));
  }
});
