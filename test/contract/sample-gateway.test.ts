// The sample gateway follows the contract of a Hermes gateway: it runs as a real process, and src/gateway drives it.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { classifyExit } from '../../src/gateway/classify-exit.ts';
import { resolveGatewayCommand, supportsExternalSupervisor, withExternalSupervisor } from '../../src/gateway/command.ts';
import { controlPath, identify, pauseForUpdate, request } from '../../src/gateway/control-socket.ts';
import { gatewayEnvironment } from '../../src/gateway/environment.ts';
import { type StopPorts, stopGateway } from '../../src/gateway/graceful-stop.ts';
import { type GatewayIdentity, gatewayIdentity } from '../../src/gateway/home.ts';
import { livingGateway, readGatewayPid, readGatewayState } from '../../src/gateway/identity-files.ts';
import { readPlannedStop, writePlannedStop } from '../../src/gateway/planned-stop.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { poll } from '../../src/model/poll.ts';

const PROGRAM = fileURLToPath(new URL('../../examples/sample-gateway/gateway.mjs', import.meta.url));
const DEADLINE_MS = 15_000;

/** A launched gateway in its own process group, which is used as its process tree. */
class Launched {
  readonly child: ChildProcess;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  output = '';
  exit: { code: number | null; signal: NodeJS.Signals | null } | undefined;

  constructor(identity: GatewayIdentity, argv: readonly string[]) {
    const [program = '', ...rest] = argv;
    const env = gatewayEnvironment(process.env, identity, { externalSupervisor: true });
    this.child = spawn(program, rest, { cwd: identity.root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout?.on('data', chunk => {
      this.output += chunk;
    });
    this.child.stderr?.on('data', chunk => {
      this.output += chunk;
    });
    this.exited = once(this.child, 'exit').then(([code, signal]) => {
      this.exit = { code, signal };
      return this.exit;
    });
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('not started');
    return this.child.pid;
  }

  /** Whether anything of the process group lives. */
  get lives(): boolean {
    try {
      return process.kill(-this.pid, 0);
    } catch {
      return false;
    }
  }

  endTree(): void {
    if (this.lives) process.kill(-this.pid, 'SIGKILL');
  }

  readonly ports: StopPorts = {
    gatewayIsGone: () => this.exit !== undefined,
    treeIsEmpty: () => this.exit !== undefined && !this.lives,
    killTree: () => this.endTree(),
    signal: name => {
      this.child.kill(name);
    },
  };
}

// Process groups and signals replace the job of the runner here; the job itself is tested on Windows by another suite.
describe.skipIf(process.platform === 'win32')('sample gateway (driven through process groups, which do not exist on Windows)', () => {
  let root: string;
  let launched: Launched[];
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), "sample & 'gw' 仕事 "));
    launched = [];
  });
  afterEach(async () => {
    for (const each of launched) each.endTree();
    await Promise.all(launched.map(each => each.exited));
    rmSync(root, { recursive: true, force: true });
  });

  const identity = (profile?: string) => gatewayIdentity({ root, standard: false, ...(profile === undefined ? {} : { profile }) });

  function launch(switches: readonly string[] = [], who = identity()): Launched {
    const override = [process.execPath, PROGRAM, ...switches, 'gateway', 'run'];
    const command = resolveGatewayCommand(who, { platform: process.platform, env: process.env, exists: existsSync, override });
    const started = new Launched(who, switches.includes('--old') ? command.argv : withExternalSupervisor(command).argv);
    launched.push(started);
    return started;
  }

  const untilRunning = (gateway: Launched, home = root) =>
    poll(() => readGatewayState(home)?.pid === gateway.pid && readGatewayState(home)?.state === 'running' && livingGateway(home), {
      what: `the gateway to run, which said: ${gateway.output}`,
      deadlineMs: DEADLINE_MS,
    });

  it('identifies itself by its files and by its control socket', async () => {
    const gateway = launch(['--serves', 'work,play']);
    const living = await untilRunning(gateway);
    expect(living).toMatchObject({ pid: gateway.pid, certain: true });
    expect(living.startTime).toBe(posixProcesses.startTime(gateway.pid));
    expect(await identify(controlPath(root))).toEqual({
      ok: true,
      result: { pid: gateway.pid, startTime: living.startTime },
    });
    expect(readGatewayState(root)).toMatchObject({ state: 'running', servedProfiles: ['work', 'play'] });
  });

  it('uses the home of its profile', async () => {
    const who = identity('work');
    mkdirSync(who.home, { recursive: true });
    const gateway = launch([], who);
    await untilRunning(gateway, who.home);
    expect(await identify(controlPath(who.home))).toMatchObject({ ok: true, result: { pid: gateway.pid } });
    expect(livingGateway(root)).toBeUndefined();
  });

  it('opens its socket in the temporary folder when its home is too long for a socket path', async () => {
    const who = identity('x'.repeat(64));
    const long = { ...who, home: path.join(who.home, 'y'.repeat(40)) };
    mkdirSync(long.home, { recursive: true });
    const gateway = new Launched(long, [process.execPath, PROGRAM, 'gateway', 'run']);
    launched.push(gateway);
    await untilRunning(gateway, long.home);
    expect(await identify(controlPath(long.home))).toMatchObject({ ok: true, result: { pid: gateway.pid } });
    await stopGateway({ home: long.home, gateway: await untilRunning(gateway, long.home) }, gateway.ports);
    expect(existsSync(path.join(long.home, 'gateway.sock.path'))).toBe(false);
  });

  it('reports whether it supports external supervisors', async () => {
    const runHelp = async ([program = '', ...rest]: readonly string[]) => (await promisify(execFile)(program, rest)).stdout;
    expect(await supportsExternalSupervisor([process.execPath, PROGRAM, 'gateway', 'run'], runHelp)).toBe(true);
    expect(await supportsExternalSupervisor([process.execPath, PROGRAM, '--old', 'gateway', 'run'], runHelp)).toBe(false);
  });

  it('restarts by a request on its socket with exit code 75 and no leftover file', async () => {
    const gateway = launch();
    await stopGateway({ home: root, gateway: await untilRunning(gateway) }, gateway.ports, { restart: true });
    expect(gateway.output).toContain('pause-for-update');
    expect(gateway.exit).toEqual({ code: 75, signal: null });
    expect(livingGateway(root)).toBeUndefined();
    expect(readGatewayState(root)?.state).toBe('stopped');
    for (const file of ['gateway.pid', 'gateway.sock']) expect(existsSync(path.join(root, file))).toBe(false);
  });

  it('stops by the marker file when it has no socket, also without a signal', async () => {
    const gateway = launch(['--old']);
    const living = await untilRunning(gateway);
    const { signal: _none, ...withoutSignals } = gateway.ports;
    await stopGateway({ home: root, gateway: living }, withoutSignals);
    expect(gateway.exit).toEqual({ code: 0, signal: null });
    expect(readPlannedStop(root)).toBeUndefined();
  });

  it('is ended with its process tree when it ignores every request', async () => {
    const gateway = launch(['--ignore-stop', '--with-child']);
    await stopGateway({ home: root, gateway: await untilRunning(gateway) }, gateway.ports, { gracefulMs: () => 1_000 });
    expect(gateway.exit).toEqual({ code: null, signal: 'SIGKILL' });
    expect(gateway.lives).toBe(false);
  });

  it('is ended with its process tree when it hangs', async () => {
    const gateway = launch();
    const living = await untilRunning(gateway);
    await request(controlPath(root), 'test-hang');
    const silent = async () => {
      const answer = await identify(controlPath(root), { timeoutMs: 200 });
      return !answer.ok && answer.failure === 'silent';
    };
    await poll(silent, { what: 'the gateway to hang', deadlineMs: DEADLINE_MS });
    expect(livingGateway(root)?.pid).toBe(gateway.pid);
    await stopGateway({ home: root, gateway: living }, gateway.ports, { gracefulMs: () => 1_000 });
    expect(gateway.exit).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('ends its child process after it has stopped', async () => {
    const gateway = launch(['--with-child']);
    await stopGateway({ home: root, gateway: await untilRunning(gateway) }, gateway.ports);
    expect(gateway.exit).toEqual({ code: 0, signal: null });
    expect(gateway.lives).toBe(false);
  });

  it('exits with a failure when it gets an unannounced signal', async () => {
    const gateway = launch();
    const living = await untilRunning(gateway);
    gateway.child.kill('SIGTERM');
    const { code, signal } = await gateway.exited;
    expect(code).toBe(1);
    expect(classifyExit(code, { signal, gateway: living, nowMs: Date.now(), ran: true, output: [] }).kind).toBe('failure');
  });

  it('ignores a marker for another process', async () => {
    const gateway = launch();
    const living = await untilRunning(gateway);
    await writePlannedStop(root, { pid: living.pid, startTime: (living.startTime ?? 0) + 1 });
    writeFileSync(path.join(root, 'state', 'sample-gateway.command'), 'test-state looked');
    await poll(() => readGatewayState(root)?.state === 'looked', { what: 'a look at the markers', deadlineMs: DEADLINE_MS });
    expect(livingGateway(root)?.pid).toBe(gateway.pid);
  });

  it('is found dead after a crash, and starts over the leftover files', async () => {
    const first = launch();
    const was = await untilRunning(first);
    await request(controlPath(root), 'test-crash');
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(readGatewayPid(root)?.pid).toBe(first.pid);
    expect(readGatewayState(root)?.state).toBe('running');
    expect(livingGateway(root)).toBeUndefined();
    expect(await identify(controlPath(root))).toMatchObject({ ok: false, failure: 'absent' });
    const second = launch();
    const is = await untilRunning(second);
    expect(is.pid).not.toBe(was.pid);
    expect(second.output).toContain(`stale gateway.pid of ${first.pid}`);
  });

  it('is not mistaken for a program that has its recycled PID', async () => {
    const gateway = launch();
    await untilRunning(gateway);
    await request(controlPath(root), 'test-crash');
    await gateway.exited;
    const left = { ...JSON.parse(readFileSync(path.join(root, 'gateway.pid'), 'utf8')), pid: process.pid };
    for (const file of ['gateway.pid', 'gateway.lock']) writeFileSync(path.join(root, file), `\uFEFF${JSON.stringify(left)}`);
    expect(readGatewayPid(root)?.pid).toBe(process.pid);
    expect(livingGateway(root)).toBeUndefined();
  });

  it('refuses to start when another gateway runs in the home', async () => {
    const first = launch();
    await untilRunning(first);
    const second = launch();
    expect(await second.exited).toEqual({ code: 1, signal: null });
    expect(second.output).toContain(`another gateway (PID ${first.pid})`);
    expect(livingGateway(root)?.pid).toBe(first.pid);
  });

  it.each([0, 1, 75, 78])('exits with code %s on request, by its socket and by an option', async code => {
    const told = launch();
    await untilRunning(told);
    await request(controlPath(root), `test-exit ${code}`);
    expect(await told.exited).toEqual({ code, signal: null });
    expect(await launch(['--exit-at-once', String(code)]).exited).toEqual({ code, signal: null });
  });

  it('writes no files with --no-files, and stops by the signal', async () => {
    const gateway = launch(['--no-files']);
    await poll(() => gateway.output.includes('running'), { what: 'the program to run', deadlineMs: DEADLINE_MS });
    expect(livingGateway(root)).toBeUndefined();
    expect(existsSync(path.join(root, 'gateway_state.json'))).toBe(false);
    await stopGateway({ home: root }, gateway.ports);
    expect(gateway.exit).toEqual({ code: 0, signal: null });
  });

  it('delays its start and prints a lot of output when its options say so', async () => {
    const gateway = launch(['--start-delay-ms', '300', '--chatter', '2']);
    await poll(() => gateway.output.includes('gateway '), { what: 'its first line', deadlineMs: DEADLINE_MS });
    expect(existsSync(path.join(root, 'gateway.pid'))).toBe(false);
    await poll(() => gateway.output.includes('chattered 2 MB'), { what: 'the end of its chatter', deadlineMs: DEADLINE_MS });
    expect(gateway.output.length).toBeGreaterThan(2 * 1024 * 1024);
  });

  it('answers several requests at the same time, also during a stop', async () => {
    const gateway = launch(['--ignore-stop']);
    await untilRunning(gateway);
    const answers = await Promise.all([pauseForUpdate(controlPath(root)), identify(controlPath(root))]);
    expect(answers.map(answer => answer.ok)).toEqual([true, true]);
  });

  it('refuses unknown options and unknown verbs', async () => {
    const gateway = launch(['--nonsense']);
    expect(await gateway.exited).toEqual({ code: 2, signal: null });
    const other = launch();
    await untilRunning(other);
    expect(await request(controlPath(root), 'dance')).toMatchObject({ ok: false, failure: 'refused', detail: 'unknown verb: dance' });
  });
});
