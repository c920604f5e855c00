// A runner that cannot be reached over its control pipe: its socket was removed, or the runner was stopped by a signal.

import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { poll } from '../../src/model/poll.ts';
import { DEADLINE_MS } from '../support/sandbox.ts';
import { ServiceUnderTest } from '../support/service.ts';

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
