// `npm run windows`: the acceptance criteria and the attacks against the real SCM of this Windows, one file after the other. Nothing else
// sets the variable by which the suite knows that it was asked for: it installs and removes real services.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const vitest = path.join(path.dirname(require.resolve('vitest/package.json')), 'vitest.mjs');
const args = [vitest, 'run', 'test/windows', '--no-file-parallelism', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, HERMES_GATEWAY_REAL_SCM: 'yes' } });
process.exitCode = status ?? 1;
