// Builds dist/: the app of this repository with tsc; the host, the pages and the library that the package exports with Vite.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleHost } from './bundle-host.mjs';
import { bundleMain } from './bundle-main.mjs';
import { compileHost } from './compile-host.mjs';
import { writeLibraryTypes } from './library-types.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');

const dist = path.join(root, 'dist');
rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '-p', path.join(root, 'tsconfig.build.json')], { stdio: 'inherit', cwd: root });

// A test runner sets NODE_ENV to "test", which would bundle React's development build: the tests must run what users get.
process.env['NODE_ENV'] = 'production';
const { build } = await import('vite');
for (const page of ['renderer', 'demo/page'])
  await build({ root: path.join(root, page), configFile: path.join(root, page, 'vite.config.ts'), logLevel: 'warn' });

const host = path.join(dist, 'host');
await bundleHost(host);
compileHost(host);

/**
 * Bundles one source file with everything that it imports from this project.
 * @param {string} entry
 * @param {object} output
 * @param {string} output.folder below dist/
 * @param {string} [output.name] default: that of the source file
 * @param {('cjs' | 'es')[]} output.formats
 * @param {RegExp} [output.external]
 */
const bundle = (entry, { folder, name = path.parse(entry).name, formats, external }) =>
  build({
    configFile: false,
    root,
    logLevel: 'warn',
    build: {
      outDir: path.join(dist, folder),
      emptyOutDir: false,
      minify: false,
      target: 'es2023',
      lib: {
        entry: path.join(root, entry),
        formats,
        fileName: format => `${name}.${format === 'cjs' ? 'cjs' : 'js'}`,
        cssFileName: name,
      },
      ...(external && { rolldownOptions: { external } }),
    },
    oxc: { jsx: { runtime: 'automatic', development: false } },
  });

// A sandboxed preload must be one CommonJS file that requires only Electron.
await bundle('main/preload.ts', { folder: 'main', formats: ['cjs'], external: /^electron$/ });
// Replaces what tsc made of this file: the app takes koffi from the files of the host, as a host app does.
await bundleMain(path.join(dist, 'library'));
writeFileSync(path.join(dist, 'main/register.js'), "export * from '../library/main.js';\n");
await bundle('main/gateway-service-bridge.ts', { folder: 'library', name: 'preload', formats: ['es', 'cjs'] });
// The host app provides React.
await bundle('renderer/library.ts', { folder: 'library', name: 'renderer', formats: ['es', 'cjs'], external: /^react(-dom)?($|\/)/ });
execFileSync(process.execPath, [tsc, '-p', path.join(root, 'renderer/tsconfig.build.json')], { stdio: 'inherit', cwd: root });
writeLibraryTypes(dist);
