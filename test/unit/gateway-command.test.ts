// How a gateway is started, for both generations of Hermes, and in which environment.
import { describe, expect, it } from 'vitest';
import {
  type CommandSources,
  parseGatewayCommand,
  resolveGatewayCommand,
  servesAllProfiles,
  supportsExternalSupervisor,
  withExternalSupervisor,
} from '../../src/gateway/command.ts';
import { differingVariables, gatewayEnvironment } from '../../src/gateway/environment.ts';
import { gatewayIdentity } from '../../src/gateway/home.ts';

const ROOT = 'D:\\Ann & Bob\\hermes';
const windows = (profile?: string) =>
  gatewayIdentity({ root: ROOT, standard: true, ...(profile === undefined ? {} : { profile }) }, 'win32', folder => folder);
const linux = (profile?: string) =>
  gatewayIdentity({ root: '/h', standard: true, ...(profile === undefined ? {} : { profile }) }, 'linux', folder => folder);

const WINDOWS_LAUNCHER = `${ROOT}\\hermes-agent\\.hermes\\bin\\hermes.exe`;
const WINDOWS_PYTHON = `${ROOT}\\hermes-agent\\venv\\Scripts\\python.exe`;

function sources(platform: NodeJS.Platform, files: readonly string[], more: Partial<CommandSources> = {}): CommandSources {
  return { platform, env: {}, exists: file => files.includes(file), ...more };
}

describe('gateway command', () => {
  it('uses the launcher of the newer generation', () => {
    const found = resolveGatewayCommand(windows(), sources('win32', [WINDOWS_LAUNCHER, WINDOWS_PYTHON]));
    expect(found).toEqual({ argv: [WINDOWS_LAUNCHER, 'gateway', 'run'], cwd: ROOT, source: 'pm' });
    expect(resolveGatewayCommand(linux(), sources('linux', ['/h/hermes-agent/.hermes/bin/hermes'])).source).toBe('pm');
  });

  it('uses the console Python of the virtual environment of the classic generation', () => {
    expect(resolveGatewayCommand(windows(), sources('win32', [WINDOWS_PYTHON]))).toEqual({
      argv: [WINDOWS_PYTHON, '-m', 'hermes_cli.main', 'gateway', 'run'],
      cwd: ROOT,
      source: 'classic',
      venv: `${ROOT}\\hermes-agent\\venv`,
      repo: `${ROOT}\\hermes-agent`,
    });
    expect(resolveGatewayCommand(linux(), sources('linux', ['/h/hermes-agent/.venv/bin/python'])).venv).toBe('/h/hermes-agent/.venv');
  });

  it('falls back to the program on PATH, without the relative folders of PATH', () => {
    const env = { Path: '.;C:\\a b;D:\\tools' };
    const found = resolveGatewayCommand(windows(), sources('win32', ['hermes.exe', 'D:\\tools\\hermes.exe'], { env }));
    expect(found).toEqual({ argv: ['D:\\tools\\hermes.exe', 'gateway', 'run'], cwd: ROOT, source: 'path' });
    expect(resolveGatewayCommand(linux(), sources('linux', ['/b/hermes'], { env: { PATH: '/a::/b' } })).argv[0]).toBe('/b/hermes');
  });

  it('names a profile other than the default one, and starts in its home', () => {
    const found = resolveGatewayCommand(windows('work'), sources('win32', [WINDOWS_PYTHON]));
    expect(found.argv).toEqual([WINDOWS_PYTHON, '-m', 'hermes_cli.main', '--profile', 'work', 'gateway', 'run']);
    expect(found.cwd).toBe(`${ROOT}\\profiles\\work`);
  });

  it('never takes over from a running gateway', () => {
    expect(resolveGatewayCommand(windows('work'), sources('win32', [WINDOWS_LAUNCHER])).argv).not.toContain('--replace');
  });

  it('reports a missing command when no program is found', () => {
    expect(() => resolveGatewayCommand(linux(), sources('linux', []))).toThrow(
      expect.objectContaining({ code: 'gateway-command-missing' }),
    );
  });

  it('accepts another program and leaves its arguments unchanged unless it ends in "gateway run"', () => {
    const resolve = (override: readonly string[]) => resolveGatewayCommand(linux('work'), sources('linux', ['/x'], { override })).argv;
    expect(resolve(['/x', 'serve'])).toEqual(['/x', 'serve']);
    expect(resolve(['/x', 'a.js', 'gateway', 'run'])).toEqual(['/x', 'a.js', '--profile', 'work', 'gateway', 'run']);
    expect(resolve(['/x', '-p', 'play', 'gateway', 'run'])).toEqual(['/x', '-p', 'play', 'gateway', 'run']);
    expect(() => resolveGatewayCommand(linux(), sources('linux', [], { override: ['/gone'] }))).toThrow(/\/gone/);
  });
});

describe('--gateway-command', () => {
  it('accepts a JSON array whose first item is an absolute path', () => {
    expect(parseGatewayCommand('["/usr/bin/node","gateway.js",""]', 'linux')).toEqual(['/usr/bin/node', 'gateway.js', '']);
    expect(parseGatewayCommand('["C:\\\\x y\\\\node.exe"]', 'win32')).toEqual(['C:\\x y\\node.exe']);
  });

  it.each(['', 'node', '{}', '[]', '"x"', 'null', '["node"]', '["/x",1]', '["/x\\u0000"]', '[[]]'])('refuses %s', json => {
    expect(() => parseGatewayCommand(json, 'linux')).toThrow(expect.objectContaining({ code: 'gateway-command-invalid' }));
  });
});

describe('check for supervisor support', () => {
  const argv = ['/x', 'gateway', 'run'];

  it('runs "gateway run --help" and reads the flag from its output', async () => {
    const asked: (readonly string[])[] = [];
    const help = async (given: readonly string[]) => {
      asked.push(given);
      return 'usage: hermes gateway run [--external-supervisor]';
    };
    expect(await supportsExternalSupervisor(argv, help)).toBe(true);
    expect(asked).toEqual([['/x', 'gateway', 'run', '--help']]);
    expect(await supportsExternalSupervisor(argv, async () => 'usage: hermes gateway run [--force]')).toBe(false);
  });

  it('has no answer of a program that fails, prints nothing or takes too long, and a no of one that does not know the command', async () => {
    const exit = (code: number) => () => Promise.reject(Object.assign(new Error('failed'), { code }));
    expect(await supportsExternalSupervisor(argv, () => Promise.reject(new Error('no such file')))).toBeUndefined();
    expect(await supportsExternalSupervisor(argv, exit(1))).toBeUndefined();
    expect(await supportsExternalSupervisor(argv, async () => '')).toBeUndefined();
    expect(await supportsExternalSupervisor(argv, () => new Promise(() => undefined), { timeoutMs: 20 })).toBeUndefined();
    expect(await servesAllProfiles(argv, exit(1))).toBeUndefined();
    expect(await servesAllProfiles(argv, exit(2))).toBe(false);
    expect(await servesAllProfiles(argv, async () => '--multiplex')).toBe(true);
  });

  it('does not run a program that is not Hermes', async () => {
    const help = () => Promise.reject(new Error('must not be asked'));
    expect(await supportsExternalSupervisor(['/x', 'serve'], help)).toBe(false);
  });

  it('accepts a configured answer instead of the check', () => {
    const command = resolveGatewayCommand(linux('work'), sources('linux', ['/x'], { override: argv }));
    expect(withExternalSupervisor(command).argv).toEqual(['/x', '--profile', 'work', 'gateway', 'run', '--external-supervisor']);
  });
});

describe('environment of a gateway', () => {
  it('names the service of the gateway, and states that a supervisor watches it', () => {
    expect(gatewayEnvironment({ PATH: '/bin' }, linux('work'), { platform: 'linux' })).toEqual({
      PATH: '/bin',
      HERMES_HOME: '/h/profiles/work',
      PYTHONIOENCODING: 'utf-8',
      PYTHONUNBUFFERED: '1',
      HERMES_GATEWAY_DETACHED: '1',
      HERMES_SUPERVISED_CHILD: '1',
    });
  });

  it('keeps the default gateway from following the sticky profile of an old Hermes', () => {
    expect(gatewayEnvironment({}, linux(), { platform: 'linux' })).toMatchObject({ HERMES_HOME: '/h', HERMES_S6_SUPERVISED_CHILD: '1' });
  });

  it('adds the variables that the classic generation and a known supervisor need', () => {
    const options = { platform: 'win32', venv: 'D:\\v', repo: 'D:\\r', externalSupervisor: true } as const;
    expect(gatewayEnvironment({ PythonPath: 'D:\\mine' }, windows('work'), options)).toEqual({
      HERMES_HOME: `${ROOT}\\profiles\\work`,
      PYTHONIOENCODING: 'utf-8',
      PYTHONUNBUFFERED: '1',
      HERMES_GATEWAY_DETACHED: '1',
      HERMES_SUPERVISED_CHILD: '1',
      HERMES_GATEWAY_EXTERNAL_SUPERVISOR: '1',
      VIRTUAL_ENV: 'D:\\v',
      PYTHONPATH: 'D:\\r;D:\\mine',
    });
  });

  it.each([
    'ELECTRON_RUN_AS_NODE',
    'NODE_OPTIONS',
    'NODE_CHANNEL_FD',
    'VIRTUAL_ENV',
    'HERMES_PROFILE',
    'HERMES_SESSION_ID',
    'HERMES_KANBAN_TASK',
    'HERMES_UPDATE_HANDOFF_NONCE',
    '_HERMES_GATEWAY',
    'HERMES_DESKTOP',
  ])('removes %s from the environment of a gateway', name => {
    expect(gatewayEnvironment({ [name]: 'x' }, linux('work'), { platform: 'linux' })).not.toHaveProperty(name);
    const lower = name.toLowerCase();
    expect(gatewayEnvironment({ [lower]: 'x' }, windows('work'), { platform: 'win32' })).not.toHaveProperty(lower);
  });

  it.each(['HERMES_GIT_BASH_PATH', 'HERMES_GATEWAY_LOCK_DIR', 'NODE_EXTRA_CA_CERTS', 'HTTPS_PROXY', 'Path'])('keeps %s', name => {
    expect(gatewayEnvironment({ [name]: 'x' }, windows('work'), { platform: 'win32' })).toHaveProperty(name, 'x');
  });

  it('keeps each variable once on Windows, whatever the case of its name', () => {
    const names = Object.keys(gatewayEnvironment({ Hermes_Home: 'x', pythonIOencoding: 'y' }, windows('work'), { platform: 'win32' }));
    expect(new Set(names.map(name => name.toUpperCase())).size).toBe(names.length);
  });
});

it('two environments differ for a gateway by their values, but not by what a terminal or another program has set for itself', () => {
  const one = {
    PATH: '/bin',
    A_TOKEN: 'old',
    SAME: '1',
    SHLVL: '1',
    PWD: '/a',
    TERM: 'xterm',
    ELECTRON_RUN_AS_NODE: '1',
    HERMES_AGENT: '1',
  };
  const other = {
    PATH: '/usr/bin:/bin',
    A_TOKEN: 'new',
    SAME: '1',
    HTTPS_PROXY: 'http://proxy',
    HERMES_TIMEZONE: 'UTC',
    npm_config_a: 'b',
  };
  expect(differingVariables(one, other)).toEqual(['A_TOKEN', 'HERMES_TIMEZONE', 'HTTPS_PROXY', 'PATH']);
  expect(differingVariables(one, one)).toEqual([]);
});
