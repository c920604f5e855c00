// The patch of Hermes' own command line, applied to a copy of the installed package: runs the tests in the patch, and the patched
// `hermes gateway` with a stand-in that records its calls, and with the real hermes-gateway.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PROGRAM, sampleGateway } from '../../test/support/embedded-harness.ts';
import { resolveHermesPackage } from '../../test/support/hermes-package.ts';

const PATCH = fileURLToPath(new URL('hermes-agent-0.19.patch', import.meta.url));
const AS_ON_WINDOWS = fileURLToPath(new URL('as-on-windows.py', import.meta.url));
const VERBS = ['install', 'uninstall', 'start', 'stop', 'restart', 'status'];

const hermes = resolveHermesPackage('0.19');

describe.skipIf(!hermes.found)(
  hermes.found ? 'the patched hermes' : `the patched hermes (skipped: ${hermes.reason})`,
  { timeout: 120_000 },
  () => {
    let patched: string;
    let folder: string;
    beforeAll(() => {
      patched = mkdtempSync(path.join(tmpdir(), 'hermes-cli-'));
      if (hermes.found) copyPackage(hermes.packageFolder, patched);
      expect(run('git', ['apply', '--verbose', PATCH], { cwd: patched })).toMatchObject({ status: 0 });
    });
    afterAll(() => rmSync(patched, { recursive: true, force: true }));
    afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

    it('applies with patch -p1 without an offset or fuzz', () => {
      folder = mkdtempSync(path.join(tmpdir(), 'hermes-cli-plain-'));
      if (hermes.found) copyPackage(hermes.packageFolder, folder);
      const applied = run('patch', ['-p1', '--input', PATCH], { cwd: folder });
      expect(applied).toMatchObject({ status: 0, stdout: expect.not.stringMatching(/offset|fuzz/) });
      const file = 'hermes_cli/gateway_windows_service.py';
      expect(readFileSync(path.join(folder, file), 'utf8')).toBe(readFileSync(path.join(patched, file), 'utf8'));
    });

    it('passes the tests that the patch contains', () => {
      folder = mkdtempSync(path.join(tmpdir(), 'hermes-cli-tests-'));
      const tested = run(python(), ['-m', 'unittest', 'tests.hermes_cli.test_gateway_windows_service'], {
        cwd: patched,
        env: surroundings(),
      });
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
      const bin = path.join(folder, 'bin');
      mkdirSync(bin);
      mkdirSync(path.join(folder, 'run'), { mode: 0o700 });
      mkdirSync(path.join(folder, 'hermes'));
      writeFileSync(path.join(bin, 'hermes-gateway'), `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`, { mode: 0o755 });
      // Hermes looks into the state folder of Windows; on this system it has another name.
      const states = path.join(folder, 'state', 'hermes-gateway-service');
      mkdirSync(states, { recursive: true });
      symlinkSync(states, path.join(folder, 'HermesGatewayService'));
      const install = ['install', '--home', path.join(folder, 'hermes'), '--gateway-command', JSON.stringify(sampleGateway())];
      expect(run(path.join(bin, 'hermes-gateway'), install, { env: surroundings() })).toMatchObject({ status: 0 });
      try {
        expect(hermesGateway('status').stdout).toMatch(/HermesGateway-[0-9a-f]{8}.*running/is);
        expect(hermesGateway('stop').status).toBe(0);
        expect(hermesGateway('status').stdout).toMatch(/stopped/i);
        expect(hermesGateway('start').status).toBe(0);
        expect(hermesGateway('restart').status).toBe(0);
        expect(hermesGateway('status').stdout).toMatch(/running/i);
      } finally {
        expect(hermesGateway('uninstall')).toMatchObject({ status: 0, stdout: expect.stringContaining('nothing of it is left') });
      }
      expect(existsSync(states)).toBe(false);
    });

    const python = () => (hermes.found ? hermes.python : '');

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
        PYTHONDONTWRITEBYTECODE: '1',
      };
    }

    /** `hermes gateway <verb>`, as it is on Windows. */
    function hermesGateway(verb: string, packages = patched) {
      return run(python(), [AS_ON_WINDOWS, 'gateway', verb], { env: { ...surroundings(), PYTHONPATH: packages } });
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
  },
);

interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function run(program: string, args: readonly string[], { cwd, env }: RunOptions = {}) {
  return spawnSync(program, args, { encoding: 'utf8', ...(cwd && { cwd }), ...(env && { env }) });
}

/** Copies the Python files of the package, without its web pages. */
function copyPackage(from: string, to: string): void {
  const wanted = (source: string) => !/(__pycache__|web_dist|tui_dist)$/.test(source);
  cpSync(from, path.join(to, 'hermes_cli'), { recursive: true, filter: wanted });
}
