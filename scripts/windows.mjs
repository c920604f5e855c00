// @ts-check
// `npm run windows` tests the acceptance criteria and the attacks with the real SCM of this Windows: `--check` only tells what the machine is
// like, `--only NAME` runs the tests with that name, `--built` first builds the executables and tests them, `--installer` tests only the
// installer in build/out. Vite only compiles the TypeScript: it serves and watches nothing.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { buildHost } from './build-host.mjs';
import './plain-environment.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const vite = await createServer({
  root,
  configFile: false,
  logLevel: 'warn',
  appType: 'custom',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, watch: null, ws: false },
});
try {
  const { windows } = await vite.ssrLoadModule('/test/windows/windows.ts');
  process.exitCode = await windows(root, process.argv.slice(2), buildHost);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await vite.close();
}
