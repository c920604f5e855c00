// The test runner's configuration. Suites are folders below test/, and the tests beside the examples; every suite that needs something the
// machine may lack reports it by a counted skip. The project `fast` needs no build: what its tests import is the source.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const fast = ['test/{unit,fuzz}/**/*.test.ts'];
const built = [
  'test/{built,contract,acceptance,chaos,renderer,wine,electron,windows}/**/*.test.ts',
  '{examples,integrations}/**/*.test.ts',
];

export default defineConfig({
  test: {
    reporters: ['./test/support/summary-reporter.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    setupFiles: ['test/support/worker.ts'],
    // Two for each of two processors, because most of the time is spent waiting for processes.
    maxWorkers: 4,
    retry: 0,
    projects: [
      { extends: true, test: { name: 'fast', include: fast, isolate: false } },
      {
        extends: true,
        // The files of the Hermes app that the example brings; the app itself has "@" for its folder `src`.
        resolve: { alias: { '@': fileURLToPath(new URL('examples/hermes/src', import.meta.url)) } },
        test: { name: 'built', include: built, globalSetup: ['test/support/build.ts'] },
      },
    ],
  },
});
