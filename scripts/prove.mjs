// Builds the project and runs a long proof or a benchmark: `node scripts/prove.mjs bench|kills|chaos|soak|hermes [options]`. The exit code is that
// of the proof. An interrupted proof ends the processes that it started.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import './plain-environment.mjs';

/** Each module exports a function with the name of the proof, which takes the arguments and resolves with the exit code. */
const PROOFS = {
  bench: '../test/bench/bench.ts',
  kills: '../test/chaos/kills.ts',
  chaos: '../test/chaos/chaos.ts',
  soak: '../test/chaos/soak.ts',
  hermes: '../test/hermes/hermes.ts',
};

const [name = '', ...args] = process.argv.slice(2);
const file = Object.entries(PROOFS).find(([known]) => known === name)?.[1];
if (file === undefined) throw new Error(`There is no proof "${name}". Choose one of ${Object.keys(PROOFS).join(', ')}.`);
// Standard output is reserved for the report.
execFileSync(process.execPath, [fileURLToPath(new URL('build.mjs', import.meta.url))], { stdio: ['ignore', 2, 2] });
// Vite only compiles the TypeScript: it serves and watches nothing.
const vite = await createServer({
  configFile: false,
  logLevel: 'warn',
  appType: 'custom',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, watch: null, ws: false },
});
const load = (/** @type {string} */ relative) => vite.ssrLoadModule(fileURLToPath(new URL(relative, import.meta.url)));
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    const { undoEverything } = await load('../test/support/interruption.ts');
    await undoEverything();
    process.exit(1);
  });
}
try {
  const proof = await load(file);
  process.exitCode = await proof[name](args);
} finally {
  await vite.close();
}
