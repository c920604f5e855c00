// An agent runs our command line from below its own gateway. Nothing of it leaves the gateway stopped, or a command half done: real
// processes, and every command is a child of the gateway.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import { poll } from '../../src/model/poll.ts';
import type { Status } from '../../src/model/status.ts';
import {
  type Answer,
  agentRuns as agentOf,
  type Command,
  GATEWAY_WITH_SHELL,
  outsideLog,
  stopsGateway,
  tellAgent,
} from '../support/agent-shell.ts';
import { DEADLINE_MS, HOST_COMMAND } from '../support/sandbox.ts';
import { ServiceUnderTest } from '../support/service.ts';

const PATH_ONLY = { PATH: process.env['PATH'] ?? '' };

let service: ServiceUnderTest;
let before: Status;
const gatewayCommand = () => [process.execPath, GATEWAY_WITH_SHELL, service.sandbox.gatewayScript, 'gateway', 'run'];
beforeEach(async () => {
  service = new ServiceUnderTest();
  before = await service.install([], { gatewayCommand: gatewayCommand() });
});
afterEach(async () => {
  expect(await service.dispose(), 'gateways of one home at once').toBeLessThanOrEqual(1);
});

const agentRuns = (...commands: readonly Command[]) => agentOf(service.home, ...commands);
const ours = (...argv: readonly string[]): Command => ({ argv: [...HOST_COMMAND, '--json', ...argv] });
const document = (answer: Answer | undefined) => JSON.parse(answer?.stdout ?? '');
const outsideOutput = () => outsideLog(service.manager.logPath(service.identity));
const isUntouched = async () => {
  expect(await service.status()).toMatchObject({ phase: 'running', desired: 'running', gatewayPid: before.gatewayPid });
  expect(await service.ends()).toEqual([]);
};

describe('our command line below the gateway', () => {
  it('restarts the gateway from outside, and answers before the gateway waits for the agent', async () => {
    const [answer] = await agentRuns(ours('restart'));
    expect(answer?.code).toBe(EXIT.done);
    const { outside } = document(answer);
    expect(outside).toEqual({ service: service.identity.service, output: expect.stringMatching(/outside\.log$/) });
    await service.untilBack(before.gatewayPid);
    expect(await outsideOutput()).toMatch(/"ok":true.*\nExit code 0\.\n$/);
    expect(await service.ends()).toMatchObject([{ outcome: 'stopped' }]);
  });

  it.each([
    ['succeeds', 0],
    ['fails', 7],
  ])('runs the whole command of an update that %s while the gateway is stopped, and starts it again', async (_how, code) => {
    const proof = path.join(service.sandbox.path, 'proof');
    const script = `
      const fs = require('fs');
      setTimeout(() => {
        fs.appendFileSync(${JSON.stringify(proof)}, fs.existsSync(${JSON.stringify(path.join(service.home, 'gateway.pid'))}) + process.env.HERMES_HOME + process.env.HERMES_SUPERVISED_CHILD);
        process.exit(${code});
      }, 300);`;
    const [answer] = await agentRuns(ours('update', '--', process.execPath, '-e', script));
    expect(answer?.code).toBe(EXIT.done);
    await service.untilBack(before.gatewayPid);
    expect(await outsideOutput()).toMatch(code === 0 ? /Exit code 0\.\n$/ : /"code":"update-failed".*exit code 7.*\nExit code 1\.\n$/);
    // Once, without a gateway, as a process of nobody's gateway.
    expect(readFileSync(proof, 'utf8')).toBe(`false${service.home}undefined`);
    expect(service.sandbox.leftovers().filter(name => /update-|hold-/.test(name))).toEqual([]);
  });

  it.each(['stop', 'uninstall', 'supervise'])('refuses "%s" with a remedy before anything is changed', async verb => {
    const [answer] = await agentRuns(ours(verb));
    expect(answer?.code).toBe(EXIT.failed);
    expect(document(answer)).toMatchObject({ ok: false, error: { code: 'inside-gateway', remedy: expect.stringContaining('restart') } });
    await isUntouched();
  });

  it('keeps the gateway running through "stop; start" in one shell', async () => {
    const [stop, start] = await agentRuns(ours('stop'), ours('start'));
    expect(stop?.code).toBe(EXIT.failed);
    expect(document(start)).toMatchObject({ ok: true, status: { phase: 'running' } });
    await isUntouched();
  });

  it('installs from outside, and keeps the running gateway', async () => {
    const [answer] = await agentRuns(ours('install'));
    expect(document(answer)).toMatchObject({ ok: true, outside: { service: service.identity.service } });
    expect(await outsideOutput()).toMatch(/"phase":"running".*\nExit code 0\.\n$/);
    await isUntouched();
  });

  it.each(['status', 'doctor'])('answers "%s" as anywhere', async verb => {
    const [answer] = await agentRuns(ours(verb));
    expect(document(answer)).toMatchObject({ ok: true });
    await isUntouched();
  });

  it('recognizes the gateway by its parents where the agent removes the environment of the gateway', async () => {
    const { XDG_STATE_HOME = '', XDG_RUNTIME_DIR = '' } = process.env;
    const env = { ...PATH_ONLY, XDG_STATE_HOME, XDG_RUNTIME_DIR };
    const [answer] = await agentRuns({ argv: [...HOST_COMMAND, '--json', '--home', service.home, 'stop'], env });
    expect(document(answer)).toMatchObject({ error: { code: 'inside-gateway' } });
    await isUntouched();
  });

  it('recognizes the gateway by its environment where a parent has ended', async () => {
    const answered = path.join(service.sandbox.path, 'answer');
    const line = `("$@" >'${answered}.tmp'; mv '${answered}.tmp' '${answered}') & sleep 0.2`;
    // Waits until the shell above it has ended.
    const command = [
      '/bin/sh',
      '-c',
      'while [ "$(ps -o ppid= -p $PPID | tr -d " ")" -gt 1 ]; do sleep 0.1; done; exec "$@"',
      'sh',
      ...ours('stop').argv,
    ];
    await agentRuns({ argv: ['/bin/sh', '-c', line, 'sh', ...command] });
    await poll(() => existsSync(answered), { what: 'the answer', deadlineMs: DEADLINE_MS, everyMs: 20 });
    expect(JSON.parse(readFileSync(answered, 'utf8'))).toMatchObject({ error: { code: 'inside-gateway' } });
    await isUntouched();
  });

  it("stops another profile's gateway, which it does not run below", async () => {
    const other = service.sandbox.identity('other');
    await service.manager.install(other, service.sandbox.installOptions());
    const [answer] = await agentRuns(ours('stop', '--home', other.home));
    expect(document(answer)).toMatchObject({ ok: true, status: { phase: 'stopped' } });
    await isUntouched();
  });
});

describe("Hermes' own commands below the gateway", () => {
  const hermes = (script: string, verb: string, env: Readonly<Record<string, string>> = {}) =>
    tellAgent(service.home, {
      argv: [process.execPath, '--input-type=module', '-e', script, '--', 'gateway', verb],
      env: { ...PATH_ONLY, HERMES_HOME: service.home, ...env },
    });

  it('starts the gateway again after "gateway stop", because the agent could not', async () => {
    hermes(stopsGateway('setInterval(() => {}, 1_000);'), 'stop');
    expect(await service.untilBack(before.gatewayPid)).toMatchObject({ desired: 'running' });
    expect(await service.ends()).toMatchObject([{ outcome: 'stopped-from-outside' }]);
  });

  it('takes over from a "gateway restart" that becomes the gateway itself', async () => {
    const becomesGateway = `
      while (fs.existsSync(home + '/gateway.pid')) await new Promise(done => setTimeout(done, 20));
      process.argv = [process.argv[0], process.env.SAMPLE, 'gateway', 'run'];
      await import(process.env.SAMPLE);`;
    // A session of its own, as the shell of an agent has: it outlives the gateway.
    const script = stopsGateway(becomesGateway);
    const argv = ['setsid', process.execPath, '--input-type=module', '-e', script, '--', 'gateway', 'restart'];
    const { XDG_STATE_HOME = '' } = process.env;
    tellAgent(service.home, {
      argv,
      env: { ...PATH_ONLY, HERMES_HOME: service.home, SAMPLE: service.sandbox.gatewayScript, XDG_STATE_HOME },
    });
    const supervised = ({ phase, gatewayPid }: Status) => phase === 'running' && gatewayPid !== before.gatewayPid;
    await service.until('a supervised gateway', supervised);
    await poll(() => service.sandbox.hosts('run').length === 1 && service.gateways().length === 1, {
      what: 'one gateway',
      deadlineMs: DEADLINE_MS,
    });
    expect(await service.status()).toMatchObject({ phase: 'running', desired: 'running' });
  });
});

describe('a gateway that was started by hand', () => {
  it('is taken over by an installation from below it', async () => {
    await service.manager.uninstall(service.identity);
    const [program = '', ...args] = gatewayCommand();
    const byHand = spawn(program, args, { env: { ...process.env, HERMES_HOME: service.home }, stdio: 'ignore', detached: true });
    await poll(() => existsSync(path.join(service.home, 'gateway.pid')), { what: 'the gateway', deadlineMs: DEADLINE_MS, everyMs: 20 });
    const [answer] = await agentRuns(ours('install', '--gateway-command', JSON.stringify(gatewayCommand())));
    expect(document(answer)).toMatchObject({ ok: true, outside: { service: service.identity.service } });
    expect((await service.untilBack(byHand.pid)).mechanism).toBe('embedded');
    expect(await outsideOutput()).toMatch(/Exit code 0\.\n$/);
  });
});
