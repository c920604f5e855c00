// The npm package as a host app meets it: the tarball has what the exports name and nothing else, its types fit every way to import it, and
// it runs where nothing else is installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { missingFiles } from '../../scripts/package.mjs';
import { unnamedTypes } from '../support/exported-types.ts';
import { type PackedPackage, packPackage } from '../support/packed-package.ts';
import { REPOSITORY } from '../support/sandbox.ts';

const require = createRequire(import.meta.url);
const PACKAGES = path.join(REPOSITORY, 'node_modules');

/** Every kind of file that a host app needs; anything else is a leak. */
const EXPECTED = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|THIRD-PARTY-NOTICES\.md)$/,
  /^dist\/library\/(main|preload|renderer)\.c?js$/,
  /^dist\/library\/renderer\.css$/,
  /^dist\/types(-commonjs)?\/(package\.json|.+\.d\.ts)$/,
  /^dist\/host\/(hermes-gateway|program|session-end-thread)\.cjs$/,
  /^build\/icons\/tray-[\w@.-]+\.(ico|png)$/,
  /^build\/[\w-]+\.nsh$/,
];
const MAX_BYTES = 1_500_000;

let packed: PackedPackage;
beforeAll(() => {
  packed = packPackage();
});
afterAll(() => rmSync(packed.folder, { recursive: true, force: true }));

describe('tarball', { timeout: 120_000 }, () => {
  it('contains every file that the exports name', () => {
    expect(missingFiles(manifest, packed.files)).toEqual([]);
  });

  it('is refused without the built files, and names what it lacks', () => {
    const unbuilt = packed.files.filter(file => !file.startsWith('dist/'));
    expect(missingFiles(manifest, unbuilt)).toEqual(expect.arrayContaining(['dist/library/main.js', 'dist/host/hermes-gateway.cjs']));
    expect(missingFiles(manifest, unbuilt)).not.toContain('build/icons/*');
  });

  it('contains nothing else: no demonstration, no tests, no executables, nothing of this machine', () => {
    expect(packed.files.filter(file => !EXPECTED.some(expected => expected.test(file)))).toEqual([]);
    expect(packed.tarball.byteLength).toBeLessThan(MAX_BYTES);
  });

  it('has no complaint of publint', async () => {
    const { publint } = await import('publint');
    const { buffer, byteOffset, byteLength } = packed.tarball;
    const tarball = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
    expect((await publint({ pack: { tarball }, strict: true })).messages).toEqual([]);
  });

  it('has the right types for import, require and bundlers in every export, by Are the types wrong?', async () => {
    const { checkPackage, createPackageFromTarballData } = await import('@arethetypeswrong/core');
    const names = Object.entries(manifest.exports).flatMap(([name, target]) => (typeof target === 'string' ? [] : [name]));
    const result = await checkPackage(createPackageFromTarballData(new Uint8Array(packed.tarball)), { entrypoints: names });
    if (!result.types) throw new Error('There are no types.');
    expect(Object.keys(result.entrypoints)).toEqual(names);
    // The resolution of Node 10 knows no exports; TypeScript 7 has it no more.
    const problems = result.problems.filter(problem => !('resolutionKind' in problem && problem.resolutionKind === 'node10'));
    expect(problems).toEqual([]);
  });
});

const MAIN = `
import * as electron from 'electron';
import { electronUpdater, GatewayServiceError, registerGatewayService, type ErrorCode, type Status } from 'hermes-gateway-service/main';
const gateway = registerGatewayService(electron, { isTrustedSender: ({ url }) => url === 'app://own/', openPanel() {} });
export const status: Promise<Status> = gateway.status();
export const codeOf = (error: unknown): ErrorCode | undefined => (error instanceof GatewayServiceError ? error.code : undefined);
export const everything = { ...gateway, electronUpdater };
`;
const PRELOAD = `
import { ipcRenderer } from 'electron';
import { gatewayServiceBridge } from 'hermes-gateway-service/preload';
export const bridge = { ...gatewayServiceBridge(ipcRenderer) };
`;
const RENDERER = `
import 'hermes-gateway-service/renderer.css';
import { createGatewayServiceStore, en, GatewayServicePanel, type Messages } from 'hermes-gateway-service/renderer';
export const store = createGatewayServiceStore(undefined);
export const messages: Messages = { ...en };
export const panel = <GatewayServicePanel store={store} messages={messages} />;
export const parts = { ...store };
`;

describe('types', { timeout: 120_000 }, () => {
  const write = (name: string, text: string) => writeFileSync(path.join(packed.folder, name), text);
  beforeAll(() => {
    for (const name of ['@types', 'electron', 'electron-newest', 'react', 'valibot'])
      symlinkSync(path.join(PACKAGES, name), path.join(packed.folder, 'node_modules', name), 'junction');
    for (const [name, text] of Object.entries({ main: MAIN, preload: PRELOAD })) {
      write(`${name}.mts`, text);
      write(`${name}.cts`, text);
    }
    write('renderer.tsx', RENDERER);
    write('program.cts', "export const host: string = require.resolve('hermes-gateway-service/host');\n");
  });

  const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  /** With `declaration`, every type of what is exported must have a name that an importer can write. */
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedSideEffectImports: true,
    skipLibCheck: true,
    declaration: true,
    outDir: 'out',
    rootDir: '.',
    target: 'es2023',
    lib: ['es2023', 'dom'],
    jsx: 'react-jsx',
    types: ['node'],
  };

  it.each([
    ['node16, as ES module and as CommonJS, with the oldest Electron', { module: 'node16' }, ['*.mts', '*.cts', 'renderer.tsx']],
    [
      'a bundler, with the newest Electron',
      { module: 'esnext', moduleResolution: 'bundler', paths: { electron: ['./node_modules/electron-newest/electron.d.ts'] } },
      ['*.mts', 'renderer.tsx'],
    ],
  ])('compile under strict for %s', (_what, options, include) => {
    write('tsconfig.json', JSON.stringify({ compilerOptions: { ...compilerOptions, ...options }, include }));
    const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', packed.folder], { encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  it('of every export can be named: what a signature mentions is exported from the same entry', () => {
    expect(unnamedTypes(path.join(packed.folder, 'node_modules/hermes-gateway-service/dist/types/'))).toEqual([]);
  });
});

describe('code', () => {
  const run = (...args: readonly string[]) => execFileSync(process.execPath, args, { cwd: packed.folder, encoding: 'utf8' }).trim();

  it.each([
    ['import', '--input-type=module', 'await import'],
    ['require', '--input-type=commonjs', 'require'],
  ])('loads by %s in plain Node, without Electron, React or another package', (_what, type, load) => {
    const script = `
      const { registerGatewayService, GatewayServiceError } = ${load}('hermes-gateway-service/main');
      const { gatewayServiceBridge } = ${load}('hermes-gateway-service/preload');
      console.log(typeof registerGatewayService, typeof gatewayServiceBridge, typeof GatewayServiceError);`;
    expect(run(type, '-e', script)).toBe('function function function');
  });

  it('runs the host as a program', () => {
    const host = path.join('node_modules/hermes-gateway-service', manifest.exports['./host'].default);
    expect(run(host, '--version')).toBe(manifest.version);
    expect(readFileSync(path.join(packed.folder, host), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });
});
