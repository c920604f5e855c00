// What counts as evidence that a gateway is up. This process plays the gateway: its PID and start time stand in the files of the home.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { poll } from '../../src/model/poll.ts';
import { GatewayWatch, type Observation } from '../../src/runner/gateway-watch.ts';
import { DEADLINE_MS, NOBODY, Sandbox } from '../support/sandbox.ts';

const record = { kind: 'hermes-gateway', pid: process.pid, start_time: posixProcesses.startTime(process.pid) ?? null };

const skipped = process.platform === 'linux' ? '' : ' (skipped: start times are read on Linux only)';

describe.skipIf(skipped !== '')(`the watch of a gateway${skipped}`, () => {
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
    watch?.close();
    await sandbox.dispose();
  });

  function begin(): GatewayWatch {
    watch = new GatewayWatch({
      home,
      launchedPid: process.pid,
      mayKeepNoFiles: false,
      probeMs: 30_000,
      processes: posixProcesses,
      commandLine: () => undefined,
      onObservation: observation => seen.push(observation),
    });
    return watch;
  }
  const write = (name: string, value: unknown) => writeFileSync(path.join(home, name), JSON.stringify(value));
  const isRunning = () => poll(() => seen.at(-1)?.phase === 'running', { what: 'the gateway to be seen running', deadlineMs: DEADLINE_MS });

  it('waits for what the gateway says of itself, whatever the one before it has left', async () => {
    write('gateway_state.json', { ...record, pid: NOBODY, gateway_state: 'running' });
    write('gateway.pid', record);
    begin();
    await poll(() => seen.at(-1)?.gateway?.pid === process.pid, { what: 'the gateway to be seen', deadlineMs: DEADLINE_MS });
    expect(seen.at(-1)?.phase).toBe('starting');
    write('gateway_state.json', { ...record, gateway_state: 'running' });
    await isRunning();
    expect(seen.map(({ phase }) => phase)).toEqual(['starting', 'running']);
  });

  it('takes two seconds of life for enough where the gateway says nothing', async () => {
    write('gateway.pid', record);
    expect(begin().observation.phase).toBe('starting');
    await isRunning();
  });
});
