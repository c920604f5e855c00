// stop → update → start with real gateways: they are stopped during the command and started after it, however the command ends.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import type { GatewayManager } from '../../src/model/manager.ts';
import { poll } from '../../src/model/poll.ts';
import type { UpdatePorts } from '../../src/update/ports.ts';
import { runUpdateCommand, type UpdateCommandResult } from '../../src/update/update-command.ts';
import { DEADLINE_MS, endProcess, HOST_COMMAND, REPOSITORY } from '../support/sandbox.ts';
import { ServiceUnderTest } from '../support/service.ts';
import { updatePorts } from '../support/update-ports.ts';

let service: ServiceUnderTest;
let neighbour: GatewayIdentity;
beforeEach(async () => {
  service = new ServiceUnderTest();
  neighbour = service.sandbox.identity('neighbour');
});
afterEach(async () => {
  expect(await service.dispose(), 'gateways of one home at once').toBeLessThanOrEqual(1);
});

/** A command that writes down which gateways it finds running, then does what `then` says. */
function command(then = ''): string[] {
  const found = path.join(service.sandbox.path, 'found');
  const script = `
    const fs = require('fs');
    const alive = ${JSON.stringify([service.home, neighbour.home])}.filter(home => fs.existsSync(home + '/gateway.pid'));
    fs.writeFileSync(${JSON.stringify(found)}, JSON.stringify(alive));
    console.log('updating'); console.error('a warning');
    ${then}`;
  return [process.execPath, '-e', script];
}

const foundRunning = () => JSON.parse(readFileSync(path.join(service.sandbox.path, 'found'), 'utf8'));

async function update(argv: string[], ports: Partial<UpdatePorts> = {}): Promise<UpdateCommandResult & { output: string; said: string[] }> {
  let output = '';
  const said: string[] = [];
  const result = await runUpdateCommand(
    { ...updatePorts(service.manager, service.sandbox.stateRoot), ...ports },
    {
      identities: [service.identity, neighbour],
      command: argv,
      report: ({ message }) => said.push(message),
      output: chunk => {
        output += chunk;
      },
    },
  );
  return { ...result, output, said };
}

describe('update', () => {
  it('stops every gateway for the update, and resolves when all of them run again', async () => {
    const options = service.sandbox.installOptions();
    const before = [await service.install(), await service.manager.install(neighbour, options)];
    const { code, statuses, output, said } = await update(command());
    expect(code).toBe(0);
    expect(foundRunning()).toEqual([]);
    expect(statuses).toMatchObject([
      { phase: 'running', desired: 'running', restarts: { count: 0 } },
      { phase: 'running', desired: 'running', restarts: { count: 0 } },
    ]);
    expect(statuses.map(({ gatewayPid }) => gatewayPid)).not.toEqual(before.map(({ gatewayPid }) => gatewayPid));
    expect(output).toContain('updating\n');
    expect(output).toContain('a warning\n');
    expect(said.at(-1)).toBe('Waiting for the gateway to start');
  });

  it('reports the exit code of a failed or killed update, and starts the gateway again', async () => {
    await service.install();
    expect(await update(command('process.exitCode = 9'))).toMatchObject({ code: 9, statuses: [{ phase: 'running' }] });
    expect(await update(command("process.kill(process.pid, 'SIGKILL')"))).toMatchObject({ code: null, statuses: [{ phase: 'running' }] });
  });

  it('stops no gateway for a program that does not exist', async () => {
    const { gatewayPid } = await service.install();
    await expect(update(['/no/such/updater'])).rejects.toMatchObject({ code: 'update-program-missing' });
    expect(await service.manager.status(service.identity)).toMatchObject({ phase: 'running', gatewayPid });
  });

  it('ignores services that are not installed and gateways that the user has stopped', async () => {
    await service.install();
    await service.manager.stop(service.identity);
    expect(await update(command())).toMatchObject({ code: 0, statuses: [] });
    expect(await service.status()).toMatchObject({ phase: 'stopped' });
    expect(service.sandbox.processes()).toEqual([]);
  });

  it('does not begin when one gateway cannot be stopped, and starts the others again', async () => {
    const { gatewayPid } = await service.install();
    await service.manager.install(neighbour, service.sandbox.installOptions());
    const manager: GatewayManager = Object.assign(service.sandbox.manager(), {
      hold: (...[identity, why]: Parameters<GatewayManager['hold']>) =>
        identity.home === neighbour.home ? Promise.reject(new Error('it will not stop')) : service.manager.hold(identity, why),
    });
    await expect(update(command(), { manager })).rejects.toThrow('it will not stop');
    expect(existsSync(path.join(service.sandbox.path, 'found'))).toBe(false);
    await service.untilBack(gatewayPid);
  });

  it('starts the gateway after the end of the command whose updating program was killed, and not beside it', async () => {
    const { gatewayPid } = await service.install();
    const pidFile = path.join(service.sandbox.path, 'pid');
    const script = `
      const { embeddedManager } = await import(${JSON.stringify(`${REPOSITORY}dist/src/manager/system-manager.js`)});
      const { posixProcesses } = await import(${JSON.stringify(`${REPOSITORY}dist/src/gateway/process-start-time.js`)});
      const { runUpdateCommand } = await import(${JSON.stringify(`${REPOSITORY}dist/src/update/update-command.js`)});
      const manager = embeddedManager({
        stateRoot: ${JSON.stringify(service.sandbox.stateRoot)}, hostCommand: ${JSON.stringify(HOST_COMMAND)},
        processes: posixProcesses, checkCommand: (_, override) => override,
      });
      const stateRoot = ${JSON.stringify(service.sandbox.stateRoot)};
      const files = { inUse: async () => undefined };
      await runUpdateCommand({ stateRoot, processes: posixProcesses, files, manager }, {
        identities: [${JSON.stringify(service.identity)}],
        command: ${JSON.stringify(command('fs.writeFileSync("pid", String(process.pid)); setInterval(() => {}, 1_000)'))}, output: () => {},
      });`;
    const updater = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit', cwd: service.sandbox.path });
    const commandPid = await poll(() => existsSync(pidFile) && Number(readFileSync(pidFile, 'utf8')), {
      what: 'the update to begin',
      deadlineMs: DEADLINE_MS,
    });
    expect(service.gateways()).toEqual([]);
    endProcess(updater.pid ?? 0);
    await once(updater, 'exit');
    expect(await service.manager.start(service.identity)).toMatchObject({ phase: 'held-for-update', desired: 'running' });
    expect(service.gateways()).toEqual([]);
    endProcess(commandPid);
    expect(await service.untilBack(gatewayPid)).toMatchObject({ desired: 'running', restarts: { count: 0 } });
  });

  it('does not start a gateway during the update when the user requests a start', async () => {
    await service.install();
    const go = path.join(service.sandbox.path, 'go');
    const updating = update(command(`const t = setInterval(() => { if (fs.existsSync(${JSON.stringify(go)})) clearInterval(t); }, 10)`));
    await poll(() => existsSync(path.join(service.sandbox.path, 'found')), { what: 'the update to begin', deadlineMs: DEADLINE_MS });
    expect(await service.manager.start(service.identity)).toMatchObject({ phase: 'held-for-update' });
    expect(service.gateways()).toEqual([]);
    writeFileSync(go, '');
    expect(await updating).toMatchObject({ code: 0, statuses: [{ phase: 'running' }] });
  });
});
