// Builds dist/: the engine, the CLI and the main process with tsc, the panel's page with Vite.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');

rmSync(path.join(root, 'dist'), { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '-p', path.join(root, 'tsconfig.build.json')], { stdio: 'inherit', cwd: root });

const cli = path.join(root, 'dist/src/cli/hermes-gateway.js');
if (existsSync(cli)) chmodSync(cli, 0o755);

if (existsSync(path.join(root, 'renderer/vite.config.ts'))) {
  // A test runner sets NODE_ENV to "test", with which React's development build would be bundled: what is tested is what users get.
  process.env['NODE_ENV'] = 'production';
  const { build } = await import('vite');
  await build({ root: path.join(root, 'renderer'), configFile: path.join(root, 'renderer/vite.config.ts'), logLevel: 'warn' });
}
