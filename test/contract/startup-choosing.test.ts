// Which mechanism keeps a gateway: the better one by consent, the sign-in start where it was chosen, and never both or none, wherever a
// change was killed. Supervisor, runner and gateway are real; the service is a stand-in, whose consent a test gives or not.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isOwnSocket } from '../../src/control/pipe-address.ts';
import { type GatewayIdentity, gatewayIdentity } from '../../src/gateway/home.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { HostedManager } from '../../src/manager/hosted-manager.ts';
import { startupHost } from '../../src/mechanisms/startup-host.ts';
import type { FormerAutostart } from '../../src/migration/migration.ts';
import type { InstallOptions } from '../../src/model/manager.ts';
import { poll } from '../../src/model/poll.ts';
import { StateFolder, stateRoot } from '../../src/state/state-folder.ts';
import { makeSurroundings, PROGRAM, type Surroundings, sampleGateway } from '../support/embedded-harness.ts';
import { runProgram } from '../support/program.ts';
import { StandInService } from '../support/stand-in-service.ts';
import { FolderShell } from '../support/startup-shell.ts';

let surroundings: Surroundings;
let states: string;
let startup: string;
let shell: FolderShell;
let service: StandInService;
let manager: HostedManager;
let identity: GatewayIdentity;
let state: StateFolder;

function managerWith(former?: FormerAutostart): HostedManager {
  const trustsServer = async ({ pipe }: { pipe: string }) => isOwnSocket(pipe);
  const signIn = startupHost({
    hostCommand: [process.execPath, PROGRAM],
    stateRoot: states,
    processes: posixProcesses,
    shell,
    trustsServer,
  });
  return new HostedManager([service.host, signIn], {
    stateRoot: states,
    processes: posixProcesses,
    checkCommand: (_identity, override) => override ?? [],
    ...(former && { former }),
  });
}

const install = (options: InstallOptions = {}) =>
  manager.install(identity, { gatewayCommand: sampleGateway(), recovery: { delaysMs: [200, 400], resetMs: 60_000 }, ...options });
const entries = () => (fs.existsSync(startup) ? fs.readdirSync(startup) : []);
const copies = () => (fs.existsSync(path.join(states, 'host')) ? fs.readdirSync(path.join(states, 'host')) : []);
const status = () => manager.status(identity);

/** Only the service is installed and running: the end of every change, at the latest after the next run. */
async function expectService(): Promise<void> {
  await poll(async () => (await status()).phase === 'running', { what: 'the gateway', deadlineMs: 20_000 });
  expect(await status()).toMatchObject({
    mechanism: 'service',
    phase: 'running',
    desired: 'running',
    problems: [],
    servicePid: service.pid,
  });
  expect({ entries: entries(), copies: copies() }).toEqual({ entries: [], copies: [] });
  expect(fs.existsSync(state.supervisorLock)).toBe(false);
}

beforeEach(() => {
  surroundings = makeSurroundings();
  for (const [name, value] of Object.entries(surroundings.env)) vi.stubEnv(name, value);
  states = stateRoot(process.platform, process.env, os.homedir());
  startup = path.join(surroundings.folder, 'Startup');
  shell = new FolderShell(startup);
  service = new StandInService();
  manager = managerWith();
  identity = gatewayIdentity({ root: surroundings.home, standard: false });
  state = new StateFolder(path.join(states, identity.service));
});
afterEach(async () => {
  service.killedAt = undefined;
  await manager.uninstall(identity);
  vi.unstubAllEnvs();
  surroundings.dispose();
});

describe('choice of the mechanism', () => {
  it('chooses the service by default, and leaves nothing over when the consent is declined', async () => {
    service.consent = 'declined';
    await expect(install()).rejects.toMatchObject({ code: 'consent-declined' });
    expect(await status()).toMatchObject({ mechanism: 'none', phase: 'not-installed' });
    expect(surroundings.files()).toEqual([]);
    expect(entries()).toEqual([]);
  });

  it('never chooses the sign-in start by default, even without the rights for the service', async () => {
    service.consent = 'not to be asked for';
    await expect(install()).rejects.toMatchObject({ code: 'needs-administrator' });
    expect(entries()).toEqual([]);
  });

  it('previews the changes of the sign-in start, which needs no consent', async () => {
    const receipt = await manager.preview('install', identity, { gatewayCommand: sampleGateway(), mechanism: 'startup' });
    expect(receipt).toMatchObject({ mechanism: 'startup', elevated: false });
    const entry = receipt.rows.find(({ kind }) => kind === 'startup-entry');
    expect(entry).toMatchObject({ action: 'create', detail: expect.stringContaining('with a console window') });
    expect(entries()).toEqual([]);
  });

  it('keeps the sign-in start at a second installation without the rights for the service', async () => {
    service.consent = 'not to be asked for';
    const { gatewayPid } = await install({ mechanism: 'startup' });
    expect(await install()).toMatchObject({ mechanism: 'startup', phase: 'running', gatewayPid });
  });

  it('refuses the sign-in start when the service is installed', async () => {
    await install();
    await expect(install({ mechanism: 'startup' })).rejects.toMatchObject({ code: 'mechanism-in-charge' });
    await expectService();
  });

  it('refuses a mechanism that this system does not have', async () => {
    await expect(install({ mechanism: 'embedded' })).rejects.toMatchObject({ code: 'unsupported' });
  });
});

describe('change from the sign-in start to the service', () => {
  it('previews the change, and then runs only the service with another gateway', async () => {
    const { gatewayPid: before } = await install({ mechanism: 'startup' });
    const receipt = await manager.preview('install', identity, { gatewayCommand: sampleGateway(), mechanism: 'service' });
    expect(receipt).toMatchObject({ mechanism: 'service', elevated: true });
    expect(receipt.rows).toContainEqual(expect.objectContaining({ action: 'remove', kind: 'startup-entry' }));
    const { gatewayPid } = await install({ mechanism: 'service' });
    expect(gatewayPid).not.toBe(before);
    expect(posixProcesses.isAlive(before ?? 0)).toBe(false);
    await expectService();
  });

  it('replaces the sign-in start by the service when it is installed with the rights', async () => {
    await install({ mechanism: 'startup' });
    await install();
    await expectService();
  });

  it('changes nothing when the consent is declined', async () => {
    const { gatewayPid } = await install({ mechanism: 'startup' });
    service.consent = 'declined';
    await expect(install({ mechanism: 'service' })).rejects.toMatchObject({ code: 'consent-declined' });
    expect(await status()).toMatchObject({ mechanism: 'startup', phase: 'running', gatewayPid, problems: [] });
  });

  it('reports the service and the leftover mechanism after a kill at the registration, and completes the change by the next run', async () => {
    const { gatewayPid } = await install({ mechanism: 'startup' });
    service.killedAt = 'registered';
    await expect(install({ mechanism: 'service' })).rejects.toThrow();
    expect(await status()).toMatchObject({
      mechanism: 'service',
      phase: 'running',
      gatewayPid,
      problems: [{ code: 'mechanism-left-over' }],
    });
    service.killedAt = undefined;
    await install({ mechanism: 'service' });
    await expectService();
  });

  it('completes the change by the next run after a kill between the definition and the start', async () => {
    await install({ mechanism: 'startup' });
    service.registered = true;
    const definition = await state.definition();
    if (!definition) throw new Error('there is no definition');
    await state.writeDefinition({ ...definition, mechanism: 'service' });
    await poll(() => !fs.existsSync(state.supervisorLock), { what: 'the supervisor to stand down', deadlineMs: 20_000 });
    expect(await state.desired()).toMatchObject({ desired: 'running' });
    await install();
    await expectService();
  });

  it('completes the change by the next run after a kill at the start, and starts nothing at a sign-in in between', async () => {
    await install({ mechanism: 'startup' });
    service.killedAt = 'started';
    await expect(install({ mechanism: 'service' })).rejects.toThrow();
    expect(entries()).toHaveLength(1);
    service.killedAt = undefined;
    await poll(async () => (await status()).phase === 'running', { what: 'the gateway', deadlineMs: 20_000 });
    const { gatewayPid } = await status();
    // What Explorer does at sign-in.
    const { exit } = await runProgram(surroundings, 'supervise', '--service', identity.service);
    expect(exit).toBe(0);
    expect(await status()).toMatchObject({ mechanism: 'service', gatewayPid });
    await install();
    await expectService();
  });

  it('uninstalls everything after a kill in the middle of the change', async () => {
    await install({ mechanism: 'startup' });
    service.killedAt = 'started';
    await expect(install({ mechanism: 'service' })).rejects.toThrow();
    service.killedAt = undefined;
    expect(await manager.uninstall(identity)).toMatchObject({ mechanism: 'none', phase: 'not-installed' });
    expect({ entries: entries(), files: surroundings.files() }).toEqual({ entries: [], files: [] });
  });
});

describe('previous autostart of the gateway', () => {
  it('removes the previous autostart between registration and start, and restores it before the registration is removed', async () => {
    const seen: string[] = [];
    manager = managerWith({
      receipt: async verb => [{ action: verb === 'install' ? 'remove' : 'create', kind: 'task', target: 'Hermes_Gateway' }],
      takeOver: async () =>
        void seen.push(`taken over, entries: ${entries().length}, running: ${(await status()).gatewayPid !== undefined}`),
      restore: async () => {
        seen.push(`restored, entries: ${entries().length}, running: ${(await status()).gatewayPid !== undefined}`);
        return [];
      },
      problems: async () => [],
      examine: async () => [],
      present: async () => [],
      checkRights: async () => undefined,
      remember: async () => void seen.push(`remembered, entries: ${entries().length}`),
    });
    const { rows: shown } = await manager.preview('install', identity, { gatewayCommand: sampleGateway(), mechanism: 'startup' });
    expect(shown).toContainEqual({ action: 'remove', kind: 'task', target: 'Hermes_Gateway' });
    await install({ mechanism: 'startup' });
    await manager.uninstall(identity);
    expect(seen).toEqual(['remembered, entries: 0', 'taken over, entries: 1, running: false', 'restored, entries: 1, running: false']);
  });

  it('keeps the previous autostart when the consent was declined', async () => {
    const takeOver = vi.fn(async () => undefined);
    manager = managerWith({
      receipt: async () => [],
      problems: async () => [],
      examine: async () => [],
      present: async () => [],
      checkRights: async () => undefined,
      remember: async () => undefined,
      takeOver,
      restore: async () => [],
    });
    service.consent = 'declined';
    await expect(install()).rejects.toMatchObject({ code: 'consent-declined' });
    expect(takeOver).not.toHaveBeenCalled();
  });
});
