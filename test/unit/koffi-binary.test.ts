// koffi's binary for the host of the npm package: which file it is, and where package managers put it.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { KOFFI, koffiFile } from '../../src/windows/koffi-binary.ts';
import { REPOSITORY } from '../support/sandbox.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'koffi-binary-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(file: string, text = '') {
  mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
  return path.join(folder, file);
}
const ofKoffi = (modules: string) => {
  put(`${modules}/koffi/package.json`, '{ "main": "index.cjs" }');
  put(`${modules}/koffi/index.cjs`);
  return put(`${modules}/@koromix/koffi-win32-${process.arch}/win32_${process.arch}/koffi.node`);
};
const HOST = 'node_modules/hermes-gateway-service/dist/host';

it('has the sums of the version in package.json', () => {
  expect(KOFFI.version).toBe(manifest.dependencies.koffi);
});

const binaries = Object.entries(KOFFI.sums).map(([arch, sum]) => ({
  file: path.join(REPOSITORY, `test/wine/node_modules/@koromix/koffi-win32-${arch}/win32_${arch}/koffi.node`),
  sum,
}));
const installed = binaries.filter(({ file }) => existsSync(file));
it.skipIf(installed.length === 0)(
  `has the sums of the installed binaries${installed.length === 0 ? ' (skipped: "bash test/wine/setup.sh" installs one)' : ''}`,
  () => {
    for (const { file, sum } of installed) expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(sum);
  },
);

it('is beside the host in a copy of it', () => {
  ofKoffi('node_modules');
  const beside = put(`${HOST}/koffi.node`);
  expect(koffiFile(path.join(folder, HOST))).toBe(beside);
});

it('is found where npm and yarn install it', () => {
  const binary = ofKoffi('node_modules');
  put(`${HOST}/hermes-gateway.cjs`);
  expect(koffiFile(path.join(folder, HOST))).toBe(binary);
});

it('is found where pnpm installs it, which shows it to koffi alone', () => {
  const binary = ofKoffi('node_modules/.pnpm/koffi@3/node_modules');
  const own = 'node_modules/.pnpm/hermes-gateway-service@0/node_modules';
  put(`${own}/hermes-gateway-service/dist/host/hermes-gateway.cjs`);
  symlinkSync(path.join(folder, 'node_modules/.pnpm/koffi@3/node_modules/koffi'), path.join(folder, own, 'koffi'), 'junction');
  symlinkSync(path.join(folder, own, 'hermes-gateway-service'), path.join(folder, 'node_modules/hermes-gateway-service'), 'junction');
  expect(koffiFile(path.join(folder, HOST))).toBe(binary);
});

it('is expected beside the host where it is not installed', () => {
  put(`${HOST}/hermes-gateway.cjs`);
  expect(koffiFile(path.join(folder, HOST))).toBe(path.join(folder, HOST, 'koffi.node'));
});
