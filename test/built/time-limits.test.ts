// Limits in time and number that users rely on, each at its edge, without waiting for it.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { controlPath } from '../../src/gateway/control-socket.ts';
import { stopGateway } from '../../src/gateway/graceful-stop.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { whyStarted } from '../../src/host/start-reason.ts';
import { composeStatus } from '../../src/model/compose-status.ts';
import { definitionOf } from '../../src/model/definition.ts';
import { RECOVERY_LADDER } from '../../src/model/ladder.ts';
import type { GatewayManager } from '../../src/model/manager.ts';
import { poll } from '../../src/model/poll.ts';
import type { ProcessTable } from '../../src/model/process-ref.ts';
import { RUNNER_EXIT } from '../../src/model/runner-exit.ts';
import type { Status } from '../../src/model/status.ts';
import type { GatewayExit, GatewayProcessTree } from '../../src/process/gateway-process.ts';
import { GatewayLife } from '../../src/runner/gateway-life.ts';
import { GatewayWatch, type Observation } from '../../src/runner/gateway-watch.ts';
import { Runner } from '../../src/runner/runner.ts';
import { OutputLog } from '../../src/state/output-log.ts';
import { StateFolder } from '../../src/state/state-folder.ts';
import { Update } from '../../src/update/update.ts';
import { nextWaitStep } from '../../src/windows/scm-wait.ts';
import { gatewayIdentityFor } from '../support/identity.ts';
import { updatePorts } from '../support/update-ports.ts';

vi.mock('../../src/gateway/graceful-stop.ts', () => ({ stopGateway: vi.fn() }));
vi.mock('../../src/model/poll.ts', async original => {
  const { poll: real } = await original<{ poll: typeof poll }>();
  return { poll: vi.fn(real) };
});

let home: string;
beforeEach(() => {
  vi.mocked(poll).mockClear();
  vi.mocked(stopGateway).mockReset();
  home = mkdtempSync(path.join(tmpdir(), 'hg-limits-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const START = Date.UTC(2026, 0, 1, 12);
const at = (ms: number) => new Date(START + ms).toISOString();

it.each([
  [4_999, 'restart-after-failure'],
  [5_000, 'demand'],
] as const)('a start %i ms after the planned restart counts as %s', (lateMs, reason) => {
  const last = { phase: 'restarting', since: at(0), failures: 1, lastRunnerExit: { at: at(0), code: 1 } } as const;
  expect(whyStarted(undefined, last, { delaysMs: [1_000], resetMs: 60_000 }, START + 1_000 + lateMs)).toBe(reason);
});

it.each([
  [4_999, 'starting'],
  [5_000, 'failed'],
] as const)('a host that is still stopped %i ms after a requested start is %s', (ms, phase) => {
  const facts = {
    identity: gatewayIdentityFor('/h'),
    mechanism: 'embedded',
    registration: { state: 'registered', host: 'stopped' },
    history: [],
    desired: { desired: 'running', at: at(0) },
    recovery: RECOVERY_LADDER,
    problems: [],
  } as const;
  expect(composeStatus(facts, START + ms).phase).toBe(phase);
});

it.each([
  [10_000, { checkPoint: 3 }],
  [10_001, 'stuck'],
])('a service without a wait hint that made no progress for %i ms: %j', (ms, step) => {
  const status = { state: 'stop-pending', checkPoint: 3, waitHintMs: 0 } as Parameters<typeof nextWaitStep>[0];
  const found = nextWaitStep(status, 'stopped', { state: 'stop-pending', checkPoint: 3, movedAtMs: 0 }, ms);
  expect({ found }).toMatchObject({ found: step });
});

it('four rotated logs are kept beside the current one', async () => {
  const log = new OutputLog(path.join(home, 'gateway.log'), { maxBytes: 1 });
  for (let line = 0; line < 8; line += 1) await log.mark(`line ${line}`);
  await log.close();
  expect(readdirSync(home).sort()).toEqual(['gateway.log', ...[1, 2, 3, 4].map(n => `gateway.log.${n}`)]);
});

const writeGateway = (startTime: number) => {
  writeFileSync(path.join(home, 'gateway.pid'), JSON.stringify({ pid: process.pid, start_time: startTime }));
  writeFileSync(
    path.join(home, 'gateway_state.json'),
    JSON.stringify({ pid: process.pid, start_time: startTime, gateway_state: 'running' }),
  );
};
const watchOptions = {
  mayKeepNoFiles: false,
  probeMs: 40,
  commandLine: () => undefined,
  parentOf: () => undefined,
  isDebugged: () => false,
  watchdogMs: async () => undefined,
  onSlept: () => undefined,
};

it.each([
  [199, undefined],
  [200, process.pid],
])('a gateway that started at %i belongs to the launch at 200: %s', async (startTime, pid) => {
  writeGateway(startTime);
  const launchedPid = process.pid + 1;
  const processes: ProcessTable = { isAlive: () => true, startTime: each => (each === launchedPid ? 200 : startTime) };
  const looked = vi.spyOn(processes, 'isAlive');
  const watch = new GatewayWatch({ ...watchOptions, home, launchedPid, processes, onObservation: () => undefined });
  await poll(() => looked.mock.calls.length > 0, { what: 'a look', deadlineMs: 5_000, everyMs: 5 });
  expect(watch.observation.gateway?.pid).toBe(pid);
  watch.close();
});

it('three probes without an answer, after one that was answered, make a gateway degraded', async () => {
  const startTime = posixProcesses.startTime(process.pid) ?? 0;
  let probes = 0;
  const server = net.createServer(socket => {
    probes += 1;
    socket.resume();
    if (probes === 1) socket.end(`${JSON.stringify({ ok: true, result: { pid: process.pid, start_time: startTime } })}\n`);
    else socket.destroy();
  });
  await new Promise<void>(resolve => server.listen(controlPath(home), resolve));
  writeGateway(startTime);
  const observed: [Observation['phase'], number][] = [];
  const onObservation = ({ phase }: Observation) => void observed.push([phase, probes]);
  const watch = new GatewayWatch({ ...watchOptions, home, launchedPid: process.pid, processes: posixProcesses, onObservation });
  await poll(() => observed.at(-1)?.[0] === 'degraded', { what: 'the gateway to be degraded', deadlineMs: 10_000, everyMs: 5 });
  expect(observed.at(-1)).toEqual(['degraded', 1 + 3]);
  watch.close();
  await new Promise(resolve => server.close(resolve));
});

/** A process tree of nothing; it ends when `end` is called. */
function emptyTree() {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let end: (exit: GatewayExit) => void = () => undefined;
  const exited = new Promise<GatewayExit>(resolve => {
    end = exit => {
      stdout.end();
      stderr.end();
      resolve(exit);
    };
  });
  const tree: GatewayProcessTree = {
    pid: process.pid,
    stdout,
    stderr,
    exit: undefined,
    exited,
    isEmpty: () => true,
    kill: async () => undefined,
  };
  return { tree, end: () => end({ code: 0, signal: null }) };
}
/** What each stop still granted, in seconds, rounded up: a moment of it has passed. */
const graceSeconds = () => vi.mocked(stopGateway).mock.calls.map(([, , options]) => Math.ceil((options?.gracefulMs?.() ?? 0) / 1_000));
const definition = () => definitionOf(gatewayIdentityFor(home), 'embedded', { gatewayCommand: ['/bin/true'] });

it('a gateway that answers no probe gets 3 s to end by itself', async () => {
  const { tree, end } = emptyTree();
  const output = new OutputLog(path.join(home, 'gateway.log'));
  const onObservation = () => undefined;
  const life = new GatewayLife({
    definition: definition(),
    tree,
    output,
    processes: posixProcesses,
    commandLine: () => undefined,
    parentOf: () => undefined,
    isDebugged: () => false,
    redefine: async () => definition(),
    onObservation,
    onSlept: () => undefined,
    onBackground: async () => undefined,
  });
  vi.spyOn(life.watch, 'observation', 'get').mockReturnValue({ phase: 'degraded', problem: 'gateway-silent' });
  await life.end(45_000);
  expect(graceSeconds()).toEqual([3]);
  life.watch.close();
  end();
});

it('a gateway whose service host was lost gets 1 s to end by itself, and its runner has failed', async () => {
  const folder = new StateFolder(path.join(home, 'HermesGateway'));
  await folder.writeDefinition(definition());
  const { tree, end } = emptyTree();
  vi.mocked(stopGateway).mockImplementation(async () => {
    end();
    return 'graceful';
  });
  const launch = vi.fn(async () => tree);
  const runner = new Runner({
    definition: definition(),
    folder,
    processes: posixProcesses,
    launch,
    redefine: async () => definition(),
    launchSpec: async () => ({ argv: ['/bin/true'], cwd: home, env: {} }),
    pipeAddress: () => path.join(home, 'pipe'),
    commandLine: () => undefined,
    servedBy: () => undefined,
    parentOf: () => undefined,
    isDebugged: () => false,
    portHolder: () => undefined,
    log: () => undefined,
    asked: false,
  });
  const ran = runner.run();
  await poll(() => launch.mock.calls.length > 0, { what: 'the launch', deadlineMs: 10_000, everyMs: 5 });
  runner.hostLost();
  expect(await ran).toBe(RUNNER_EXIT.failed);
  expect(graceSeconds()).toEqual([1]);
});

it("an update waits 60 s for Hermes' own updater", async () => {
  mkdirSync(path.join(home, 'state'));
  writeFileSync(path.join(home, '.hermes-update-in-progress'), `${process.pid}\n${Date.now() / 1_000}\n`);
  const status = { mechanism: 'embedded', desired: 'running' } as Status;
  const manager = { status: async () => status } as unknown as GatewayManager;
  const real = vi.mocked(poll).getMockImplementation();
  vi.mocked(poll).mockImplementation(
    (fact, options) => real?.(fact, { ...options, ...(options.what.startsWith('Hermes') && { deadlineMs: 0 }) }) as never,
  );
  const ports = updatePorts(manager, path.join(home, 'state'));
  const begun = Update.begin(ports, { who: 'a test', what: 'something', identities: [gatewayIdentityFor(home)] });
  await expect(begun).rejects.toMatchObject({ code: 'update-running' });
  const waits = vi.mocked(poll).mock.calls.filter(([, { what }]) => what === "Hermes' own updater");
  expect(waits.map(([, { deadlineMs }]) => deadlineMs)).toEqual([60_000]);
});
