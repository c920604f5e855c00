// Recovery of gateway, runner and supervisor as real processes; never two gateways of one home.

import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { poll } from '../../src/model/poll.ts';
import { writeJson } from '../../src/state/files.ts';
import { DEADLINE_MS, endProcess } from '../support/sandbox.ts';
import { only, ServiceUnderTest } from '../support/service.ts';

let service: ServiceUnderTest;
beforeEach(() => {
  service = new ServiceUnderTest();
});
afterEach(async () => {
  expect(await service.dispose(), 'gateways of one home at once').toBeLessThanOrEqual(1);
});

const gone = (pid: number) => poll(() => !posixProcesses.isAlive(pid), { what: `process ${pid} to end`, deadlineMs: DEADLINE_MS });

it('reports why a gateway ended, as it printed it last on stderr, and keeps its output between two marks', async () => {
  const words =
    'Traceback (most recent call last):\\n  File "run.py", line 1\\ntelegram.error.InvalidToken: The token was rejected by the server';
  const gatewayCommand = [process.execPath, '-e', `console.log('hello'); console.error('${words}'); process.exitCode = 1`];
  const recovery = { delaysMs: [60_000], resetMs: 60_000 };
  const installed = service.manager.install(service.identity, { gatewayCommand, recovery }).catch(() => undefined);
  const { lastExit } = await service.until('the end of the gateway', status => status.lastExit !== undefined);
  expect(lastExit).toMatchObject({
    code: 1,
    cause: 'telegram.error.InvalidToken: The token was rejected by the server',
    known: 'token-rejected',
  });
  await service.manager.stop(service.identity);
  await installed;
  const lines = readFileSync(service.folder.logPath, 'utf8').trimEnd().split('\n');
  expect(lines[0]).toMatch(/^--- \S+ gateway started, PID \d+$/);
  expect(lines.at(-1)).toMatch(/^--- \S+ gateway ended: The gateway failed/);
  expect(lines.slice(1, -1).sort()).toEqual(['hello', ...words.split('\\n')].sort());
});

const notFound = process.platform === 'linux' ? '' : ' (skipped: the holder of a port is read on Linux here)';

it.skipIf(notFound !== '')(`names the program that holds the port which the gateway needs${notFound}`, async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const script = `console.error('Port ${port} already in use.'); process.exitCode = 1`;
  const gatewayCommand = [process.execPath, '-e', script];
  const recovery = { delaysMs: [60_000], resetMs: 60_000 };
  const installed = service.manager.install(service.identity, { gatewayCommand, recovery }).catch(() => undefined);
  const { lastExit } = await service.until('the end of the gateway', status => status.lastExit !== undefined);
  expect(lastExit).toMatchObject({ known: 'port-in-use', holder: { pid: process.pid, program: path.basename(process.execPath) } });
  await service.manager.stop(service.identity);
  await installed;
  server.close();
});

describe('killed gateway', () => {
  it('restarts a killed gateway after the first of the default restart delays', async () => {
    const { gatewayPid = 0 } = await service.manager.install(service.identity, { gatewayCommand: service.sandbox.gatewayCommand() });
    endProcess(gatewayPid);
    const waiting = await service.untilPhase('restarting');
    expect(waiting.restarts).toMatchObject({ attempt: 1, nextAt: expect.any(String) });
    const back = await service.untilBack(gatewayPid);
    expect(back).toMatchObject({
      desired: 'running',
      restarts: { count: 1 },
      lastExit: { code: null, reason: expect.stringContaining('SIGKILL'), known: 'killed' },
    });
    const [end] = await service.ends();
    expect(Date.parse(back.startedAt ?? '') - Date.parse(end?.at ?? '')).toBeGreaterThanOrEqual(1_000);
  });

  it('uses longer restart delays after every kill, and reports a crash loop after three', async () => {
    let { gatewayPid } = await service.install([], { recovery: { delaysMs: [50, 60, 60_000], resetMs: 60_000 } });
    for (let i = 0; i < 2; i += 1) {
      endProcess(gatewayPid ?? 0);
      ({ gatewayPid } = await service.untilBack(gatewayPid));
    }
    endProcess(gatewayPid ?? 0);
    const waiting = await service.untilPhase('restarting');
    expect(waiting.restarts).toMatchObject({ count: 2, attempt: 3 });
    expect(waiting.problems.map(({ code }) => code)).toContain('crash-loop');
  });

  it('begins with the first restart delay after the user requested a restart', async () => {
    let { gatewayPid } = await service.install([], { recovery: { delaysMs: [50, 60, 60_000], resetMs: 60_000 } });
    for (let i = 0; i < 2; i += 1) {
      endProcess(gatewayPid ?? 0);
      ({ gatewayPid } = await service.untilBack(gatewayPid));
    }
    ({ gatewayPid } = await service.manager.restart(service.identity));
    endProcess(gatewayPid ?? 0);
    expect(await service.untilBack(gatewayPid)).toMatchObject({ restarts: { count: 1 } });
  });

  it('uses the restart delays of the last install, though the supervisor is older', async () => {
    let { gatewayPid } = await service.install([], { recovery: { delaysMs: [60_000], resetMs: 60_000 } });
    await service.install([], { recovery: { delaysMs: [50], resetMs: 60_000 } });
    for (let i = 0; i < 2; i += 1) {
      endProcess(gatewayPid ?? 0);
      ({ gatewayPid } = await service.untilBack(gatewayPid));
    }
  });

  it('waits for the restart delay, though the service was installed again while it ran', async () => {
    const { gatewayPid } = await service.install();
    await service.install([], { recovery: { delaysMs: [60_000], resetMs: 60_000 } });
    endProcess(gatewayPid ?? 0);
    expect(await service.until('the delay', ({ restarts }) => restarts.nextAt !== undefined)).toMatchObject({
      phase: 'restarting',
      restarts: { attempt: 1 },
    });
  });

  it('keeps the order of the restart delays though the clock was set back after the last request', async () => {
    let { gatewayPid } = await service.install([], { recovery: { delaysMs: [50, 60_000], resetMs: 60_000 } });
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    await writeJson(path.join(service.folder.path, 'desired.json'), { schema: 1, desired: 'running', at: tomorrow });
    endProcess(gatewayPid ?? 0);
    ({ gatewayPid } = await service.untilBack(gatewayPid));
    endProcess(gatewayPid ?? 0);
    expect(await service.until('the delay', ({ restarts }) => restarts.nextAt !== undefined)).toMatchObject({
      phase: 'restarting',
      restarts: { count: 1, attempt: 2 },
    });
  });

  it('restarts a gateway after an unplanned SIGTERM', async () => {
    const { gatewayPid = 0 } = await service.install();
    process.kill(gatewayPid, 'SIGTERM');
    expect(await service.untilBack(gatewayPid)).toMatchObject({ lastExit: { code: 1 } });
  });

  it('starts no gateway when its runner is killed before the launch record is written', async () => {
    const stall = path.join(service.sandbox.path, 'stall');
    const begun = path.join(service.sandbox.path, 'begun');
    const [stalling, telling] = [`${stall}.cjs`, `${begun}.cjs`];
    for (const file of [stall, begun]) writeFileSync(file, '');
    writeFileSync(
      stalling,
      `const fs = require('node:fs'); const { rename } = fs.promises;
       fs.promises.rename = (from, to) =>
         String(to).endsWith('launch.json') && fs.existsSync(${JSON.stringify(stall)}) ? new Promise(() => {}) : rename(from, to);`,
    );
    writeFileSync(telling, `require('node:fs').appendFileSync(${JSON.stringify(begun)}, process.pid + '\\n');`);
    const [node = '', ...gateway] = service.sandbox.gatewayCommand();
    process.env['NODE_OPTIONS'] = `--require=${stalling}`;
    const installing = service.install([], { gatewayCommand: [node, `--require=${telling}`, ...gateway] });
    installing.catch(() => undefined);
    try {
      const waiting = await poll(() => service.gateways()[0], { what: 'a gateway that waits', deadlineMs: DEADLINE_MS });
      rmSync(stall);
      endProcess(only(service.sandbox.hosts('run')));
      await gone(waiting);
      const { gatewayPid } = await service.untilBack(waiting);
      const pids = readFileSync(begun, 'utf8').split('\n').map(Number);
      expect(pids).toContain(gatewayPid);
      expect(pids).not.toContain(waiting);
    } finally {
      delete process.env['NODE_OPTIONS'];
      await installing.catch(() => undefined);
    }
  });

  it('ends the orphaned child of a killed gateway', async () => {
    const { gatewayPid } = await service.install(['--with-child']);
    const before = service.sandbox.processes();
    endProcess(gatewayPid ?? 0);
    await service.untilBack(gatewayPid);
    // Supervisor, runner, gateway and its child: no more than before.
    expect(service.sandbox.processes()).toHaveLength(before.length);
  });
});

describe('gateway that exits', () => {
  it('counts exit code 0 as a failure, because no stop was requested', async () => {
    const { gatewayPid } = await service.install();
    service.sandbox.tell(service.home, 'test-exit 0');
    await service.untilBack(gatewayPid);
    expect(await service.ends()).toMatchObject([{ code: 0, outcome: 'failure' }]);
  });

  it('restarts a gateway that exits with 75 in place three times, and counts the fourth within a minute as a failure', async () => {
    let { gatewayPid } = await service.install();
    const [runner] = service.sandbox.hosts('run');
    for (let i = 0; i < 3; i += 1) {
      service.sandbox.tell(service.home, 'test-exit 75');
      ({ gatewayPid } = await service.untilBack(gatewayPid));
      expect(service.sandbox.hosts('run')).toEqual([runner]);
    }
    service.sandbox.tell(service.home, 'test-exit 75');
    await service.untilBack(gatewayPid);
    expect(service.sandbox.hosts('run')).not.toEqual([runner]);
    const inPlace = { code: 75, outcome: 'restart-in-place' };
    expect(await service.ends()).toMatchObject([inPlace, inPlace, inPlace, { code: 75, outcome: 'failure' }]);
  });

  it('keeps a gateway that exits with 78 stopped with a problem until a start repairs it', async () => {
    await service.install();
    service.sandbox.tell(service.home, 'test-exit 78');
    const status = await service.untilPhase('needs-attention');
    expect(status).toMatchObject({ desired: 'running', lastExit: { code: 78 }, problems: [{ code: 'configuration' }] });
    await poll(() => service.sandbox.hosts('supervise').length === 0, { what: 'the supervisor to end', deadlineMs: DEADLINE_MS });
    expect(service.gateways()).toEqual([]);
    expect(await service.manager.start(service.identity)).toMatchObject({ phase: 'running', restarts: { count: 0 }, problems: [] });
  });

  it('starts a gateway that exited with 78 by a start, though the clock was set back since', async () => {
    await service.install();
    service.sandbox.tell(service.home, 'test-exit 78');
    await service.untilPhase('needs-attention');
    await poll(() => service.sandbox.hosts('supervise').length === 0, { what: 'the supervisor to end', deadlineMs: DEADLINE_MS });
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    const history = await service.manager.history(service.identity);
    const told = history.map(record => JSON.stringify({ ...record, at: tomorrow })).join('\n');
    writeFileSync(path.join(service.folder.path, 'history.jsonl'), told);
    expect(await service.manager.start(service.identity)).toMatchObject({ phase: 'running' });
  });

  it('reports a hung gateway as degraded, and repairs it by a restart', async () => {
    const { gatewayPid } = await service.install([], { probeMs: 100 });
    await service.untilAnswered();
    service.sandbox.tell(service.home, 'test-hang');
    const status = await service.untilPhase('degraded');
    expect(status).toMatchObject({ gatewayPid, problems: [{ code: 'gateway-silent' }] });
    const repaired = await service.manager.restart(service.identity);
    expect(repaired.gatewayPid).not.toBe(gatewayPid);
    expect(await service.untilPhase('running')).toMatchObject({ problems: [] });
    const noted = (await service.manager.history(service.identity)).filter(({ kind }) => kind === 'noted');
    expect(noted).toMatchObject([{ what: 'degraded' }]);
  });

  it('ends a gateway that hangs (SIGSTOP) as a failure, and restarts it; where that is turned off, when it is turned on', async () => {
    const { gatewayPid = 0 } = await service.install([], { probeMs: 50, watchdogMs: 100, watchdog: false });
    await service.untilAnswered();
    process.kill(gatewayPid, 'SIGSTOP');
    // Three probes take longer than the watchdog would.
    expect(await service.untilPhase('degraded')).toMatchObject({ gatewayPid, watchdog: false });
    await service.manager.setWatchdog(service.identity, true);
    await service.untilBack(gatewayPid);
    expect(await service.ends()).toMatchObject([
      { outcome: 'failure', killed: true, reason: 'The gateway did not answer for 0.1 s (signal SIGKILL).' },
    ]);
  });

  it('reports a gateway as degraded and as recovered when its status file does', async () => {
    await service.install();
    service.sandbox.tell(service.home, 'test-state degraded');
    expect(await service.untilPhase('degraded')).toMatchObject({ problems: [{ code: 'gateway-degraded' }] });
    service.sandbox.tell(service.home, 'test-state running');
    expect(await service.untilPhase('running')).toMatchObject({ problems: [] });
  });
});

describe('runner', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)('restarts a runner that gets %s, with another gateway', async signal => {
    const { gatewayPid } = await service.install();
    const runner = only(service.sandbox.hosts('run'));
    process.kill(runner, signal);
    const back = await service.untilBack(gatewayPid);
    expect(only(service.sandbox.hosts('run'))).not.toBe(runner);
    expect(service.gateways()).toEqual([back.gatewayPid]);
    expect((await service.ends())[0]).toMatchObject({ outcome: 'failure' });
  });
});

describe('supervisor', () => {
  it('restarts a killed supervisor by its runner', async () => {
    const { gatewayPid, servicePid = 0 } = await service.install();
    endProcess(servicePid);
    const back = await service.untilBack(gatewayPid);
    expect(back.servicePid).not.toBe(servicePid);
    expect(service.gateways()).toEqual([back.gatewayPid]);
  });

  it('does not restart a supervisor that is killed after a stop was requested, and leaves no process', async () => {
    const { servicePid = 0 } = await service.install();
    const stopping = service.manager.stop(service.identity);
    endProcess(servicePid);
    expect(await stopping).toMatchObject({ phase: 'stopped' });
    await poll(() => service.sandbox.processes().length === 0, { what: 'every process to end', deadlineMs: DEADLINE_MS });
  });

  it('replaces by a start the gateway of a supervisor that was killed together with its runner', async () => {
    const { gatewayPid = 0, servicePid = 0 } = await service.install();
    const runner = only(service.sandbox.hosts('run'));
    endProcess(servicePid);
    endProcess(runner);
    await gone(runner);
    const status = await service.manager.start(service.identity);
    expect(status.gatewayPid).not.toBe(gatewayPid);
    expect(service.gateways()).toEqual([status.gatewayPid]);
  });

  it('leaves nothing after an uninstall when supervisor and runner were killed together', async () => {
    const { servicePid = 0 } = await service.install();
    const runner = only(service.sandbox.hosts('run'));
    endProcess(servicePid);
    endProcess(runner);
    await gone(runner);
    await service.manager.uninstall(service.identity);
    expect(service.sandbox.processes()).toEqual([]);
    expect(service.sandbox.leftovers()).toEqual([]);
  });

  it('ends the supervisor with its gateway on SIGTERM, and keeps the desired state', async () => {
    const { servicePid = 0 } = await service.install();
    process.kill(servicePid, 'SIGTERM');
    await gone(servicePid);
    expect(service.sandbox.processes()).toEqual([]);
    expect(await service.status()).toMatchObject({ desired: 'running' });
    expect(await service.manager.start(service.identity)).toMatchObject({ phase: 'running' });
  });

  it('keeps the supervisor running when the process group of the installer is killed', async () => {
    const { installer, pid } = await service.installFromAnotherProcess();
    process.kill(-installer, 'SIGKILL');
    await gone(installer);
    expect(await service.status()).toMatchObject({ phase: 'running', gatewayPid: pid });
    expect(service.gateways()).toEqual([pid]);
  });

  it('ends the supervisor with its gateway when its state folder is removed', async () => {
    const { servicePid = 0 } = await service.install();
    await service.folder.remove();
    endProcess(only(service.gateways()));
    await gone(servicePid);
    expect(service.sandbox.processes()).toEqual([]);
    expect(service.sandbox.leftovers().filter(name => name.endsWith('.json') || name.endsWith('.lock'))).toEqual([]);
  });
});
