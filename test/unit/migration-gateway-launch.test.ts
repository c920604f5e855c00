// What starts a gateway, and whose: samples of every generation of Hermes, and of what only resembles them.
import { describe, expect, it } from 'vitest';
import {
  commandOf,
  gatewayLaunch,
  homeOfLauncher,
  isHermesName,
  launchedService,
  readLauncher,
  scriptOf,
} from '../../src/migration/gateway-launch.ts';
import { cmdEntry, cmdLauncher, jsEntry, jsLauncher, launcherOf, pythonOf, vbsEntry, vbsLauncher } from '../support/hermes-autostarts.ts';

const HOME = 'C:\\Users\\Jo Ünal 方舟\\AppData\\Local\\hermes';
const PYTHON = pythonOf(HOME);
const HERMES = `${HOME}\\hermes-agent\\.hermes\\bin\\hermes.exe`;

describe('command of an autostart', () => {
  it.each<[string, readonly string[], Readonly<Record<string, string>>, object]>([
    ['of the classic generation', [PYTHON, '-m', 'hermes_cli.main', 'gateway', 'run'], {}, {}],
    ['with a profile', [PYTHON, '-m', 'hermes_cli.main', '--profile', 'work', 'gateway', 'run'], {}, { profile: 'work' }],
    ['with a profile behind its verb', ['hermes.exe', 'gateway', 'run', '-p', 'work'], {}, { profile: 'work' }],
    ['with a profile and an equals sign', ['hermes', '--profile=work', 'gateway'], {}, { profile: 'work' }],
    ['of the newer generation', [HERMES, 'gateway', 'run', '--external-supervisor'], {}, {}],
    ['whose bootstrap is in it', ['C:\\store\\python3.12.exe', '-I', '-c', 'import hermes_boot', 'gateway', 'run'], {}, {}],
    ['by an old pythonw', ['C:\\venv\\pythonw.exe', '-m', 'hermes_cli.main', 'gateway', 'run', '--replace'], {}, {}],
    ['with a home of its own', [HERMES, 'gateway', 'run'], { hermes_home: ' D:\\h ' }, { home: 'D:\\h' }],
  ])('recognizes a command %s as the start of a gateway', (_what, argv, env, launch) => {
    expect(gatewayLaunch(argv, env)).toEqual(launch);
  });

  it.each<[string, readonly string[]]>([
    ['stops one', ['hermes', 'gateway', 'stop']],
    ['asks for its status', [PYTHON, '-m', 'hermes_cli.main', 'gateway', 'status']],
    ['starts the desktop backend', ['hermes', 'serve', '--port', '0']],
    ['updates Hermes', ['hermes', 'update', '--gateway']],
    ['is another module', [PYTHON, '-m', 'http.server', 'gateway', 'run']],
    ['is another program', ['C:\\other\\gateway.exe', 'gateway', 'run']],
    ['is nothing', []],
  ])('does not recognize a command that %s as the start of a gateway', (_what, argv) => {
    expect(gatewayLaunch(argv, {})).toBeUndefined();
  });

  it('splits a command with its program in quotes or not', () => {
    const args = ['-m', 'hermes_cli.main', 'gateway', 'run'];
    expect(commandOf(`"${PYTHON}"`, args.join(' '))).toEqual([PYTHON, ...args]);
    expect(commandOf(PYTHON, args.join(' '))).toEqual([PYTHON, ...args]);
  });
});

describe('service that a launch belongs to', () => {
  const owner = { platform: 'win32', env: { LOCALAPPDATA: 'C:\\Users\\jo\\AppData\\Local' }, homedir: 'C:\\Users\\jo' } as const;
  const standard = 'C:\\Users\\jo\\AppData\\Local\\hermes';
  it.each<[string, object, string]>([
    ['of the standard home, where it names none', {}, 'HermesGateway'],
    ['of the standard home, however it is spelled', { home: 'c:/users/JO/appdata/local/hermes/' }, 'HermesGateway'],
    ['of its profile', { home: standard, profile: 'work' }, 'HermesGateway-work'],
    ['of its profile, where the home is the profile’s', { home: `${standard}\\profiles\\work` }, 'HermesGateway-work'],
    ['of its profile, where both are said', { home: `${standard}\\profiles\\work`, profile: 'work' }, 'HermesGateway-work'],
  ])('assigns a launch to the service %s', (_what, launch, service) => {
    expect(launchedService(launch, owner)).toBe(service);
  });

  it('assigns a launch with a separate home elsewhere to its service, and to none when the home is not a path or the profile not a name', () => {
    expect(launchedService({ home: 'D:\\hermes' }, owner)).toMatch(/^HermesGateway-[0-9a-f]{8}$/);
    expect(launchedService({ home: 'D:\\hermes' }, owner)).not.toBe(launchedService({ home: 'D:\\other' }, owner));
    expect(launchedService({ home: 'hermes' }, owner)).toBeUndefined();
    expect(launchedService({ profile: '../x' }, owner)).toBeUndefined();
  });

  it('uses the home set by the user when the command sets none', () => {
    const elsewhere = { ...owner, readUserEnvironment: () => 'D:\\hermes' };
    expect(launchedService({}, elsewhere)).toBe(launchedService({ home: 'D:\\hermes' }, owner));
  });
});

describe('launcher', () => {
  const argv = (profile?: string) => [PYTHON, '-m', 'hermes_cli.main', ...(profile ? ['--profile', profile] : []), 'gateway', 'run'];
  it.each<[string, (home: string, profile?: string) => string]>([
    ['a.vbs', vbsLauncher],
    ['a.js', jsLauncher],
    ['a.cmd', cmdLauncher],
  ])('reads the home and the command from the launcher %s', (name, write) => {
    for (const profile of [undefined, 'work']) {
      const { env, commands } = readLauncher(write(HOME, profile), name);
      expect(env).toMatchObject({ HERMES_HOME: HOME, PYTHONIOENCODING: 'utf-8' });
      expect(commands).toEqual([argv(profile)]);
    }
  });

  it.each<[string, (launcher: string) => string, string]>([
    ['e.vbs', vbsEntry, 'Hermes_Gateway.vbs'],
    ['e.js', jsEntry, 'Hermes_Gateway.js'],
    ['e.cmd', cmdEntry, 'Hermes_Gateway.cmd'],
    ['what was left of a write.tmp', vbsEntry, 'Hermes_Gateway.vbs'],
    ['what was left of another write.tmp', jsEntry, 'Hermes_Gateway.js'],
  ])('finds a launcher through the Startup entry %s', (name, write, fileName) => {
    const launcher = launcherOf(HOME, fileName);
    const { commands } = readLauncher(write(launcher), name);
    expect(commands.map(scriptOf)).toEqual([launcher]);
    expect(homeOfLauncher(launcher)).toBe(HOME);
  });

  it('ignores a launcher in another place or with another name', () => {
    expect(homeOfLauncher(`${HOME}\\Hermes_Gateway.vbs`)).toBeUndefined();
    expect(homeOfLauncher(launcherOf(HOME, 'other.vbs'))).toBeUndefined();
  });

  it('recognizes the names that Hermes gives to launchers', () => {
    const names = ['Hermes_Gateway', 'hermes_gateway_work.vbs', 'Hermes_Gateway_0a1b2c3d', 'Hermes_Gateway.tmp'];
    expect(names.filter(isHermesName)).toEqual(names);
    expect(['Hermes_GatewayX', 'Hermes Gateway Service.lnk', 'My_Hermes_Gateway'].filter(isHermesName)).toEqual([]);
  });
});
