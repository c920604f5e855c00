// @ts-check
// Bundles the host, the program of every process of ours (CLI, broker, runner, supervisor, elevated step), into one file that needs nothing
// beside it but the thread of the hidden window and, on Windows, koffi's binary. One file, because a killed gateway waits for two starts of
// this program, and Node finds and reads a hundred small files far slower than one; CommonJS, because a single executable takes nothing else.
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const ENTRIES = ['src/cli/hermes-gateway.ts', 'src/windows/session-end-thread.ts'];

/** Marks a module that stands for one of Node's own. */
const LAZY = '\0lazy:';

/**
 * A bundle requires all of Node's modules that any of its parts imports before it begins. Each of them stands in a module of its own here,
 * so that it is loaded with the first part that needs it: the broker never loads most of them.
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
 * A single character beyond Latin-1 makes V8 keep the whole text in two bytes for each.
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
 * @param {string} [options.koffiBinary] Windows' koffi.node, where the host is made for Windows: it lies beside the host, and no other is loaded.
 */
export async function bundleHost(outDir, { koffiBinary } = {}) {
  const koffiSum = koffiBinary && createHash('sha256').update(readFileSync(koffiBinary)).digest('hex');
  for (const entry of ENTRIES) {
    await build({
      root,
      configFile: false,
      logLevel: 'warn',
      plugins: [lazyBuiltins, plainText],
      resolve: { alias: { koffi: path.join(root, 'src/windows/koffi-beside.ts') } },
      ssr: { noExternal: true },
      define: { KOFFI_SHA256: JSON.stringify(koffiSum ?? '') },
      build: {
        ssr: entry,
        outDir,
        emptyOutDir: false,
        target: 'node20',
        rolldownOptions: {
          // Comments with paths would make another bundle of every place that the project lies in, and is built from.
          experimental: { attachDebugInfo: 'none' },
          // Without what is for people: reading the program takes as long as running it. Names stay, for those who read where an error came from.
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
  if (koffiBinary !== undefined) copyFileSync(koffiBinary, path.join(outDir, 'koffi.node'));
}
