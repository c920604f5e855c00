// The npm package: what `npm pack` puts into it, and that nothing of the demonstration, the tests or the build is among it.
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { REPOSITORY } from '../support/sandbox.ts';

/** Every kind of file that a host app needs; anything else is a leak. */
const EXPECTED = [
  /^(package\.json|README\.md|LICENSE)$/,
  /^dist\/(main|src)\/.+\.(js|cjs|d\.ts)$/,
  /^dist\/host\/[\w.-]+$/,
  /^dist\/panel\/(library\.js|panel\.css)$/,
  /^dist\/renderer\/([\w.-]+\.d\.ts|index\.html|assets\/[\w@.-]+\.(js|css|png))$/,
  /^dist\/windows-host\//,
  /^build\/icons\/tray-[\w@.-]+\.(ico|png)$/,
  /^build\/[\w-]+\.nsh$/,
];

it('packs the product and nothing of the demonstration into the npm package', { timeout: 60_000 }, () => {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: REPOSITORY,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    // On Windows npm is a batch file.
    shell: process.platform === 'win32',
  });
  const [pack] = JSON.parse(output) as [{ files: { path: string }[] }];
  const paths = pack.files.map(file => file.path);
  expect(paths).toEqual(expect.arrayContaining(['dist/main/register.js', 'dist/host/hermes-gateway.cjs', 'dist/panel/library.js']));
  expect(paths.filter(file => /demo|\bstory|stand-in|try-it|browser-shell|trial/.test(file))).toEqual([]);
  expect(paths.filter(file => !EXPECTED.some(expected => expected.test(file)))).toEqual([]);
});
