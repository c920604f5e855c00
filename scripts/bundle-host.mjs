// @ts-check
// Bundles the host (CLI, broker, runner, supervisor and elevated step) into one file. It needs only the thread of the hidden window and, on
// Windows, koffi's binary. One file, because this program starts twice before a killed gateway runs again, and Node reads a hundred small
// files much more slowly than one. CommonJS, because a single executable application accepts no other format.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const ENTRIES = ['src/cli/hermes-gateway.ts', 'src/windows/session-end-thread.ts'];

/** Prefix of the id of a module that wraps a built-in module of Node. */
const LAZY = '\0lazy:';

/**
 * Loads each built-in module of Node when the first part that imports it runs, and not at the start of the bundle: the broker never loads
 * most of them.
 * @type {import('vite').Plugin}
 */
const lazyBuiltins = {
  name: 'lazy-builtins',
  enforce: 'pre',
  resolveId: (id, importer) => {
    if (!isBuiltin(id)) return undefined;
    return importer?.startsWith(LAZY) ? { id, external: true } : `${LAZY}${id}`;
  },
  load: id => (id.startsWith(LAZY) ? `module.exports = require(${JSON.stringify(id.slice(LAZY.length))});` : undefined),
};

/**
 * Escapes characters beyond Latin-1: a single one makes V8 store the whole text with two bytes per character.
 * @type {import('vite').Plugin}
 */
const plainText = {
  name: 'plain-text',
  generateBundle: (_options, bundle) => {
    for (const file of Object.values(bundle)) if (file.type === 'chunk') file.code = escaped(file.code);
  },
};

/** @param {string} code */
const escaped = code => code.replace(/[\u0080-\uffff]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * @param {string} outDir
 * @param {object} [options]
 * @param {string} [options.koffiBinary] koffi.node of the executables: it is copied beside the host, which loads no other.
 */
export async function bundleHost(outDir, { koffiBinary } = {}) {
  /** @type {Record<string, string>} */
  const define = {};
  if (koffiBinary !== undefined) {
    const koffi = readFileSync(koffiBinary);
    define['KOFFI_SHA256'] = JSON.stringify(createHash('sha256').update(koffi).digest('hex'));
    mkdirSync(outDir, { recursive: true });
    writeFileSync(path.join(outDir, 'koffi.node'), koffi);
  }
  for (const entry of ENTRIES) {
    await build({
      root,
      configFile: false,
      logLevel: 'warn',
      plugins: [lazyBuiltins, plainText],
      resolve: { alias: { koffi: path.join(root, 'src/windows/koffi-beside.ts') } },
      ssr: { noExternal: true },
      define,
      build: {
        ssr: entry,
        outDir,
        emptyOutDir: false,
        target: 'node20',
        rolldownOptions: {
          // Comments with paths would make the bundle depend on the folder of the project.
          experimental: { attachDebugInfo: 'none' },
          // Without whitespace and comments, because reading the program takes as long as running it. Names are kept for stack traces.
          output: {
            format: 'cjs',
            minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
            codeSplitting: false,
            entryFileNames: '[name].cjs',
            comments: { jsdoc: false },
          },
        },
      },
    });
  }
}
