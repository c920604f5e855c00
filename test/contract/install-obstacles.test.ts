// What prevents the installation of a service for a profile: a default gateway that serves it, and Hermes' own services. Real
// processes and files; systemctl and launchctl are stand-ins with chosen output.
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gatewayIdentity, profileIdentity } from '../../src/gateway/home.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { hermesUnits } from '../../src/manager/hermes-units.ts';
import { installObstacles } from '../../src/manager/install-obstacles.ts';
import { embeddedManager } from '../../src/manager/system-manager.ts';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import { HOST_COMMAND, NOBODY, Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.dispose());

/** The user's folder is the sandbox; the control program prints `says`, exits with `code`, and records its arguments. */
function managerOf(platform: 'linux' | 'darwin', { says = '', code = 0, oneForAll = false } = {}) {
  const control = path.join(sandbox.path, 'control');
  writeFileSync(control, `#!/bin/sh\necho "$@" >> '${sandbox.path}/asked'\nprintf '${says}'\nexit ${code}\n`, { mode: 0o755 });
  const findUnit = hermesUnits({ platform, homedir: sandbox.path, control, systemUnits: path.join(sandbox.path, 'system') });
  return embeddedManager({
    stateRoot: sandbox.stateRoot,
    hostCommand: HOST_COMMAND,
    processes: posixProcesses,
    checkCommand: (_, override) => override ?? [],
    installObstacles: installObstacles({
      processes: posixProcesses,
      findUnit,
      locks: path.join(sandbox.path, 'locks'),
      servesAllProfiles: async () => oneForAll,
    }),
  });
}

function write(file: string, text: string): string {
  const full = path.join(sandbox.path, file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, text);
  return full;
}

const unitFor = (home: string) => `[Service]\nExecStart=/srv/python -m hermes_cli.main gateway run\nEnvironment="HERMES_HOME=${home}"\n`;
const agentFor = (home: string) =>
  `<plist><dict><key>ProgramArguments</key><array><string>/srv/python</string><string>gateway</string><string>run</string></array>
  <key>EnvironmentVariables</key><dict><key>HERMES_HOME</key><string>${home}</string></dict></dict></plist>`;
const RUNNING = 'ActiveState=active\\nSubState=running\\nUnitFileState=enabled\\n';

describe('gateway of a Hermes systemd unit', () => {
  it('reports the state of the unit and refuses an installation', async () => {
    const identity = sandbox.identity();
    const file = write('.config/systemd/user/hermes-gateway.service', unitFor(identity.home));
    const before = readFileSync(file, 'utf8');
    const manager = managerOf('linux', { says: RUNNING });
    const status = await manager.status(identity);
    expect(status).toMatchObject({ phase: 'not-installed', mechanism: 'none' });
    expect(status.problems).toMatchObject([{ code: 'kept-by-hermes', message: expect.stringContaining('active (running), enabled') }]);
    const refusal = { code: 'kept-by-hermes', message: expect.stringContaining('hermes-gateway.service') };
    await expect(manager.install(identity, sandbox.installOptions())).rejects.toMatchObject(refusal);
    await expect(manager.preview('install', identity, sandbox.installOptions())).rejects.toMatchObject(refusal);
    expect(sandbox.leftovers()).toEqual([]);
    expect(readFileSync(file, 'utf8')).toBe(before);
    // It was looked at, and nothing else.
    const asked = readFileSync(path.join(sandbox.path, 'asked'), 'utf8').trim().split('\n');
    for (const line of asked) expect(line).toMatch(/^--user show hermes-gateway\.service /);
  });

  it('recognizes the unit by the command that it starts, whatever its name, and by a link to the home', async () => {
    const identity = sandbox.identity();
    symlinkSync(identity.home, path.join(sandbox.path, 'link'));
    write('system/assistant.service', unitFor(path.join(sandbox.path, 'link')));
    const { problems } = await managerOf('linux', { says: RUNNING }).status(identity);
    expect(problems).toMatchObject([{ code: 'kept-by-hermes', message: expect.stringContaining('assistant.service') }]);
  });

  it('allows an installation when the unit is inactive, of another home, or starts something else', async () => {
    const identity = sandbox.identity();
    write('.config/systemd/user/hermes-gateway.service', unitFor('/elsewhere'));
    write('.config/systemd/user/hermes-dashboard.service', '[Service]\nExecStart=/srv/hermes dashboard\nEnvironment=HERMES_HOME=gateway\n');
    expect((await managerOf('linux', { says: RUNNING }).status(identity)).problems).toEqual([]);
    write('.config/systemd/user/hermes-gateway.service', unitFor(identity.home));
    const asleep = managerOf('linux', { says: 'ActiveState=inactive\\nSubState=dead\\nUnitFileState=disabled\\n' });
    expect((await asleep.status(identity)).problems).toEqual([]);
    expect(await asleep.install(identity, sandbox.installOptions())).toMatchObject({ phase: 'running', problems: [] });
  });

  it('reports the unit even when systemctl does not answer', async () => {
    const identity = sandbox.identity();
    write('.config/systemd/user/hermes-gateway.service', unitFor(identity.home));
    const { problems } = await managerOf('linux', { code: 1 }).status(identity);
    expect(problems).toMatchObject([{ code: 'kept-by-hermes', message: expect.stringContaining('unknown') }]);
  });
});

describe('gateway of a Hermes launchd agent', () => {
  it('reports the state of the agent and refuses an installation', async () => {
    const identity = sandbox.identity();
    write('Library/LaunchAgents/ai.hermes.gateway.plist', agentFor(identity.home));
    const manager = managerOf('darwin', { says: 'gui/501/ai.hermes.gateway = {\\n\\tstate = running\\n}\\n' });
    expect((await manager.status(identity)).problems).toMatchObject([
      { code: 'kept-by-hermes', message: expect.stringContaining('launchd ai.hermes.gateway: running') },
    ]);
    await expect(manager.install(identity, sandbox.installOptions())).rejects.toMatchObject({ code: 'kept-by-hermes' });
    expect((await managerOf('darwin', { code: 113 }).status(identity)).problems).toMatchObject([
      { message: expect.stringContaining('not loaded') },
    ]);
  });
});

describe('profile served by the default gateway', () => {
  let root: string;
  const profileOf = (name: string): GatewayIdentity => {
    mkdirSync(path.join(root, 'profiles', name), { recursive: true });
    return profileIdentity({ root, standard: false }, name);
  };
  const served = (pid: number, profiles: readonly string[]) => {
    const startTime = posixProcesses.startTime(pid) ?? null;
    const state = { pid, start_time: startTime, gateway_state: 'running', served_profiles: profiles };
    writeFileSync(path.join(root, 'gateway_state.json'), JSON.stringify(state));
  };
  beforeEach(() => {
    root = path.join(sandbox.path, 'h');
  });

  it('refuses an installation with an explanation as long as the default gateway serves the profile', async () => {
    const work = profileOf('work');
    const play = profileOf('play');
    served(process.pid, ['work']);
    const manager = managerOf('linux');
    expect((await manager.status(work)).problems).toMatchObject([{ code: 'profile-served' }]);
    await expect(manager.install(work, sandbox.installOptions())).rejects.toMatchObject({
      code: 'profile-served',
      message: expect.stringContaining(`PID ${process.pid}`),
    });
    expect(sandbox.leftovers()).toEqual([]);
    // Its neighbour, which is not served, and the default profile itself may have theirs.
    expect((await manager.status(play)).problems).toEqual([]);
    expect((await manager.status(gatewayIdentity({ root, standard: false }))).problems).toEqual([]);
    served(NOBODY, ['work']);
    expect((await manager.status(work)).problems).toEqual([]);
    expect(await manager.install(work, sandbox.installOptions())).toMatchObject({ phase: 'running' });
    served(process.pid, ['work']);
    expect((await manager.status(work)).problems).toMatchObject([{ code: 'service-superfluous' }]);
    expect(await manager.uninstall(work)).toMatchObject({ phase: 'not-installed' });
  });

  describe('in Hermes 0.22', () => {
    const hostRecord = (record: object) => {
      write('locks/host-gateway.json', JSON.stringify({ role: 'gateway', profiles: ['default', 'work'], home: root, ...record }));
    };
    const living = () => ({ pid: process.pid, startTime: posixProcesses.startTime(process.pid) });

    it('refuses an installation before anything is registered, and names the gateway that serves the profile', async () => {
      const work = profileOf('work');
      hostRecord(living());
      const manager = managerOf('linux');
      expect(await manager.status(work)).toMatchObject({
        phase: 'not-installed',
        servedBy: { profile: 'default', pid: process.pid },
        problems: [{ code: 'profile-served' }],
      });
      await expect(manager.install(work, sandbox.installOptions())).rejects.toMatchObject({ code: 'profile-served' });
      expect(sandbox.leftovers()).toEqual([]);
    });

    it('refuses the default profile too when the gateway of a named profile serves it', async () => {
      profileOf('play');
      hostRecord({ ...living(), home: path.join(root, 'profiles', 'play') });
      const identity = gatewayIdentity({ root, standard: false });
      await expect(managerOf('linux').install(identity, sandbox.installOptions())).rejects.toMatchObject({
        code: 'profile-served',
        message: expect.stringContaining(`that of "play", PID ${process.pid}`),
      });
    });

    it.each<[string, object]>([
      ['of a process that has ended', { pid: NOBODY, startTime: 1 }],
      ['of an earlier process with this PID', { pid: process.pid, startTime: 1 }],
      ['of another Hermes root', { ...living(), home: '/srv/hermes' }],
      ['that does not name the profile', { ...living(), profiles: ['default'] }],
      ['without a PID', { startTime: 1 }],
      ['whose profiles are no list', { ...living(), profiles: 'work' }],
    ])('ignores a record %s', async (_what, record) => {
      const work = profileOf('work');
      hostRecord(record);
      const manager = managerOf('linux');
      expect(await manager.status(work)).toMatchObject({ problems: [] });
      expect(await manager.install(work, sandbox.installOptions())).toMatchObject({ phase: 'running' });
    });

    it('refuses a named profile when no gateway runs, unless the profile is to have a gateway of its own', async () => {
      const work = profileOf('work');
      const manager = managerOf('linux', { oneForAll: true });
      await expect(manager.install(work, sandbox.installOptions())).rejects.toMatchObject({ code: 'profile-served' });
      expect(await manager.status(work)).toMatchObject({ phase: 'not-installed', servedBy: { profile: 'default' } });
      expect(sandbox.leftovers()).toEqual([]);
      writeFileSync(path.join(work.home, 'config.yaml'), 'gateway:\n  # standalone: false\n  standalone: true\n');
      expect(await manager.install(work, sandbox.installOptions())).toMatchObject({ phase: 'running' });
      expect((await manager.status(work)).servedBy).toBeUndefined();
    });

    it('hands a service over that an update made superfluous: it is removed, and that of the default profile is on', async () => {
      const work = profileOf('work');
      const main = gatewayIdentity({ root, standard: false });
      const manager = managerOf('linux');
      await manager.install(work, sandbox.installOptions());
      await manager.stop(work);
      // The gateway of the default profile has served both since the update; it ends when its own service takes over.
      hostRecord({ ...living(), home: root });
      const found = (await manager.examine(work)).find(({ problem }) => problem.code === 'service-superfluous');
      expect(found?.problem.message).toContain(`PID ${process.pid}`);
      const { repaired, left } = await manager.repair(work);
      expect(repaired.map(({ problem }) => problem.code)).toEqual(['service-superfluous']);
      expect(left).toMatchObject([{ problem: { code: 'profile-served' } }]);
      expect(await manager.status(work)).toMatchObject({ phase: 'not-installed', servedBy: { profile: 'default' } });
      expect(await manager.status(main)).toMatchObject({ mechanism: 'embedded', desired: 'running' });
    });

    it('waits for the end of a gateway that serves the profile, and starts its own then', async () => {
      const work = profileOf('work');
      const manager = embeddedManager({
        stateRoot: sandbox.stateRoot,
        hostCommand: HOST_COMMAND,
        processes: posixProcesses,
        checkCommand: (_, override) => override ?? [],
      });
      process.env['HERMES_GATEWAY_LOCK_DIR'] = path.join(sandbox.path, 'locks');
      try {
        hostRecord(living());
        await expect(manager.install(work, sandbox.installOptions())).rejects.toMatchObject({ code: 'profile-served' });
        expect(await manager.status(work)).toMatchObject({ phase: 'starting', problems: [{ code: 'service-superfluous' }] });
        expect(await manager.history(work)).toEqual([]);
        rmSync(path.join(sandbox.path, 'locks/host-gateway.json'));
        expect(await manager.start(work)).toMatchObject({ phase: 'running', problems: [] });
      } finally {
        delete process.env['HERMES_GATEWAY_LOCK_DIR'];
      }
    });
  });

  it('reports a bot that another gateway holds', async () => {
    const work = profileOf('work');
    const manager = managerOf('linux');
    const { gatewayPid } = await manager.install(work, sandbox.installOptions());
    const file = path.join(work.home, 'gateway_state.json');
    const state = JSON.parse(readFileSync(file, 'utf8')) as object;
    const telegram = { state: 'fatal', error_code: 'telegram-bot-token_lock', error_message: 'Telegram bot token already in use (PID 7).' };
    writeFileSync(file, JSON.stringify({ ...state, platforms: { telegram, discord: { state: 'connected' } } }));
    const { problems, phase } = await manager.status(work);
    expect({ phase, gatewayPid }).toMatchObject({ phase: 'running' });
    expect(problems).toMatchObject([{ code: 'bot-held', message: expect.stringContaining('telegram: Telegram bot token already in use') }]);
  });
});

describe('service of a missing profile', () => {
  it.each(['deleted', 'renamed'] as const)(
    'reports that the profile was %s, never creates the home again, and can be removed',
    async how => {
      const root = path.join(sandbox.path, 'h');
      const home = path.join(root, 'profiles', 'work');
      mkdirSync(home, { recursive: true });
      const work = profileIdentity({ root, standard: false }, 'work');
      const manager = managerOf('linux');
      const { gatewayPid } = await manager.install(work, sandbox.installOptions());
      process.kill(gatewayPid ?? 0, 'SIGKILL');
      if (how === 'deleted') mkdirSync(path.join(root, 'profiles', '.deleted', 'work'), { recursive: true });
      rmSync(home, { recursive: true, force: true });
      expect((await manager.status(work)).problems.map(({ code }) => code)).toContain('profile-gone');
      await expect(manager.start(work)).rejects.toMatchObject({
        code: 'gateway-not-up',
        message: expect.stringContaining('does not exist'),
      });
      expect(sandbox.gateways(home)).toEqual([]);
      expect(await manager.uninstall(work)).toMatchObject({ phase: 'not-installed' });
      expect(sandbox.leftovers()).toEqual([]);
    },
  );
});

describe('home that is a junction', () => {
  it('keeps one service for both paths of the home', async () => {
    const identity = sandbox.identity();
    const link = path.join(sandbox.path, 'junction');
    symlinkSync(identity.home, link);
    const other = gatewayIdentity({ root: link, standard: false });
    expect(other.service).toBe(identity.service);
    const manager = managerOf('linux');
    const { gatewayPid } = await manager.install(identity, sandbox.installOptions());
    expect(await manager.status(other)).toMatchObject({ phase: 'running', gatewayPid });
    expect(await manager.uninstall(other)).toMatchObject({ phase: 'not-installed' });
  });
});
