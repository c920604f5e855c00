// A gateway program that goes into the background: it forks, leads a session of its own, and the launched process ends with 0.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { poll } from '../../src/model/poll.ts';
import { DEADLINE_MS, endProcess, QUICK_LADDER } from '../support/sandbox.ts';
import { ServiceUnderTest } from '../support/service.ts';

/** Forks twice, as a daemon does: each process ends as soon as the next one exists, which is in a session of its own. */
const DAEMON = `exec setsid --fork /bin/sh -c '"$@" &' sh "$@" </dev/null >/dev/null 2>&1`;

const skipped = process.platform === 'linux' ? '' : ' (skipped: environments of processes are read on Linux only)';

describe.skipIf(skipped !== '')(`gateway program that goes into the background${skipped}`, () => {
  let service: ServiceUnderTest;
  beforeEach(() => {
    service = new ServiceUnderTest();
  });
  afterEach(() => service.dispose());

  /** Runs this command line as a daemon. */
  const daemon = (...command: string[]) => ({
    gatewayCommand: ['/bin/sh', '-c', DAEMON, 'sh', ...command],
    recovery: QUICK_LADDER,
  });
  const IN_BACKGROUND = [expect.objectContaining({ code: 'gateway-in-background' })];

  it('is followed there, restarted after its end, ended by the next runner and by stop, and never runs twice', async () => {
    const { manager, identity, sandbox } = service;
    const first = await manager.install(identity, daemon(...sandbox.gatewayCommand()));
    expect(first).toMatchObject({ phase: 'running', problems: IN_BACKGROUND });
    expect(service.gateways()).toEqual([first.gatewayPid]);
    expect(await manager.history(identity)).toContainEqual(expect.objectContaining({ kind: 'noted', what: 'in-background' }));

    endProcess(first.gatewayPid as number);
    const second = await service.untilBack(first.gatewayPid);
    expect(service.gateways()).toEqual([second.gatewayPid]);

    for (const runner of sandbox.hosts('run')) endProcess(runner);
    const third = await service.untilBack(second.gatewayPid);
    expect(service.gateways()).toEqual([third.gatewayPid]);
    expect(await manager.examine(identity)).toMatchObject([{ problem: IN_BACKGROUND[0] }]);

    await manager.stop(identity);
    expect(service.gateways()).toEqual([]);
    expect(await service.ends()).toHaveLength(3);
    expect(await manager.uninstall(identity)).toMatchObject({ phase: 'not-installed' });
    expect(sandbox.processes()).toEqual([]);
  });

  it('is followed where it keeps no files, with its PID as the PID of the gateway', async () => {
    const file = path.join(service.sandbox.path, 'pid');
    const status = await service.manager.install(service.identity, daemon('/bin/sh', '-c', `echo $$ >'${file}'; exec sleep 600`));
    const pid = Number(readFileSync(file, 'utf8'));
    expect(status).toMatchObject({ phase: 'running', gatewayPid: pid, problems: IN_BACKGROUND });
    await service.manager.uninstall(service.identity);
    expect(posixProcesses.isAlive(pid)).toBe(false);
  });

  it('is not followed where the launched process fails: what it left outside its process group runs on', async () => {
    const file = path.join(service.sandbox.path, 'pid');
    const left = `setsid sh -c 'echo $$ >"${file}"; exec sleep 600' & while [ ! -s '${file}' ]; do sleep 0.05; done; exit 3`;
    const options = { gatewayCommand: ['/bin/sh', '-c', left], recovery: { delaysMs: [60_000], resetMs: 60_000 } };
    await expect(service.manager.install(service.identity, options)).rejects.toMatchObject({ code: 'gateway-not-up' });
    await poll(() => existsSync(file), { what: 'the other process', deadlineMs: DEADLINE_MS });
    expect(posixProcesses.isAlive(Number(readFileSync(file, 'utf8')))).toBe(true);
    expect(await service.ends()).toMatchObject([{ code: 3, outcome: 'failure' }]);
    await service.manager.uninstall(service.identity);
  });
});
