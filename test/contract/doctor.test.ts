// What doctor finds, repairs and keeps in a real service of this system after damage by hand.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { livingGateway } from '../../src/gateway/identity-files.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import type { HostedManager } from '../../src/manager/hosted-manager.ts';
import { embeddedManager } from '../../src/manager/system-manager.ts';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import { poll } from '../../src/model/poll.ts';
import { posixMachine } from '../../src/process/this-machine.ts';
import { DEADLINE_MS, HOST_COMMAND, NOBODY, Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
let identity: GatewayIdentity;
let manager: HostedManager;
const children: ChildProcess[] = [];
beforeEach(() => {
  sandbox = new Sandbox();
  identity = sandbox.identity();
  manager = embeddedManager({
    stateRoot: sandbox.stateRoot,
    hostCommand: HOST_COMMAND,
    processes: posixProcesses,
    checkCommand: (_, override) => override ?? [],
    parentOf: posixMachine.parentOf,
  });
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await sandbox.dispose();
});

const install = () => manager.install(identity, sandbox.installOptions());
const file = (name: string) => path.join(sandbox.folder(identity).path, name);
const codes = async () => (await manager.examine(identity)).map(({ problem: { code } }) => code);

describe('doctor', () => {
  it('finds nothing where nothing is wrong: running, stopped or not installed', async () => {
    expect(await manager.examine(identity)).toEqual([]);
    await install();
    expect(await manager.examine(identity)).toEqual([]);
    const { receipt, left, repaired } = await manager.repair(identity);
    expect({ rows: receipt.rows, left, repaired }).toEqual({ rows: [], left: [], repaired: [] });
    await manager.stop(identity);
    expect(await manager.examine(identity)).toEqual([]);
    expect((await manager.repair(identity)).status).toMatchObject({ phase: 'stopped', desired: 'stopped' });
    await manager.uninstall(identity);
    await expect(manager.repair(identity)).rejects.toMatchObject({ code: 'not-installed' });
    expect(sandbox.leftovers()).toEqual([]);
  });

  it('removes the leftovers of dead processes, and nothing that a living process keeps', async () => {
    const { gatewayPid } = await install();
    await manager.stop(identity);
    const dead = JSON.stringify({ pid: NOBODY, startTime: 1, mark: 'x' });
    const hold = {
      schema: 1,
      id: 'left',
      who: 'an update',
      why: 'it was killed',
      since: new Date(0).toISOString(),
      until: new Date(0).toISOString(),
    };
    const left = {
      'supervisor.lock': dead,
      'runner.lock': dead,
      'hold-left.json': JSON.stringify({ ...hold, holder: { pid: NOBODY } }),
      'host.json': '{',
      '.desired.json.7.abcd.tmp': '{',
    };
    for (const [name, text] of Object.entries(left)) fs.writeFileSync(file(name), text);
    const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1_000);
    fs.utimesSync(file('.desired.json.7.abcd.tmp'), secondsAgo(61), secondsAgo(61));
    fs.writeFileSync(file('.history.jsonl.8.abcd.tmp'), 'still being written');
    fs.utimesSync(file('.history.jsonl.8.abcd.tmp'), secondsAgo(35), secondsAgo(35));
    expect((await codes()).sort()).toEqual(['hold-stale', 'lock-stale', 'lock-stale', 'state-file-damaged', 'write-unfinished']);
    for (const name of Object.keys(left)) expect(fs.existsSync(file(name)), 'looking changes nothing').toBe(true);

    const { receipt, left: still } = await manager.repair(identity);
    expect(receipt).toMatchObject({ verb: 'repair', elevated: false, service: identity.service });
    expect(receipt.rows.map(({ target }) => path.basename(target)).sort()).toEqual(Object.keys(left).sort());
    expect(still).toEqual([]);
    expect(Object.keys(left).filter(name => fs.existsSync(file(name)))).toEqual([]);
    expect(fs.readFileSync(file('host.json.damaged'), 'utf8')).toBe('{');
    expect(fs.existsSync(file('.history.jsonl.8.abcd.tmp'))).toBe(true);
    expect(await manager.start(identity)).toMatchObject({ phase: 'running' });
    expect((await manager.status(identity)).gatewayPid).not.toBe(gatewayPid);
  });

  it('rewrites a damaged definition and keeps the damaged file, but leaves a definition of a newer version alone', async () => {
    await install();
    await manager.stop(identity);
    fs.writeFileSync(file('definition.json'), '{"schema":1');
    expect(await codes()).toEqual(['definition-unreadable']);
    sandbox.putLauncher(identity.root);
    expect((await manager.repair(identity)).left).toEqual([]);
    expect(fs.readFileSync(file('definition.json.damaged'), 'utf8')).toBe('{"schema":1');
    expect(await manager.start(identity)).toMatchObject({ phase: 'running' });
    await manager.stop(identity);
    fs.writeFileSync(file('definition.json'), '{"schema":2}');
    expect(await codes()).toEqual(['state-newer']);
    expect((await manager.repair(identity)).receipt.rows).toEqual([]);
    expect(fs.readFileSync(file('definition.json'), 'utf8')).toBe('{"schema":2}');
  });

  it('ends another gateway of this home gracefully, and none of another home', async () => {
    const other = sandbox.identity('other');
    const started = await Promise.all([startByHand(identity), startByHand(other)]);
    await install().then(() => manager.stop(identity));
    // The runner took over from the one that was there; this one came later.
    const again = await startByHand(identity);
    const [found, ...rest] = await manager.examine(identity);
    expect(rest).toEqual([]);
    expect(found).toMatchObject({ problem: { code: 'gateway-unmanaged', message: expect.stringContaining(`PID ${again.pid}`) } });
    const { repaired, status } = await manager.repair(identity);
    expect(repaired).toMatchObject([{ problem: { code: 'gateway-unmanaged' } }]);
    expect(status).toMatchObject({ phase: 'stopped', desired: 'stopped' });
    expect(sandbox.gateways(identity.home)).toEqual([]);
    expect(sandbox.gateways(other.home)).toEqual([started[1]?.pid]);
  });

  it('does not take its own gateway for another one when a launcher is between them', async () => {
    sandbox.putLauncher(identity.root);
    const launcher = path.join(identity.root, 'hermes-agent/.hermes/bin/hermes');
    fs.writeFileSync(launcher, fs.readFileSync(launcher, 'utf8').replace('exec ', ''));
    await manager.install(identity, { gatewayCommand: [launcher, 'gateway', 'run'] });
    expect(await manager.examine(identity)).toEqual([]);
  });
});

/** The sample gateway as a person starts it in a terminal; resolves when its files speak of it. */
async function startByHand({ home }: GatewayIdentity): Promise<ChildProcess> {
  const [program = '', ...args] = sandbox.gatewayCommand();
  const child = spawn(program, args, { env: { ...process.env, HERMES_HOME: home }, stdio: 'ignore' });
  children.push(child);
  await once(child, 'spawn');
  await poll(() => livingGateway(home)?.pid === child.pid, { what: 'the gateway that was started by hand', deadlineMs: DEADLINE_MS });
  return child;
}
