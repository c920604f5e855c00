// The patches of Hermes' own command line, each applied to a copy of the very version it is for: runs the tests beside the patches, and the
// patched `hermes gateway` with a stand-in that records its calls, and with the real hermes-gateway.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { poll } from '../../src/model/poll.ts';
import { PROGRAM, sampleGateway } from '../../test/support/embedded-harness.ts';
import { resolveHermesPackage } from '../../test/support/hermes-package.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const AS_ON_WINDOWS = path.join(HERE, 'as-on-windows.py');
const VERBS = ['install', 'uninstall', 'start', 'stop', 'restart', 'status'];
const VERSIONS = ['0.19.0', '0.22.2'].map(version => ({ version, hermes: resolveHermesPackage(version) }));

const patchFor = (version: string) => path.join(HERE, `hermes-agent-${version}.patch`);
const newModule = (version: string) =>
  /^diff .*gateway_windows_service\.py\n[\s\S]*?(?=^diff |\s*$(?![\s\S]))/m.exec(readFileSync(patchFor(version), 'utf8'))?.[0];

it('adds the same module to every version', () => {
  for (const { version } of VERSIONS) {
    expect(newModule(version)).toContain('def run_verb');
    expect(newModule(version)).toBe(newModule('0.22.2'));
  }
});

for (const { version, hermes } of VERSIONS) {
  const title = `the patched hermes ${version}`;
  if (hermes.found) describe(title, { timeout: 120_000 }, () => patchedHermes(version, hermes));
  else describe.skip(`${title} (skipped: ${hermes.reason})`, () => it('is tested', () => undefined));
}

function patchedHermes(version: string, { python, packageFolder }: { python: string; packageFolder: string }): void {
  let patched: string;
  let folder: string;
  beforeAll(() => {
    patched = copyPackage();
    expect(apply(patched)).toMatchObject({ status: 0, stdout: expect.stringContaining('is in:') });
  });
  afterAll(() => rmSync(patched, { recursive: true, force: true }));
  afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

  it('gets its patch whole, without an offset or fuzz, and loses it again', () => {
    folder = copyPackage();
    const before = pythonFiles(folder);
    const dryRun = run('patch', ['-p1', '--dry-run', '--fuzz=0', '--input', patchFor(version)], { cwd: folder });
    expect(dryRun).toMatchObject({ status: 0, stdout: expect.not.stringMatching(/offset|fuzz/) });
    expect(apply(folder, '--check')).toMatchObject({ status: 0, stdout: expect.stringContaining('fits') });
    expect(pythonFiles(folder)).toEqual(before);
    expect(apply(folder)).toMatchObject({ status: 0 });
    expect(apply(folder)).toMatchObject({ status: 0, stdout: expect.stringContaining('is there already') });
    expect(pythonFiles(folder)).toEqual(pythonFiles(patched));
    expect(run(python, ['-m', 'compileall', '-q', 'hermes_cli'], { cwd: folder })).toMatchObject({ status: 0 });
    expect(apply(folder, '--reverse')).toMatchObject({ status: 0 });
    expect(pythonFiles(folder)).toEqual(before);
  });

  it('stays as it is where one line does not fit, or the version is another', () => {
    folder = copyPackage();
    const file = path.join(folder, 'hermes_cli/gateway_windows.py');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('return is_task_registered() or', 'return bool(is_task_registered()) or'));
    const before = pythonFiles(folder);
    expect(apply(folder)).toMatchObject({ status: 1, stderr: expect.stringContaining('does not fit') });
    expect(pythonFiles(folder)).toEqual(before);
    writeFileSync(path.join(folder, 'hermes_cli/__init__.py'), `__version__ = '0.20.1'\n`);
    expect(apply(folder)).toMatchObject({ status: 1, stderr: expect.stringContaining('There is no patch for Hermes 0.20.1') });
    expect(existsSync(path.join(folder, 'hermes_cli/gateway_windows_service.py'))).toBe(false);
  });

  it('passes the tests beside the patches', () => {
    folder = mkdtempSync(path.join(tmpdir(), 'hermes-cli-tests-'));
    const env = { ...surroundings(), PYTHONPATH: `${patched}:${HERE}` };
    const tested = run(python, ['-m', 'unittest', 'test_gateway_windows_service'], { cwd: folder, env });
    expect(tested).toMatchObject({ status: 0, stderr: expect.stringMatching(/Ran \d+ tests[\s\S]*OK/) });
  });

  it('passes every verb and the home to the program of the service', () => {
    const asked = standIn();
    define();
    for (const verb of VERBS) expect(hermesGateway(verb)).toMatchObject({ status: 0, stdout: expect.stringContaining(`did ${verb}`) });
    expect(asked()).toEqual(VERBS.map(verb => `--home ${path.join(folder, 'hermes')} ${verb}`));
  });

  it('does not call it where the profile has no service', () => {
    const asked = standIn();
    expect(hermesGateway('status')).toMatchObject({ status: 0, stdout: expect.stringContaining('Gateway is not running') });
    expect(hermesGateway('stop')).toMatchObject({ status: 0, stdout: expect.stringContaining('No gateway running for this profile') });
    expect(asked()).toEqual([]);
  });

  if (version !== '0.19.0')
    it('migrates to one gateway and leaves the gateway of a service running', async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'hermes-cli-migration-'));
      const work = path.join(folder, 'hermes/profiles/work');
      installProgram();
      mkdirSync(work, { recursive: true });
      for (const home of [path.join(folder, 'hermes'), work]) writeFileSync(path.join(home, 'config.yaml'), '');
      const service = (verb: string, ...options: string[]) =>
        run(path.join(folder, 'bin/hermes-gateway'), [verb, '--home', work, ...options], { env: surroundings() });
      expect(
        service('install', '--gateway-command', JSON.stringify([python, '-m', 'hermes_cli.main', 'gateway', 'run', '--force'])),
      ).toMatchObject({ status: 0 });
      const gatewayPid = () => JSON.parse(service('status', '--json').stdout).status.gatewayPid;
      try {
        const pidFile = path.join(work, 'gateway.pid');
        await poll(() => existsSync(pidFile), { deadlineMs: 60_000, what: 'the gateway to write its PID' });
        const pid = gatewayPid();
        expect(hermesGateway(['migrate', '--dry-run'], '').stdout).toContain(`work: stop pid ${pid}`);
        const migrated = hermesGateway(['migrate', '--multiplex', '--yes']);
        expect(migrated).toMatchObject({ status: 1, stdout: expect.stringContaining("Profile 'work' is kept running by the service") });
        expect(gatewayPid()).toBe(pid);
      } finally {
        expect(service('uninstall')).toMatchObject({ status: 0 });
      }
    });

  it('does what it does without the patch where hermes-gateway is absent', () => {
    folder = mkdtempSync(path.join(tmpdir(), 'hermes-cli-absent-'));
    mkdirSync(path.join(folder, 'hermes'));
    define();
    for (const verb of ['status', 'stop', 'uninstall', 'status']) {
      const { status, stdout } = hermesGateway(verb, '');
      expect(hermesGateway(verb)).toMatchObject({ status, stdout });
    }
  });

  it('does not call it without the patch', () => {
    const asked = standIn();
    define();
    expect(hermesGateway('status', '')).toMatchObject({ status: 0, stdout: expect.stringContaining('Gateway is not running') });
    expect(asked()).toEqual([]);
  });

  it('exits with 1 and a message where the service failed', () => {
    standIn(7);
    define();
    expect(hermesGateway('start')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('hermes-gateway start failed (exit code 7)'),
    });
  });

  it('installs, stops, starts, restarts and uninstalls with the real hermes-gateway', () => {
    folder = mkdtempSync(path.join(tmpdir(), 'hermes-cli-real-'));
    const states = installProgram();
    const install = ['install', '--home', path.join(folder, 'hermes'), '--gateway-command', JSON.stringify(sampleGateway())];
    expect(run(path.join(folder, 'bin/hermes-gateway'), install, { env: surroundings() })).toMatchObject({ status: 0 });
    try {
      expect(hermesGateway('status').stdout).toMatch(/HermesGateway-[0-9a-f]{8}.*running/is);
      expect(hermesGateway('stop').status).toBe(0);
      expect(hermesGateway('status').stdout).toMatch(/stopped/i);
      expect(hermesGateway('start').status).toBe(0);
      expect(hermesGateway('restart').status).toBe(0);
      expect(hermesGateway('status').stdout).toMatch(/running/i);
    } finally {
      expect(hermesGateway('uninstall')).toMatchObject({ status: 0, stdout: expect.stringContaining('was removed') });
    }
    expect(existsSync(states)).toBe(false);
  });

  /** Variables that keep all files of Hermes and hermes-gateway in the folder of the test. */
  function surroundings(): Record<string, string> {
    return {
      PATH: `${path.join(folder, 'bin')}:${process.env['PATH']}`,
      LANG: 'C.UTF-8',
      HOME: folder,
      LOCALAPPDATA: folder,
      APPDATA: folder,
      HERMES_HOME: path.join(folder, 'hermes'),
      XDG_STATE_HOME: path.join(folder, 'state'),
      XDG_RUNTIME_DIR: path.join(folder, 'run'),
      PYTHONPYCACHEPREFIX: path.join(patched, 'pyc'),
    };
  }

  /** Puts the real hermes-gateway on the PATH; returns the folder of its state folders, which Hermes sees where it is on Windows. */
  function installProgram(): string {
    mkdirSync(path.join(folder, 'bin'));
    mkdirSync(path.join(folder, 'run'), { mode: 0o700 });
    mkdirSync(path.join(folder, 'hermes'));
    const script = `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`;
    writeFileSync(path.join(folder, 'bin/hermes-gateway'), script, { mode: 0o755 });
    const states = path.join(folder, 'state', 'hermes-gateway-service');
    mkdirSync(states, { recursive: true });
    symlinkSync(states, path.join(folder, 'HermesGatewayService'));
    return states;
  }

  /** `hermes gateway <verb>`, as it is on Windows. */
  function hermesGateway(verb: string | readonly string[], packages = patched) {
    return run(python, [AS_ON_WINDOWS, 'gateway', ...[verb].flat()], { env: { ...surroundings(), PYTHONPATH: packages } });
  }

  /** Writes a definition for the present home, as a service does. */
  function define(): void {
    const service = path.join(folder, 'HermesGatewayService', 'HermesGateway-0123abcd');
    mkdirSync(service, { recursive: true });
    writeFileSync(path.join(service, 'definition.json'), JSON.stringify({ home: path.join(folder, 'hermes') }));
  }

  /** Puts a program on the PATH that records its calls; returns a function that reads them. */
  function standIn(exit = 0): () => string[] {
    folder = mkdtempSync(path.join(tmpdir(), 'hermes-cli-stand-in-'));
    const notes = path.join(folder, 'asked');
    mkdirSync(path.join(folder, 'bin'));
    mkdirSync(path.join(folder, 'hermes'));
    const script = `#!/bin/sh\necho "$*" >>'${notes}'\nfor verb; do :; done\necho "did $verb"\nexit ${exit}\n`;
    writeFileSync(path.join(folder, 'bin', 'hermes-gateway'), script, { mode: 0o755 });
    return () => (existsSync(notes) ? readFileSync(notes, 'utf8').trim().split('\n') : []);
  }

  /** Runs apply.py with the Hermes of a folder. */
  function apply(root: string, ...options: string[]) {
    return run(python, [path.join(HERE, 'apply.py'), ...options], {
      env: { PATH: process.env['PATH'] ?? '', PYTHONPATH: root, PYTHONDONTWRITEBYTECODE: '1' },
    });
  }

  /** Copies the Python files of the package, without its web pages. */
  function copyPackage(): string {
    const copy = mkdtempSync(path.join(tmpdir(), 'hermes-cli-'));
    const wanted = (source: string) => !/(__pycache__|web_dist|tui_dist)$/.test(source);
    cpSync(packageFolder, path.join(copy, 'hermes_cli'), { recursive: true, filter: wanted });
    return copy;
  }
}

/** The text of every Python file below a folder, by its path. */
function pythonFiles(root: string): Record<string, string> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.py'));
  return Object.fromEntries(names.map(name => [name, readFileSync(path.join(root, name), 'utf8')]));
}

interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function run(program: string, args: readonly string[], { cwd, env }: RunOptions = {}) {
  return spawnSync(program, args, { encoding: 'utf8', ...(cwd && { cwd }), ...(env && { env }) });
}
