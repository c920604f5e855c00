// Operations of users and other programs at the same time: races, stops from outside, holds, damage.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readGatewayState } from '../../src/gateway/identity-files.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { poll } from '../../src/model/poll.ts';
import { DEADLINE_MS, endProcess, NOBODY, QUICK_LADDER } from '../support/sandbox.ts';
import { ServiceUnderTest } from '../support/service.ts';

let service: ServiceUnderTest;
let others: ChildProcess[];
beforeEach(() => {
  service = new ServiceUnderTest();
  others = [];
});
afterEach(async () => {
  for (const other of others) other.kill('SIGKILL');
  expect(await service.dispose(), 'gateways of one home at once').toBeLessThanOrEqual(1);
});

const until = (what: string, holds: () => boolean) => poll(holds, { what, deadlineMs: DEADLINE_MS, everyMs: 20 });

/** A living process that is nothing of ours; `argv` is what its command line says after the program. */
async function other(script: string, ...argv: string[]): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, ['-e', `${script}; console.log('up')`, '--', ...argv], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
  });
  others.push(child);
  await once(child.stdout, 'data');
  return child as ChildProcess & { pid: number };
}

const ALIVE = 'setInterval(() => {}, 1_000)';

/** Writes the marker of a planned stop for this gateway, as Hermes' own command line does, and waits for its end as that does. */
function stopsGateway(home: string, pid: number, afterwards: string): string {
  const marker = path.join(home, '.gateway-planned-stop.json');
  return `
    const fs = require('fs');
    fs.writeFileSync(${JSON.stringify(`${marker}.tmp`)}, JSON.stringify({
      target_pid: ${pid}, target_start_time: ${posixProcesses.startTime(pid)}, stopper_pid: process.pid, written_at: new Date().toISOString(),
    }));
    fs.renameSync(${JSON.stringify(`${marker}.tmp`)}, ${JSON.stringify(marker)});
    const timer = setInterval(() => {
      try { process.kill(${pid}, 0); } catch { clearInterval(timer); ${afterwards} }
    }, 2)`;
}

describe('installation', () => {
  it('starts one gateway for two installs at the same time and reports it to both', async () => {
    const [one, two] = await Promise.all([service.install(), service.install()]);
    expect(one.gatewayPid).toBe(two.gatewayPid);
    expect(service.gateways()).toEqual([one.gatewayPid]);
    expect(service.sandbox.hosts('supervise')).toHaveLength(1);
  });

  it('reports a program that does not exist and writes nothing', async () => {
    const refused = service.manager.install(service.identity, { gatewayCommand: ['/no/such/program', 'gateway', 'run'] });
    await expect(refused).rejects.toMatchObject({ code: 'gateway-command-missing', message: expect.stringContaining('/no/such/program') });
    expect(service.sandbox.leftovers().filter(name => name.includes('HermesGateway'))).toEqual([]);
    expect(service.sandbox.processes()).toEqual([]);
  });

  it('reports a home that does not exist and writes nothing', async () => {
    rmSync(service.home, { recursive: true });
    await expect(service.install()).rejects.toMatchObject({ code: 'home-missing' });
    expect(service.sandbox.leftovers().filter(name => name.includes('HermesGateway'))).toEqual([]);
  });

  it.each([
    [['--exit-at-once', '3'], 'gateway-not-up', 'exit code 3'],
    [['--exit-at-once', '78'], 'gateway-configuration', 'exit code 78'],
    [['--no-such-switch'], 'gateway-not-up', 'exit code 2'],
  ])('reports why a gateway ends at once (%j), and keeps the registration', async (switches, code, reason) => {
    await expect(service.install(switches)).rejects.toMatchObject({ code, message: expect.stringContaining(reason) });
    expect(await service.status()).toMatchObject({
      mechanism: 'embedded',
      desired: 'running',
      lastExit: { reason: expect.stringContaining(reason) },
    });
    // Repaired, it comes up.
    expect(await service.install()).toMatchObject({ phase: 'running' });
  });

  it('reports why a program cannot be executed', async () => {
    const program = path.join(service.sandbox.path, 'not-executable');
    writeFileSync(program, 'text');
    chmodSync(program, 0o644);
    const refused = service.install([], { gatewayCommand: [program] });
    await expect(refused).rejects.toMatchObject({ code: 'gateway-not-up', message: expect.stringContaining('could not be started') });
  });

  it('counts a program without status files as running after two seconds', async () => {
    const status = await service.install(['--no-files']);
    expect(status.uptimeMs).toBeGreaterThanOrEqual(2_000);
    expect(service.gateways()).toEqual([status.gatewayPid]);
    expect(await service.manager.stop(service.identity)).toMatchObject({ phase: 'stopped' });
    expect(service.gateways()).toEqual([]);
  });

  it('replaces an unmanaged gateway of this home', async () => {
    const wild = spawn(process.execPath, [service.sandbox.gatewayScript, 'gateway', 'run'], {
      env: { ...process.env, HERMES_HOME: service.home },
      stdio: 'ignore',
    });
    others.push(wild);
    await until('the unmanaged gateway', () => readGatewayState(service.home)?.state === 'running');
    const status = await service.install();
    expect(status.gatewayPid).not.toBe(wild.pid);
    expect(service.gateways()).toEqual([status.gatewayPid]);
  });

  it('does not touch the gateway of another home from install to uninstall', async () => {
    const neighbour = service.sandbox.identity('neighbour');
    const options = service.sandbox.installOptions();
    const { gatewayPid } = await service.manager.install(neighbour, options);
    await service.install();
    await service.manager.restart(service.identity);
    await service.manager.uninstall(service.identity);
    expect(await service.manager.status(neighbour)).toMatchObject({ phase: 'running', gatewayPid, restarts: { count: 0 } });
    expect(readdirSync(service.sandbox.stateRoot)).toEqual([neighbour.service]);
  });

  it('lets an idle gateway announce its restart, and a busy one finish its work', async () => {
    await service.install();
    await service.manager.restart(service.identity);
    expect(readFileSync(service.folder.logPath, 'utf8')).toContain('ends with 75: pause-for-update');
    await service.install(['--busy-ms', '500']);
    await service.manager.restart(service.identity);
    const busy = await service.manager.restart(service.identity);
    expect(busy).toMatchObject({ phase: 'running', lastExit: { code: 0, reason: 'Stopped for a requested restart.' } });
  });

  /** Makes the agents of the gateway work, and waits until the gateway says so. */
  const atWork = async (agents: number) => {
    service.sandbox.tell(service.home, `test-work ${agents}`);
    await poll(async () => (await service.manager.agentWork(service.identity))?.active === agents, {
      what: `${agents} agents at work`,
      deadlineMs: DEADLINE_MS,
    });
  };

  it('waits without limit until the agent has finished its work, where that is asked for, and restarts then', async () => {
    const { gatewayPid } = await service.install();
    await atWork(2);
    const asked = await service.manager.restart(service.identity, undefined, { whenIdle: true });
    expect(asked).toMatchObject({ phase: 'running', gatewayPid, restartWhenIdle: true });
    service.sandbox.tell(service.home, 'test-work 0');
    const status = await service.untilBack(gatewayPid);
    expect(status.restartWhenIdle).toBeUndefined();
    expect(status.restarts).toEqual({ count: 0 });
    // Idle: at once.
    const again = await service.manager.restart(service.identity, undefined, { whenIdle: true });
    expect(again.gatewayPid).not.toBe(status.gatewayPid);
  });

  it('ends that wait on request, and with the gateway it is for', async () => {
    const { gatewayPid } = await service.install();
    await atWork(1);
    await service.manager.restart(service.identity, undefined, { whenIdle: true });
    await service.manager.cancelRestart(service.identity);
    expect(await service.status()).not.toHaveProperty('restartWhenIdle');
    await service.manager.restart(service.identity, undefined, { whenIdle: true });
    service.sandbox.tell(service.home, 'test-crash');
    expect(await service.untilBack(gatewayPid)).not.toHaveProperty('restartWhenIdle');
  });

  it('refuses that wait for a gateway that does not say whether its agent works', async () => {
    const { gatewayPid } = await service.install(['--old']);
    await expect(service.manager.restart(service.identity, undefined, { whenIdle: true })).rejects.toMatchObject({ code: 'work-unknown' });
    expect(await service.manager.agentWork(service.identity)).toBeUndefined();
    expect(await service.status()).toMatchObject({ phase: 'running', gatewayPid });
  });
});

describe('test of the recovery', () => {
  it('kills the gateway as a crash does, and measures how soon the next one runs', async () => {
    const { gatewayPid } = await service.install();
    const { status, backMs } = await service.manager.testRecovery(service.identity);
    expect(status).toMatchObject({ phase: 'running', desired: 'running', restarts: { count: 1 } });
    expect(status.gatewayPid).not.toBe(gatewayPid);
    const records = await service.manager.history(service.identity);
    const [ended, started] = records.slice(-2);
    expect(ended).toMatchObject({ kind: 'ended', pid: gatewayPid, outcome: 'failure', reason: 'Ended to test the recovery.' });
    expect(started).toMatchObject({ kind: 'started', cause: 'recovery' });
    expect(backMs).toBeGreaterThanOrEqual(Date.parse(started?.at ?? '') - Date.parse(ended?.at ?? ''));
  });

  it('is refused while the agent works, during a hold, and after a crash, and ends nothing', async () => {
    await service.install(['--busy-ms', '50']);
    const refused = (why: string) =>
      expect(service.manager.testRecovery(service.identity)).rejects.toMatchObject({ code: 'recovery-not-tested', detail: why });
    await refused('(the agent is at work)');
    const release = await service.manager.hold(service.identity, { who: 'a test', why: 'an update' });
    await refused('(an update is in progress)');
    await release();
    const { gatewayPid } = await service.untilPhase('running');
    endProcess(gatewayPid ?? 0);
    await service.untilBack(gatewayPid);
    await refused('(it has crashed a moment ago)');
    expect((await service.ends()).map(({ outcome }) => outcome)).toEqual(['stopped', 'failure']);
  });
});

describe('stop', () => {
  it('stops a slow gateway while it is starting', async () => {
    const installing = service.install(['--start-delay-ms', '60000']).catch((error: unknown) => error);
    await until('a gateway that starts', () => service.gateways().length === 1);
    expect(await service.manager.stop(service.identity)).toMatchObject({ phase: 'stopped', desired: 'stopped' });
    expect(await installing).toMatchObject({ code: 'gateway-not-up' });
    expect(service.sandbox.processes()).toEqual([]);
  });

  it('leaves the gateway running when a start is requested last during a stop', async () => {
    await service.install();
    const stopping = service.manager.stop(service.identity);
    const starting = service.manager.start(service.identity);
    expect(await stopping).toBeDefined();
    expect(await starting).toMatchObject({ phase: 'running', desired: 'running' });
    expect(service.gateways()).toHaveLength(1);
  });

  it('lets the agent finish its work, and shows it', async () => {
    await service.install(['--busy-ms', '1500']);
    const steps: string[] = [];
    const stopping = service.manager.stop(service.identity, ({ step }) => steps.push(step));
    const shown = await service.until('the agent to be shown at work', ({ finishingWorkSince }) => finishingWorkSince !== undefined);
    expect(shown.phase).toBe('stopping');
    expect(await stopping).toMatchObject({ phase: 'stopped', lastExit: { code: 0, reason: 'Stopped by the user.' } });
    expect((await service.manager.status(service.identity)).lastExit?.killed).toBeUndefined();
    expect(steps).toContain('finishing-work');
  });

  it('ends the wait for the work of the agent on request, and records that the gateway was killed', async () => {
    await service.install(['--busy-ms', '600000']);
    const stopping = service.manager.stop(service.identity);
    await service.until('the agent to be shown at work', ({ finishingWorkSince }) => finishingWorkSince !== undefined);
    await service.manager.stopNow(service.identity);
    const reason = 'Stopped by the user. It did not end in time and was killed.';
    expect(await stopping).toMatchObject({ phase: 'stopped', desired: 'stopped', lastExit: { code: null, reason, killed: true } });
  });

  it('does not wait for the work of the agent when the stop is to be at once', async () => {
    await service.install(['--busy-ms', '600000']);
    const status = await service.manager.stop(service.identity, undefined, { now: true });
    expect(status).toMatchObject({ phase: 'stopped', desired: 'stopped', lastExit: { killed: true } });
  });

  it('changes no gateway that is not stopping by the request to stop without a wait', async () => {
    const { gatewayPid } = await service.install();
    await service.manager.stopNow(service.identity);
    expect(await service.manager.status(service.identity)).toMatchObject({ phase: 'running', gatewayPid });
  });

  it('ends the orphaned child processes of the gateway', async () => {
    await service.install(['--with-child']);
    await service.manager.stop(service.identity);
    expect(service.sandbox.processes()).toEqual([]);
  });

  it('ends a gateway without status files that outlived its hosts, and its child, when the launch record is damaged', async () => {
    await service.install(['--with-child', '--no-files'], {});
    writeFileSync(path.join(service.folder.path, 'launch.json'), '{');
    // The runner first: it would end its gateway as soon as it hears that the supervisor is gone.
    for (const pid of [...service.sandbox.hosts('run'), ...service.sandbox.hosts('supervise')]) endProcess(pid);
    await until('its hosts to end', () => service.sandbox.hosts('run').length === 0);
    expect(service.sandbox.processes()).not.toEqual([]);
    await service.manager.stop(service.identity);
    expect(service.sandbox.processes()).toEqual([]);
  });

  it('ends a gateway that acknowledges a stop but keeps running, within 20 s', async () => {
    await service.install(['--ignore-stop', '--no-files'], {});
    expect(await service.manager.stop(service.identity)).toMatchObject({ phase: 'stopped' });
    expect(service.sandbox.processes()).toEqual([]);
  });

  it('treats many stops at the same time as one', async () => {
    await service.install();
    const all = await Promise.all(Array.from({ length: 4 }, () => service.manager.stop(service.identity)));
    expect(all.map(({ phase }) => phase)).toEqual(['stopped', 'stopped', 'stopped', 'stopped']);
    expect(await service.ends()).toMatchObject([{ outcome: 'stopped' }]);
  });
});

describe('uninstall', () => {
  it('leaves no process, socket or file when it runs while a gateway is starting', async () => {
    const installing = service.install(['--start-delay-ms', '60000']).catch((error: unknown) => error);
    await until('a gateway that starts', () => service.gateways().length === 1);
    expect(await service.manager.uninstall(service.identity)).toMatchObject({ phase: 'not-installed' });
    await installing;
    expect(service.sandbox.processes()).toEqual([]);
    expect(service.sandbox.leftovers()).toEqual([]);
  });

  it('keeps history and captured output on request, for the next installation, and removes them without it', async () => {
    await service.install();
    const { manager, identity } = service;
    const before = await manager.history(identity);
    const { rows } = await manager.preview('uninstall', identity, { keepLogs: true });
    expect(rows).toContainEqual(expect.objectContaining({ action: 'keep', kind: 'folder', note: { code: 'logs-kept', values: [] } }));
    expect(await manager.uninstall(identity, undefined, { keepLogs: true })).toMatchObject({ phase: 'not-installed', problems: [] });
    const folder = path.dirname(path.dirname(manager.logPath(identity)));
    expect(readdirSync(folder).sort()).toEqual(['history.jsonl', 'logs']);
    expect((await manager.history(identity)).slice(0, before.length)).toEqual(before);
    expect(await service.install()).toMatchObject({ phase: 'running', restarts: { count: 0 }, problems: [] });
    expect((await manager.history(identity)).slice(0, before.length)).toEqual(before);
    await manager.uninstall(identity, undefined, { keepLogs: true });
    // Turned off already, it removes what was kept.
    await manager.uninstall(identity);
    expect(existsSync(folder)).toBe(false);
  });

  it('does nothing twice when two uninstalls run at the same time', async () => {
    await service.install();
    const all = await Promise.all([service.manager.uninstall(service.identity), service.manager.uninstall(service.identity)]);
    expect(all.map(({ phase }) => phase)).toEqual(['not-installed', 'not-installed']);
    expect(service.sandbox.leftovers()).toEqual([]);
  });

  it('does not wait for a restart delay', async () => {
    const { gatewayPid } = await service.install([], { recovery: { delaysMs: [600_000], resetMs: 60_000 } });
    endProcess(gatewayPid ?? 0);
    await service.untilPhase('restarting');
    await service.manager.uninstall(service.identity);
    expect(service.sandbox.processes()).toEqual([]);
    expect(service.sandbox.leftovers()).toEqual([]);
  });

  it('reports an uninstall to a watcher, and the next installation too', async () => {
    const phases: string[] = [];
    await service.install();
    const unwatch = service.manager.watch(service.identity, ({ phase }) => phases.push(phase));
    await until('the watcher to begin', () => phases.at(-1) === 'running');
    await service.manager.uninstall(service.identity);
    await until('the uninstall to be told', () => phases.at(-1) === 'not-installed');
    await service.install();
    await until('the installation to be told', () => phases.at(-1) === 'running');
    unwatch();
  });
});

describe('stop from outside', () => {
  it("treats Hermes' own `gateway stop` as a stop by the user, though that program ends at once", async () => {
    const { gatewayPid = 0 } = await service.install();
    await other(stopsGateway(service.home, gatewayPid, 'process.exit()'), '-m', 'hermes_cli.main', 'gateway', 'stop');
    expect(await service.untilPhase('stopped')).toMatchObject({ desired: 'stopped', lastExit: { code: 0 } });
    expect(service.gateways()).toEqual([]);
    expect(await service.ends()).toMatchObject([{ outcome: 'stopped-from-outside' }]);
    expect(await service.manager.start(service.identity)).toMatchObject({ phase: 'running' });
  });

  it('keeps the gateway stopped only while the program that stopped it lives', async () => {
    const { gatewayPid = 0 } = await service.install();
    const stopper = await other(`${stopsGateway(service.home, gatewayPid, '')}; ${ALIVE}`, 'gateway', 'restart');
    const held = await service.untilPhase('held-for-update');
    expect(held).toMatchObject({ desired: 'running', detail: expect.stringContaining(String(stopper.pid)) });
    expect(service.gateways()).toEqual([]);
    stopper.kill('SIGKILL');
    expect(await service.untilBack(gatewayPid)).toMatchObject({ restarts: { count: 0 } });
  });

  it('ends a stop from outside by a stop and by an uninstall', async () => {
    const { gatewayPid = 0 } = await service.install();
    await other(`${stopsGateway(service.home, gatewayPid, '')}; ${ALIVE}`);
    await service.untilPhase('held-for-update');
    expect(await service.manager.stop(service.identity)).toMatchObject({ phase: 'stopped' });
    await service.manager.uninstall(service.identity);
    expect(service.sandbox.leftovers()).toEqual([]);
  });

  it('ignores a planned-stop marker for another process', async () => {
    const { gatewayPid = 0 } = await service.install();
    const marker = { target_pid: NOBODY, target_start_time: 1, stopper_pid: process.pid, written_at: new Date().toISOString() };
    writeFileSync(path.join(service.home, '.gateway-planned-stop.json'), JSON.stringify(marker));
    endProcess(gatewayPid);
    await service.untilBack(gatewayPid);
    expect(await service.ends()).toMatchObject([{ outcome: 'failure' }]);
  });
});

describe('hold', () => {
  const reason = { who: 'a test', why: 'to look at it' };

  it('stops the gateway, keeps it stopped, and starts it when the hold is released', async () => {
    const { gatewayPid } = await service.install();
    const release = await service.manager.hold(service.identity, reason);
    expect(service.gateways()).toEqual([]);
    expect(await service.status()).toMatchObject({ phase: 'held-for-update', desired: 'running', detail: 'a test: to look at it' });
    await release();
    expect(await service.untilBack(gatewayPid)).toMatchObject({ restarts: { count: 0 } });
    expect((await service.manager.history(service.identity)).at(-1)).toMatchObject({ kind: 'started', cause: 'released' });
  });

  it('ends a hold soon after its holder is killed', async () => {
    const { gatewayPid } = await service.install();
    const holder = await other(ALIVE);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const startTime = posixProcesses.startTime(holder.pid) ?? 0;
    await service.folder.placeHold({ schema: 1, id: 'x', ...reason, since: until, until, holder: { pid: holder.pid, startTime } });
    await service.untilPhase('held-for-update');
    expect(service.gateways()).toEqual([]);
    const killedAt = Date.now();
    holder.kill('SIGKILL');
    const back = await service.untilBack(gatewayPid);
    expect(Date.parse(back.startedAt ?? '') - killedAt, 'milliseconds from the death of the holder to the launch').toBeLessThan(10_000);
  });

  it('keeps a hold that was placed during a crash, whatever the restart delays are', async () => {
    const { gatewayPid } = await service.install([], { recovery: { delaysMs: [300], resetMs: 60_000 } });
    endProcess(gatewayPid ?? 0);
    const release = await service.manager.hold(service.identity, reason);
    await until('a runner that waits', () => service.sandbox.hosts('run').length === 1);
    await service.untilPhase('held-for-update');
    expect(service.gateways()).toEqual([]);
    await release();
    await service.untilBack(gatewayPid);
  });

  it('returns "held-for-update" to a start or a restart during a hold', async () => {
    await service.install();
    const release = await service.manager.hold(service.identity, reason);
    expect(await service.manager.start(service.identity)).toMatchObject({ phase: 'held-for-update' });
    expect(await service.manager.restart(service.identity)).toMatchObject({ phase: 'held-for-update' });
    await release();
    expect(await service.manager.start(service.identity)).toMatchObject({ phase: 'running' });
  });

  it('ignores a hold whose holder is gone or whose file is damaged', async () => {
    const { gatewayPid } = await service.install();
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await service.folder.placeHold({ schema: 1, id: 'dead', ...reason, since: until, until, holder: { pid: NOBODY } });
    writeFileSync(path.join(service.folder.path, 'hold-bad.json'), '{');
    endProcess(gatewayPid ?? 0);
    await service.untilBack(gatewayPid);
  });

  it("keeps the gateway stopped while Hermes' own updater lives", async () => {
    const { gatewayPid } = await service.install();
    const updater = await other(ALIVE);
    writeFileSync(path.join(service.home, '.hermes-update-in-progress'), `${updater.pid}\n${Date.now() / 1_000}\n`);
    endProcess(gatewayPid ?? 0);
    expect(await service.untilPhase('held-for-update')).toMatchObject({ desired: 'running' });
    expect(service.gateways()).toEqual([]);
    updater.kill('SIGKILL');
    await service.untilBack(gatewayPid);
  });
});

describe('damage to the state folder', () => {
  it('reports a damaged definition with a remedy, refuses a start with it, and repairs it by an install', async () => {
    await service.install();
    await service.manager.stop(service.identity);
    const file = path.join(service.folder.path, 'definition.json');
    writeFileSync(file, '{"schema":1,');
    expect(await service.status()).toMatchObject({ problems: [{ code: 'definition-unreadable' }] });
    await expect(service.manager.start(service.identity)).rejects.toMatchObject({ code: 'state-corrupt' });
    expect(await service.install()).toMatchObject({ phase: 'running', problems: [] });
    expect(readFileSync(`${file}.damaged`, 'utf8')).toBe('{"schema":1,');
  });

  it('stops and uninstalls with a damaged definition', async () => {
    await service.install();
    writeFileSync(path.join(service.folder.path, 'definition.json'), '');
    expect(await service.manager.stop(service.identity)).toMatchObject({ desired: 'stopped' });
    await service.manager.uninstall(service.identity);
    expect(service.sandbox.leftovers()).toEqual([]);
  });

  it('reports a definition of a newer version, and does not change it by a start', async () => {
    await service.install();
    await service.manager.stop(service.identity);
    const file = path.join(service.folder.path, 'definition.json');
    writeFileSync(file, JSON.stringify({ schema: 2 }));
    expect(await service.status()).toMatchObject({ problems: [{ code: 'state-newer' }] });
    await expect(service.manager.start(service.identity)).rejects.toMatchObject({ code: 'state-newer' });
    expect(readFileSync(file, 'utf8')).toBe('{"schema":2}');
  });

  it('keeps the gateway running when any other file of the state folder is damaged', async () => {
    const { gatewayPid } = await service.install();
    for (const name of ['desired.json', 'host.json', 'history.jsonl', 'launch.json', 'gateway-help.json'])
      writeFileSync(path.join(service.folder.path, name), '\0\0\0');
    endProcess(gatewayPid ?? 0);
    await service.untilBack(gatewayPid);
    await service.manager.uninstall(service.identity);
    expect(service.sandbox.leftovers()).toEqual([]);
  });

  it('keeps the gateway running when the name of the control pipe is occupied, and publishes a fresh name', async () => {
    await service.install();
    const { pipe = '' } = (await service.folder.runner.read()) ?? {};
    await service.manager.stop(service.identity);
    writeFileSync(pipe, 'mine');
    expect(await service.manager.start(service.identity)).toMatchObject({ phase: 'running', problems: [{ code: 'pipe-squatted' }] });
    expect((await service.folder.runner.read())?.pipe).not.toBe(pipe);
    expect(readFileSync(pipe, 'utf8')).toBe('mine');
    rmSync(pipe);
  });

  it('ignores a foreign process in the runner record, and the runner rewrites its own record', async () => {
    const { gatewayPid } = await service.install();
    const { process: runner, pipe } = (await service.folder.runner.read()) ?? expect.fail('nobody serves a pipe');
    const impostor = { pid: process.pid, startTime: posixProcesses.startTime(process.pid) ?? 0 };
    await service.folder.runner.write({ process: impostor, pipe });
    // It serves no pipe of its own here, so the status is told from the files, or by the runner that was quicker.
    expect([undefined, gatewayPid]).toContain((await service.status()).gatewayPid);
    await poll(async () => (await service.folder.runner.read())?.process.pid === runner.pid, {
      what: 'the runner to be named again',
      deadlineMs: DEADLINE_MS,
    });
    expect(await service.status()).toMatchObject({ phase: 'running', gatewayPid });
  });
});

describe('unusual home names', () => {
  it.each(['two words', "Ada's", 'a&b%PATH%', '家 🏠', `long ${'x'.repeat(120)}`])(
    'works from install to uninstall in a home called %j',
    async name => {
      const identity = service.sandbox.identity(`${name}/`);
      const options = { gatewayCommand: service.sandbox.gatewayCommand('--with-child'), recovery: QUICK_LADDER };
      const { gatewayPid } = await service.manager.install(identity, options);
      expect(identity.home.endsWith(name)).toBe(true);
      expect(service.sandbox.gateways(identity.home)).toEqual([gatewayPid]);
      await service.manager.uninstall(identity);
      expect(service.sandbox.processes()).toEqual([]);
      expect(service.sandbox.leftovers()).toEqual([]);
    },
  );
});
