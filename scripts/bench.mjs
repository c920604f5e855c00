// Builds the project and runs test/bench: `npm run bench [-- --json] [--only NAME] [--runs N]`. Exit code 1 when a target is missed.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

// Standard output belongs to the report.
execFileSync(process.execPath, [fileURLToPath(new URL('build.mjs', import.meta.url))], { stdio: ['ignore', 2, 2] });
const { module } = await runnerImport(fileURLToPath(new URL('../test/bench/bench.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'warn',
});
process.exitCode = await module.bench(process.argv.slice(2));
