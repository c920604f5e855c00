// `npm run windows` tests the acceptance criteria and the attacks with the real SCM of this Windows, one file after the other. `--built` first
// builds the executables and tests them; `--installer` tests only the installer in build/out. Only this script sets the variable that
// enables the suite, because the suite installs and removes real services.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildHost } from './build-host.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const vitest = path.join(path.dirname(require.resolve('vitest/package.json')), 'vitest.mjs');
/** Outside of dist/, which every test run rebuilds. */
const HOST = path.join(root, '.cache', 'windows-host');

const args = process.argv.slice(2);
const built = args.includes('--built');
/** @type {NodeJS.ProcessEnv} */
const env = { ...process.env, HERMES_GATEWAY_REAL_SCM: 'yes' };
if (built) {
  await buildHost(HOST);
  env['HERMES_GATEWAY_PROGRAM'] = path.join(HOST, 'hermes-gateway.exe');
}
const installs = args.includes('--installer');
if (installs) {
  const out = path.join(root, 'build', 'out');
  const [installer] = readdirSync(out).filter(name => /setup.*\.exe$/i.test(name));
  if (installer === undefined) throw new Error(`There is no installer in ${out}. Run "npm run dist --prefix build" first.`);
  env['HERMES_GATEWAY_INSTALLER'] = path.join(out, installer);
}
const others = args.filter(arg => arg !== '--built' && arg !== '--installer');
// Results of an earlier run must not count for this one.
rmSync(path.join(root, 'test-results'), { recursive: true, force: true });
const suite = installs ? 'test/windows/installer.test.ts' : 'test/windows';
const run = [vitest, 'run', suite, '--no-file-parallelism', ...others];
const { status } = spawnSync(process.execPath, run, { stdio: 'inherit', cwd: root, env });
process.exitCode = status ?? 1;
