// What counts as evidence that a gateway runs. This process plays the gateway: its PID and start time are in the files of the home.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { poll } from '../../src/model/poll.ts';
import { GatewayWatch, type Observation } from '../../src/runner/gateway-watch.ts';
import { DEADLINE_MS, NOBODY, Sandbox } from '../support/sandbox.ts';

const record = { kind: 'hermes-gateway', pid: process.pid, start_time: posixProcesses.startTime(process.pid) ?? null };

const skipped = process.platform === 'linux' ? '' : ' (skipped: start times are read on Linux only)';

describe.skipIf(skipped !== '')(`GatewayWatch${skipped}`, () => {
  let sandbox: Sandbox;
  let home: string;
  let seen: Observation[];
  let watch: GatewayWatch | undefined;
  beforeEach(() => {
    sandbox = new Sandbox();
    home = sandbox.identity().home;
    seen = [];
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    watch?.close();
    await sandbox.dispose();
  });

  function begin({ mayKeepNoFiles = false } = {}): GatewayWatch {
    watch = new GatewayWatch({
      home,
      launchedPid: process.pid,
      mayKeepNoFiles,
      probeMs: 30_000,
      processes: posixProcesses,
      commandLine: () => undefined,
      parentOf: () => undefined,
      isDebugged: () => false,
      watchdogMs: async () => undefined,
      onSlept: () => undefined,
      onObservation: observation => seen.push(observation),
    });
    return watch;
  }
  const write = (name: string, value: unknown) => writeFileSync(path.join(home, name), JSON.stringify(value));
  const isRunning = () => poll(() => seen.at(-1)?.phase === 'running', { what: 'the gateway to be seen running', deadlineMs: DEADLINE_MS });

  it('reports the gateway as running only by the status of its own process, not of the previous one', async () => {
    write('gateway_state.json', { ...record, pid: NOBODY, gateway_state: 'running' });
    write('gateway.pid', record);
    begin();
    await poll(() => seen.at(-1)?.gateway?.pid === process.pid, { what: 'the gateway to be seen', deadlineMs: DEADLINE_MS });
    // Also on a slow computer: ten seconds later.
    const clock = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => clock() + 11_000);
    const isAlive = vi.spyOn(posixProcesses, 'isAlive');
    await poll(() => isAlive.mock.calls.length > 0, { what: 'another look', deadlineMs: DEADLINE_MS });
    expect(seen.at(-1)?.phase).toBe('starting');
    write('gateway_state.json', { ...record, gateway_state: 'running' });
    await isRunning();
    expect(seen.map(({ phase }) => phase)).toEqual(['starting', 'running']);
  });

  it('reports a gateway as starting while its PID is beside the state in which the previous one ended', async () => {
    write('gateway_state.json', { ...record, gateway_state: 'stopped' });
    write('gateway.pid', record);
    begin();
    await poll(() => seen.at(-1)?.gateway?.pid === process.pid, { what: 'the gateway to be seen', deadlineMs: DEADLINE_MS });
    write('gateway_state.json', { ...record, gateway_state: 'running' });
    await isRunning();
    expect(seen.map(({ phase }) => phase)).toEqual(['starting', 'running']);
  });

  it('reports a gateway without a status file as running after ten seconds', async () => {
    write('gateway.pid', record);
    expect(begin().observation.phase).toBe('starting');
    await isRunning();
  });

  it('reports a gateway with an unknown state as running, and nothing new when it stamps its old state file again', async () => {
    const stamp = (state: string, ageMs: number) =>
      write('gateway_state.json', { ...record, gateway_state: state, updated_at: new Date(Date.now() - ageMs).toISOString() });
    write('gateway.pid', record);
    stamp('hibernating', 600_000);
    begin();
    await isRunning();
    for (const ageMs of [120_000, 60_000, 0]) stamp('hibernating', ageMs);
    stamp('degraded', 0);
    await poll(() => seen.at(-1)?.phase === 'degraded', { what: 'the degraded gateway', deadlineMs: DEADLINE_MS });
    expect(seen.map(({ phase }) => phase)).toEqual(['running', 'degraded']);
  });

  it('reports the platforms of a running gateway, and every change of them', async () => {
    const platforms = (discord: object) => ({ telegram: { state: 'connected' }, discord });
    write('gateway.pid', record);
    write('gateway_state.json', { ...record, gateway_state: 'running', platforms: platforms({ state: 'connecting' }) });
    begin();
    await isRunning();
    const refused = { state: 'fatal', error_message: 'Discord bot token rejected: Improper token has been passed.' };
    write('gateway_state.json', { ...record, gateway_state: 'running', platforms: platforms(refused) });
    await poll(() => seen.at(-1)?.platforms?.[1]?.state === 'fatal', { what: 'the refused bot', deadlineMs: DEADLINE_MS });
    expect(seen.at(-1)?.platforms).toEqual([
      { name: 'telegram', state: 'connected' },
      { name: 'discord', state: 'fatal', reason: 'Discord bot token rejected: Improper token has been passed.', known: 'token-rejected' },
    ]);
  });

  it("does not report a gateway as running whose start has failed, and gives the gateway's reason", async () => {
    const irc = { state: 'error', error_code: 'irc_lock', error_message: 'bot1 is already in use by PID 8547' };
    write('gateway.pid', record);
    write('gateway_state.json', { ...record, gateway_state: 'startup_failed', platforms: { irc } });
    const { phase, detail } = begin().observation;
    expect(phase).toBe('starting');
    await poll(() => seen.at(-1)?.detail, { what: 'the reason', deadlineMs: DEADLINE_MS });
    expect([detail, ...seen.map(each => each.detail)]).toContain('irc: bot1 is already in use by PID 8547');
    expect(seen.map(each => each.phase)).not.toContain('running');
  });

  it('takes the life of another program as evidence after 2 s, and after 60 s in a home with the files of a former gateway', async () => {
    const clock = performance.now.bind(performance);
    let laterMs = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => clock() + laterMs);
    write('gateway_state.json', { ...record, pid: NOBODY, gateway_state: 'running' });
    begin({ mayKeepNoFiles: true });
    laterMs = 30_000;
    const isAlive = vi.spyOn(posixProcesses, 'isAlive');
    await poll(() => isAlive.mock.calls.length > 0, { what: 'another look', deadlineMs: DEADLINE_MS });
    expect(seen).toEqual([]);
    laterMs = 61_000;
    await isRunning();
    watch?.close();

    rmSync(path.join(home, 'gateway_state.json'));
    seen = [];
    begin({ mayKeepNoFiles: true });
    laterMs += 2_000;
    await isRunning();
  });

  it("shows the wait of Hermes' own start breaker", async () => {
    begin();
    const now = Date.now() / 1_000 + 1;
    writeFileSync(path.join(home, 'gateway-starts.log'), [5, 4, 3, 2, 1, 0].map(ago => `${now - ago}`).join('\n'));
    await poll(() => seen.at(-1)?.detail === 'Hermes itself waits 10 s before it starts', { what: 'the wait', deadlineMs: DEADLINE_MS });
  });
});
