// Starts that fail before there is a gateway, and starts by another program or of another command than that of the running host.

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import type { HistoryRecord } from '../../src/model/history.ts';
import { poll } from '../../src/model/poll.ts';
import { RUNNER_EXIT } from '../../src/model/runner-exit.ts';
import type { Status } from '../../src/model/status.ts';
import { lockHolder } from '../../src/state/lock.ts';
import { commandLine, DEADLINE_MS, endAll, HOST_COMMAND, processesBelow } from '../support/sandbox.ts';
import { ServiceUnderTest } from '../support/service.ts';

let service: ServiceUnderTest;
afterEach(() => service.dispose());

const HOST = HOST_COMMAND[1];
/** A user without a name. */
const STRANGER = 54_321;

/** A whole copy of the program below the sandbox, as npx keeps one. */
function copiedProgram() {
  const folder = path.join(service.sandbox.path, 'npx');
  cpSync(path.dirname(HOST), folder, { recursive: true });
  return { folder, command: [process.execPath, path.join(folder, path.basename(HOST))] as const };
}

describe('program of the supervisor', () => {
  it('records why a gateway is not restarted when the program was deleted, and a start by another one takes over', async () => {
    service = new ServiceUnderTest();
    const { folder, command } = copiedProgram();
    const first = await service.sandbox.manager(command).install(service.identity, service.sandbox.installOptions());
    rmSync(folder, { recursive: true });
    expect(await service.status()).toMatchObject({ phase: 'running', problems: [{ code: 'host-moved' }] });

    process.kill(first.gatewayPid as number, 'SIGKILL');
    const isRecorded = (record: HistoryRecord) =>
      record.kind === 'ended' && record.pid === null && record.reason.includes(command[1] as string);
    const recorded = async () => (await service.folder.history()).find(isRecorded);
    expect(await poll(recorded, { deadlineMs: DEADLINE_MS, what: 'a record of the failed start' })).toMatchObject({ outcome: 'failure' });

    const started = await service.manager.start(service.identity);
    expect(started).toMatchObject({ phase: 'running', problems: [] });
    expect(started.servicePid).not.toBe(first.servicePid);
    expect(commandLine(started.servicePid as number)).toContain(HOST);
  });

  it('replaces a supervisor of another program when the gateway is restarted', async () => {
    service = new ServiceUnderTest();
    const first = await service.sandbox.manager(copiedProgram().command).install(service.identity, service.sandbox.installOptions());
    expect((await service.manager.start(service.identity)).servicePid).toBe(first.servicePid);
    const restarted = await service.manager.restart(service.identity);
    expect(restarted.phase).toBe('running');
    expect(commandLine(restarted.servicePid as number)).toContain(HOST);
    expect(posixProcesses.isAlive(first.servicePid as number)).toBe(false);
  });
});

describe('second runner', () => {
  it('ends with a failure and notes once which runner is in charge', async () => {
    service = new ServiceUnderTest();
    const { manager, identity, folder } = service;
    const { gatewayPid } = await service.install();
    const second = () => spawnSync(process.execPath, [HOST, 'run', '--service', identity.service], { timeout: DEADLINE_MS }).status;
    expect([second(), second()]).toEqual([RUNNER_EXIT.failed, RUNNER_EXIT.failed]);
    const notes = (await manager.history(identity)).filter(({ kind }) => kind === 'noted');
    const inCharge = lockHolder(folder.runnerLock, posixProcesses)?.pid;
    expect(notes).toMatchObject([{ what: 'not-started', reason: `another runner is in charge already, process ${inCharge}` }]);
    expect(await service.status()).toMatchObject({ phase: 'running', gatewayPid });
  });
});

describe('environment', () => {
  const TOKEN = 'HG_TEST_TOKEN';
  afterEach(() => {
    delete process.env[TOKEN];
  });

  it.skipIf(process.platform !== 'linux')(
    'is kept by a restart, which names the variables that differ, and is replaced by stop and start',
    async () => {
      service = new ServiceUnderTest();
      const { manager, identity } = service;
      await service.install();
      expect((await manager.restart(identity)).problems).toEqual([]);

      process.env[TOKEN] = 'secret-value';
      const { problems } = await manager.restart(identity);
      expect(problems).toMatchObject([{ code: 'environment-kept', message: expect.stringContaining(`(different: ${TOKEN})`) }]);
      expect(JSON.stringify(problems)).not.toContain('secret-value');

      await manager.stop(identity);
      await manager.start(identity);
      expect((await manager.restart(identity)).problems).toEqual([]);
    },
  );
});

describe('service without a definition', () => {
  it('stays stopped where the user folder has none, and fails where that folder is missing, so that it is tried again', () => {
    service = new ServiceUnderTest();
    const endOfRunner = (state: string) => {
      const env = { ...process.env, XDG_STATE_HOME: path.join(service.sandbox.path, state) };
      return spawnSync(process.execPath, [HOST, 'run', '--service', 'HermesGateway'], { env, timeout: DEADLINE_MS }).status;
    };
    mkdirSync(path.join(service.sandbox.path, 'state'));
    expect(endOfRunner('state')).toBe(RUNNER_EXIT.withoutDefinition);
    expect(endOfRunner('not-mounted')).toBe(RUNNER_EXIT.failed);
  });
});

describe('installation with another command', () => {
  it('restarts a running gateway with that command', async () => {
    service = new ServiceUnderTest();
    const first = await service.install();
    const second = await service.install(['--with-child']);
    expect(second.phase).toBe('running');
    expect(second.gatewayPid).not.toBe(first.gatewayPid);
    expect(commandLine(second.gatewayPid as number)).toContain('--with-child');
    expect(second.servicePid).toBe(first.servicePid);
  });
});

describe.skipIf(process.getuid?.() !== 0)('gateway of another user in the home (needs root)', () => {
  it('is named with its PID and user in error, status and history, and is not touched', async () => {
    service = new ServiceUnderTest();
    const { sandbox, home } = service;
    const gateway = spawn(process.execPath, [sandbox.gatewayScript, 'gateway', 'run'], {
      env: { PATH: process.env['PATH'], HERMES_HOME: home },
      stdio: 'ignore',
    });
    const record = path.join(home, 'gateway.pid');
    await poll(() => attemptRead(record), { deadlineMs: DEADLINE_MS, what: 'the gateway of root' });
    // Everything but the process itself is accessible to the other user.
    for (const folder of [sandbox.path, home]) chmodSync(folder, 0o777);
    const state = path.join(sandbox.path, 'stranger');
    mkdirSync(state);
    chownSync(state, STRANGER, STRANGER);
    const command = JSON.stringify([process.execPath, sandbox.gatewayScript, 'gateway', 'run']);
    const env = { PATH: process.env['PATH'], HOME: state, XDG_STATE_HOME: state, XDG_RUNTIME_DIR: state };
    // The other user may have no way to the checkout.
    const [node, host] = copiedProgram().command;
    const cli = (...argv: string[]) => {
      const all = [host, ...argv, '--home', home, '--json'];
      const { stdout } = spawnSync(node, all, { env, uid: STRANGER, gid: STRANGER, encoding: 'utf8', timeout: 30_000 });
      return JSON.parse(stdout) as { error: { code: string; message: string; remedy: string }; status: Status };
    };
    try {
      const named = `PID ${gateway.pid}, user root`;
      const { error } = cli('install', '--gateway-command', command);
      expect(error).toMatchObject({ code: 'gateway-not-up', message: expect.stringContaining(named) });
      expect(error.remedy).toContain('As the user root');
      const { status } = cli('status');
      expect(status.problems).toMatchObject([{ code: 'launch-failed', message: expect.stringContaining(named), remedy: error.remedy }]);
      expect(readFileSync(path.join(state, 'hermes-gateway-service', status.service, 'history.jsonl'), 'utf8')).toContain(named);
      expect(gateway.exitCode).toBeNull();
    } finally {
      gateway.kill('SIGKILL');
      await endAll(() => processesBelow(state));
    }
  });
});

function attemptRead(file: string): boolean {
  try {
    return readFileSync(file, 'utf8') !== '';
  } catch {
    return false;
  }
}
