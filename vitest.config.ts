// The test runner's configuration. Suites are folders below test/, and the tests beside the examples; every suite that needs something the machine may lack says so by a counted skip.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'test/{unit,contract,acceptance,fuzz,chaos,renderer,wine,electron,windows}/**/*.test.ts',
      '{examples,integrations}/**/*.test.ts',
    ],
    reporters: ['./test/support/summary-reporter.ts'],
    globalSetup: ['test/support/build.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    setupFiles: ['test/support/worker.ts'],
    // Two for each of two processors, because most of the time is spent waiting for processes.
    maxWorkers: 4,
    retry: 0,
  },
});
