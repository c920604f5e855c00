// Builds the project and runs test/bench: `npm run bench [-- --json] [--only NAME] [--runs N]`. Exit code 1 when a target is missed.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

// Standard output belongs to the report.
execFileSync(process.execPath, [fileURLToPath(new URL('build.mjs', import.meta.url))], { stdio: ['ignore', 2, 2] });
// Vite only translates the TypeScript: nothing is served or watched.
const vite = await createServer({
  configFile: false,
  logLevel: 'warn',
  appType: 'custom',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, watch: null, ws: false },
});
try {
  const { bench } = await vite.ssrLoadModule(fileURLToPath(new URL('../test/bench/bench.ts', import.meta.url)));
  process.exitCode = await bench(process.argv.slice(2));
} finally {
  await vite.close();
}
