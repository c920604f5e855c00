// @ts-check
// Bundles the library for a host app's main process into one file, which host apps bundle again, as ES module or as CommonJS, and ship
// without node_modules. So it contains its dependencies and the code of sudo-prompt's thread, takes koffi's binary from the folder of the
// host, and does not use its own address. Only Electron and electron-log (without a logger of the app) stay imports.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/**
 * @param {string} entry
 * @param {import('vite').InlineConfig} config
 * @param {import('vite').BuildEnvironmentOptions} options
 */
const bundle = (entry, config, options) =>
  build({
    root,
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true },
    ...config,
    build: { ssr: entry, emptyOutDir: false, target: 'node20', ...options },
  });

/** The text of the thread, with sudo-prompt: `new Worker(text, { eval: true })` takes CommonJS. */
async function threadText() {
  const rolldownOptions = /** @type {const} */ ({ output: { format: 'cjs', codeSplitting: false } });
  const result = await bundle('src/elevation/sudo-prompt-thread.ts', {}, { write: false, rolldownOptions });
  const [chunk] = 'output' in result ? result.output : [];
  if (chunk?.type !== 'chunk') throw new Error('The thread of sudo-prompt was not bundled.');
  return chunk.code;
}

/** @param {string} outDir where `main.js` and `main.cjs` are written */
export async function bundleMain(outDir) {
  const define = {
    SUDO_PROMPT_THREAD: JSON.stringify(await threadText()),
    KOFFI_OF_HOST: 'true',
    // Used by the runner only, which is no part of an app.
    'import.meta.url': '""',
  };
  const output = /** @type {const} */ (['es', 'cjs']).map(format => ({
    format,
    codeSplitting: false,
    entryFileNames: format === 'es' ? 'main.js' : 'main.cjs',
  }));
  await bundle(
    'main/register.ts',
    { define, resolve: { alias: { koffi: path.join(root, 'src/windows/koffi-of-host.ts') } } },
    { outDir, rolldownOptions: { external: /^electron(-log\/.*)?$/, output } },
  );
}
