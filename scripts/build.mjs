// Builds dist/: the engine and the main process with tsc; the host, the pages, the panel as a library and the preload with Vite.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleHost } from './bundle-host.mjs';
import { bundleMain } from './bundle-main.mjs';
import { compileHost } from './compile-host.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');

rmSync(path.join(root, 'dist'), { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '-p', path.join(root, 'tsconfig.build.json')], { stdio: 'inherit', cwd: root });

// A test runner sets NODE_ENV to "test", which would bundle React's development build: the tests must run what users get.
process.env['NODE_ENV'] = 'production';
const { build } = await import('vite');
for (const page of ['renderer', 'demo/page'])
  await build({ root: path.join(root, page), configFile: path.join(root, page, 'vite.config.ts'), logLevel: 'warn' });

const host = path.join(root, 'dist/host');
// On Windows a copy of the host runs in another folder, without the package koffi.
const koffi = path.join(root, `node_modules/@koromix/koffi-win32-${process.arch}/win32_${process.arch}/koffi.node`);
await bundleHost(host, process.platform === 'win32' ? { koffiBinary: koffi } : {});
compileHost(host);
// Replaces what tsc made of this file; its types stay.
await bundleMain(path.join(root, 'dist/main'));

/** Bundles one source file with everything that it imports from this project. */
const bundle = (
  /** @type {string} */ entry,
  /** @type {string} */ outDir,
  /** @type {'cjs' | 'es'} */ format,
  /** @type {RegExp} */ external,
) =>
  build({
    configFile: false,
    root,
    logLevel: 'warn',
    build: {
      outDir: path.join(root, 'dist', outDir),
      emptyOutDir: false,
      minify: false,
      target: 'es2023',
      lib: {
        entry: path.join(root, entry),
        formats: [format],
        fileName: () => `${path.parse(entry).name}.${format === 'cjs' ? 'cjs' : 'js'}`,
        cssFileName: 'panel',
      },
      rolldownOptions: { external },
    },
    oxc: { jsx: { runtime: 'automatic', development: false } },
  });

// A sandboxed preload must be one CommonJS file that requires only Electron.
await bundle('main/preload.ts', 'main', 'cjs', /^electron$/);
// The host app provides React. The types of the panel are written separately.
await bundle('renderer/library.ts', 'panel', 'es', /^react(-dom)?($|\/)/);
execFileSync(process.execPath, [tsc, '-p', path.join(root, 'renderer/tsconfig.build.json')], { stdio: 'inherit', cwd: root });
