// The last line of a test run: nothing that broke, was skipped or never ran gets lost on the way into it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const reporter = path.join(checkout, 'test/support/summary-reporter.ts');

describe('end of a test run', { timeout: 60_000 }, () => {
  let folder: string;
  beforeEach(() => {
    const results = path.join(checkout, 'test-results');
    mkdirSync(results, { recursive: true });
    // Below the checkout, so that the tests in it find vitest.
    folder = mkdtempSync(path.join(results, 'run-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function run(tests: string): { lines: string[]; status: number | null } {
    writeFileSync(path.join(folder, 'a.test.ts'), `import { beforeAll, describe, it } from 'vitest';\n${tests}`);
    // A configuration of its own: that of the project would build it.
    writeFileSync(path.join(folder, 'vitest.config.mjs'), `export default { test: { reporters: [${JSON.stringify(reporter)}] } };`);
    const { stdout, status } = spawnSync(process.execPath, [vitest, 'run', '--root', folder], {
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
    return { lines: stdout.trimEnd().split('\n'), status };
  }

  it.each([
    ['what passed', `it('a', () => {}); it('b', () => {});`, '2 passed, 0 failed, 0 skipped', 0],
    ['what failed', `it('a', () => {}); it('b', () => { throw new Error('b'); });`, '1 passed, 1 failed, 0 skipped', 1],
    ['a file that cannot be loaded', `throw new Error('broken');`, '0 passed, 1 failed, 0 skipped', 1],
    [
      'an error that no test caught',
      `it('a', async () => { void Promise.reject(new Error('lost')); await new Promise(setImmediate); });`,
      '1 passed, 1 failed, 0 skipped',
      1,
    ],
  ])('counts %s', (_what, tests, last, status) => {
    const ended = run(tests);
    expect(ended.lines.at(-1)).toBe(last);
    expect(ended.status).toBe(status);
  });

  it('counts a suite whose preparation failed', () => {
    const ended = run(`describe('s', () => { beforeAll(() => { throw new Error('not ready'); }); it('a', () => {}); });`);
    expect(ended.lines.at(-1)).toMatch(/^0 passed, [1-9]\d* failed, \d+ skipped$/);
    expect(ended.status).toBe(1);
  });

  it('counts the tests of a skipped suite inside another as skipped, by the outer reason', () => {
    const { lines, status } = run(`
      describe.skip('service (skipped: needs Wine)', () => {
        describe.skip('installer (skipped: needs makensis)', () => { it('a', () => {}); });
      });`);
    expect(lines.slice(lines.indexOf('Skipped here'))).toEqual(['Skipped here', '    1  needs Wine', '', '0 passed, 0 failed, 1 skipped']);
    expect(status).toBe(0);
  });

  it('groups skipped tests by what they need, and reports those without a reason', () => {
    const { lines } = run(`
      it('works', () => {});
      describe.skip('panel (skipped: needs a browser (any))', () => { it('a', () => {}); it('b', () => {}); });
      it('c', context => context.skip('needs a disk'));
      it.skip('d', () => {});`);
    expect(lines.slice(lines.indexOf('Skipped here'))).toEqual([
      'Skipped here',
      '    2  needs a browser (any)',
      '    1  needs a disk',
      '    1  no reason given: d',
      '',
      '1 passed, 0 failed, 4 skipped',
    ]);
  });
});
