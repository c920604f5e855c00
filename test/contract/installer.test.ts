// The host's verbs for the app's installer: the gateways are stopped while it replaces files, and started however it ends. The installer is
// a process that waits here; the real one is run by test/wine/installer.test.ts.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type InstallerPorts, remove } from '../../src/cli/installer.ts';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import { poll } from '../../src/model/poll.ts';
import { makeSurroundings, type Surroundings, sampleGateway } from '../support/embedded-harness.ts';
import { gatewayIdentityFor } from '../support/identity.ts';
import { MemoryManager } from '../support/memory-manager.ts';
import { runProgram } from '../support/program.ts';
import { updatePorts } from '../support/update-ports.ts';

describe('hold and release by an installer', () => {
  let surroundings: Surroundings;
  let installer: ChildProcess & { readonly pid: number };
  beforeEach(async () => {
    surroundings = makeSurroundings();
    fs.mkdirSync(path.join(surroundings.home, 'profiles/idle'), { recursive: true });
    installer = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1_000)'], { stdio: 'ignore' }) as typeof installer;
    expect(await run(...installArgs)).toMatchObject({ exit: EXIT.done });
  });
  afterEach(async () => {
    installer.kill('SIGKILL');
    for (const profile of ['default', 'idle']) expect(await run('uninstall', '--profile', profile)).toMatchObject({ exit: EXIT.done });
    expect(surroundings.files()).toEqual([]);
    surroundings.dispose();
  });

  const run = (...argv: readonly string[]) => runProgram(surroundings, ...argv);
  const installArgs = ['install', '--gateway-command', JSON.stringify(sampleGateway())];
  const ask = (verb: string, ...options: readonly string[]) => run('installer', verb, '--pid', String(installer.pid), ...options);
  const status = async (profile = 'default') => JSON.parse((await run('status', '--json', '--profile', profile)).out).status;
  const notes = () => {
    const file = path.join(surroundings.env.XDG_STATE_HOME, 'hermes-gateway-service');
    const names = fs.readdirSync(file, { recursive: true, encoding: 'utf8' }).filter(name => path.basename(name).startsWith('history'));
    return names.flatMap(name =>
      [...fs.readFileSync(path.join(file, name), 'utf8').matchAll(/"what":"([a-z-]*updat[a-z-]*)"/g)].map(([, what]) => what),
    );
  };

  it('stops the gateways that should run, and starts those again', async () => {
    expect(await run(...installArgs, '--profile', 'idle')).toMatchObject({ exit: EXIT.done });
    expect(await run('stop', '--profile', 'idle')).toMatchObject({ exit: EXIT.done });
    const before = await status();
    expect(await ask('hold', '--what', 'The app 2.0.0')).toMatchObject({ exit: EXIT.done, out: '' });
    expect(await status()).toMatchObject({ phase: 'held-for-update', desired: 'running' });
    expect(await ask('release', '--outcome', 'updated')).toMatchObject({ exit: EXIT.done });
    const after = await status();
    expect(after).toMatchObject({ phase: 'running' });
    expect(after.startedAt).not.toBe(before.startedAt);
    expect(await status('idle')).toMatchObject({ phase: 'stopped', desired: 'stopped' });
    expect(notes()).toEqual(['updated']);
  });

  it('records in the history that nothing was installed', async () => {
    await ask('hold');
    await ask('release', '--outcome', 'not-updated');
    expect(await status()).toMatchObject({ phase: 'running' });
    expect(notes()).toEqual(['not-updated']);
  });

  it('starts the gateways when the installer is killed', async () => {
    await ask('hold');
    installer.kill('SIGKILL');
    await once(installer, 'exit');
    await poll(async () => (await status()).phase === 'running', { what: 'the gateway to be back', deadlineMs: 20_000 });
  });

  it('keeps the hold of the app that started the installer', async () => {
    await ask('hold');
    const { pid } = installer;
    const second = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1_000)'], { stdio: 'ignore' });
    expect(await run('installer', 'hold', '--pid', String(second.pid))).toMatchObject({ exit: EXIT.done });
    expect(await run('installer', 'release', '--pid', String(second.pid), '--outcome', 'updated')).toMatchObject({ exit: EXIT.done });
    second.kill('SIGKILL');
    expect(await status()).toMatchObject({ phase: 'held-for-update' });
    expect(await run('installer', 'release', '--pid', String(pid), '--outcome', 'updated')).toMatchObject({ exit: EXIT.done });
    expect(await status()).toMatchObject({ phase: 'running' });
  });

  it('does nothing when there is nothing to hold, and leaves no file', async () => {
    await run('uninstall');
    expect(await ask('hold')).toMatchObject({ exit: EXIT.done });
    expect(await ask('release', '--outcome', 'updated')).toMatchObject({ exit: EXIT.done });
    expect(surroundings.files()).toEqual([]);
  });

  it('reports a gateway that does not start', async () => {
    await ask('hold');
    const definition = path.join(surroundings.env.XDG_STATE_HOME, 'hermes-gateway-service', (await status()).service, 'definition.json');
    const text = fs.readFileSync(definition, 'utf8');
    fs.writeFileSync(definition, text.replace('gateway.mjs', 'no-gateway.mjs'));
    expect(await ask('release', '--outcome', 'updated')).toMatchObject({
      exit: EXIT.failed,
      err: expect.stringContaining('did not start'),
    });
    fs.writeFileSync(definition, text);
  });

  it('removes everything of this user together with the app', async () => {
    expect(await run(...installArgs, '--profile', 'idle')).toMatchObject({ exit: EXIT.done });
    expect(await run('installer', 'remove', '--quiet')).toMatchObject({ exit: EXIT.done });
    expect(surroundings.files()).toEqual([]);
  });
});

describe('unknown requests to the host', () => {
  const surroundings = makeSurroundings();
  afterAll(() => surroundings.dispose());

  it.each([
    ['no verb', []],
    ['an unknown verb', ['destroy']],
    ['no process', ['hold']],
    ['an invalid process', ['hold', '--pid', 'all']],
    ['an invalid outcome', ['release', '--pid', '1', '--outcome', 'perhaps']],
    ['an unknown option', ['remove', '--force']],
  ])('answers a request with %s with exit code 2, by which an installer recognizes a host that is too old', async (_what, argv) => {
    expect(await runProgram(surroundings, 'installer', ...argv)).toMatchObject({ exit: EXIT.usage, out: '' });
  });
});

describe('removal of the app', () => {
  let folder: string;
  let manager: MemoryManager;
  let everyServiceGone: boolean;
  let asked: (readonly string[])[];
  const one: GatewayIdentity = gatewayIdentityFor('/homes');
  const other: GatewayIdentity = gatewayIdentityFor('/homes', 'work');
  beforeEach(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gateway-removal-'));
    everyServiceGone = false;
    asked = [];
    manager = new MemoryManager({ mechanisms: ['service', 'startup'], folder });
    await manager.install(one, { mechanism: 'service' });
    await manager.install(other, { mechanism: 'startup' });
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const ports = (isElevated: boolean, consents = true): InstallerPorts => ({
    identities: async () => [one, other],
    manager,
    updates: updatePorts(manager, folder),
    isElevated,
    removeWithConsent: async services => {
      asked.push(services);
      if (!consents) throw new GatewayServiceError('consent-declined');
    },
    removeServices: async () => {
      everyServiceGone = true;
    },
  });
  const mechanisms = async () => Promise.all([one, other].map(async identity => (await manager.status(identity)).mechanism));

  it('keeps a service when no consent may be asked for, and removes what needs no rights', async () => {
    expect(await remove(ports(false), { quiet: true, everyone: true })).toEqual([one.service]);
    expect(await mechanisms()).toEqual(['service', 'none']);
    expect(asked).toEqual([]);
    expect(everyServiceGone).toBe(false);
  });

  it('removes what was kept of a gateway that is turned off', async () => {
    await manager.uninstall(other);
    const removed = vi.spyOn(manager, 'uninstall');
    await remove(ports(true), { quiet: true, everyone: false });
    expect(removed.mock.calls.map(([of]) => of.profile)).toEqual([one.profile, other.profile]);
  });

  it('asks once for all services together', async () => {
    const third = gatewayIdentityFor('/homes', 'third');
    await manager.install(third, { mechanism: 'service' });
    const all = { ...ports(false), identities: async () => [one, other, third] };
    expect(await remove(all, { quiet: false, everyone: false })).toEqual([]);
    expect(asked).toEqual([[one.service, third.service]]);
    expect(await mechanisms()).toEqual(['none', 'none']);
  });

  it('keeps everything when consent is declined', async () => {
    await expect(remove(ports(false, false), { quiet: false, everyone: false })).rejects.toMatchObject({
      code: 'consent-declined',
      exit: 5,
    });
    expect(await mechanisms()).toEqual(['service', 'startup']);
  });

  it('keeps everything where a policy has the switch on, and asks for no consent', async () => {
    const status = async (of: GatewayIdentity) => ({ ...(await manager.status(of)), policy: { on: true } });
    const locked = { ...ports(false), manager: Object.assign(Object.create(manager) as MemoryManager, { status }) };
    await expect(remove(locked, { quiet: false, everyone: false })).rejects.toMatchObject({ code: 'managed', exit: 5 });
    expect(asked).toEqual([]);
    expect(await mechanisms()).toEqual(['service', 'startup']);
  });

  it('removes the services of every user with an app of every user', async () => {
    expect(await remove(ports(true), { quiet: true, everyone: true })).toEqual([]);
    expect(await mechanisms()).toEqual(['none', 'none']);
    expect(everyServiceGone).toBe(true);
  });

  it('keeps the services of other users when the app of one user is removed', async () => {
    expect(await remove(ports(true), { quiet: false, everyone: false })).toEqual([]);
    expect(everyServiceGone).toBe(false);
  });
});
