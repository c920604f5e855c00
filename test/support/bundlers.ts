// A small app as the other bundlers build it, each with what its users have: vite alone, electron-vite, and webpack with the configuration
// of electron-forge. Main process and preload become one file each, the page what the bundler makes of it.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { OWN_PAGE } from './fake-electron.ts';
import { REPOSITORY } from './sandbox.ts';

const require = createRequire(import.meta.url);
const PACKAGES = path.join(REPOSITORY, 'node_modules');
/** What an app installs, and what comes with it. */
const INSTALLED = ['electron-log', 'electron-vite', 'react', 'react-dom', 'vite', 'webpack'];

const MAIN = `
import * as electron from 'electron';
import { registerGatewayService } from 'hermes-gateway-service/main';
const { hermesHome: home, resourcesPath } = globalThis.options;
const hostDir = resourcesPath + '/gateway-service';
const lines = [];
const write = line => void lines.push(line);
const registration = registerGatewayService(electron, {
  home,
  hostDir,
  profiles: ['default'],
  isTrustedSender: ({ url }) => url === ${JSON.stringify(OWN_PAGE)},
  openPanel() {},
  log: { info() {}, warn: write, error: write },
});
let icon = '';
registration.onTrayChanged(hostDir + '/icons', parts => { icon = parts.icon; });
globalThis.app = { dispose: () => registration.dispose(), facts: () => ({ lines, icon }) };
`;
const PRELOAD = `
import { contextBridge, ipcRenderer } from 'electron';
import { gatewayServiceBridge } from 'hermes-gateway-service/preload';
contextBridge.exposeInMainWorld('gatewayService', gatewayServiceBridge(ipcRenderer));
`;
const PAGE = `
import 'hermes-gateway-service/renderer.css';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { createGatewayServiceStore, en, GatewayServicePanel } from 'hermes-gateway-service/renderer';
const store = createGatewayServiceStore(window.gatewayService);
createRoot(document.body).render(createElement(GatewayServicePanel, { store, messages: en }));
`;
const HTML = '<!doctype html><body><script type="module" src="./page.js"></script>';

const VITE = `
import { build } from 'vite';
const config = { configFile: false, logLevel: 'error' };
const output = { entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' };
for (const name of ['main', 'preload']) {
  const rolldownOptions = { external: 'electron', output };
  await build({ ...config, ssr: { noExternal: true }, build: { ssr: 'src/' + name + '.js', outDir: 'out', emptyOutDir: false, rolldownOptions } });
}
await build({ ...config, root: 'src', build: { outDir: '../out', emptyOutDir: false } });
`;
const ELECTRON_VITE = `
import { defineConfig } from 'electron-vite';
const build = more => ({ build: { outDir: 'out', emptyOutDir: false, ...more } });
const entry = name => build({ lib: { entry: 'src/' + name + '.js' } });
const renderer = { root: 'src', ...build({ outDir: 'out', rolldownOptions: { input: 'src/index.html' } }) };
export default defineConfig({ main: entry('main'), preload: entry('preload'), renderer });
`;
/** As WebpackConfigGenerator of @electron-forge/plugin-webpack, and without the loaders of its template. */
const WEBPACK = `
const { promisify } = require('node:util');
const webpack = require('webpack');
const config = (name, target, output) => ({
  name,
  target,
  mode: 'production',
  entry: './src/' + name + '.js',
  output: { path: __dirname + '/out', filename: name + '.js', ...output },
  experiments: { css: true },
  // It takes ten seconds, and changes nothing of what is tested.
  optimization: { minimize: false },
  node: { __dirname: false, __filename: false },
});
const commonjs = { libraryTarget: 'commonjs2' };
const configs = [config('main', 'electron-main', commonjs), config('preload', 'electron-preload', commonjs), config('page', 'web', {})];
promisify(webpack)(configs).then(stats => {
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  // Limits of size for pages of web sites.
  const found = [...errors, ...warnings].map(({ message }) => message).filter(message => !/size limit|code splitting|lazy load/i.test(message));
  if (found.length > 0) throw new Error(found.join('\\n'));
});
`;

interface Bundler {
  /** The arguments of Node. Everything is written into the folder `out`. */
  readonly args: readonly string[];
  /** The bundles of main process and preload. */
  readonly main: string;
  readonly preload: string;
}

const COMMONJS = { main: 'main.js', preload: 'preload.js' };
const electronVite = path.join(path.dirname(require.resolve('electron-vite/package.json')), 'bin/electron-vite.js');

export const BUNDLERS: Readonly<Record<string, Bundler>> = {
  vite: { args: ['vite.mjs'], main: 'main.mjs', preload: 'preload.mjs' },
  'electron-vite': { args: [electronVite, 'build', '--logLevel', 'error'], ...COMMONJS },
  'webpack, as electron-forge configures it': { args: ['webpack.cjs'], ...COMMONJS },
};

/** Makes the app in `folder`, and gives the folder with the bundles. */
export function bundleBy({ args }: Bundler, folder: string): string {
  writeApp(folder);
  execFileSync(process.execPath, args, { cwd: folder, stdio: 'pipe' });
  return path.join(folder, 'out');
}

/** Writes the app with the package as installed. */
function writeApp(folder: string): void {
  const own = path.join(folder, 'node_modules/hermes-gateway-service');
  mkdirSync(path.join(folder, 'src'), { recursive: true });
  cpSync(path.join(REPOSITORY, 'dist/library'), path.join(own, 'dist/library'), { recursive: true });
  cpSync(path.join(REPOSITORY, 'package.json'), path.join(own, 'package.json'));
  for (const name of INSTALLED) symlinkSync(path.join(PACKAGES, name), path.join(folder, 'node_modules', name), 'junction');
  const files = {
    'package.json': JSON.stringify({ name: 'app', version: '1.0.0' }),
    'src/main.js': MAIN,
    'src/preload.js': PRELOAD,
    'src/page.js': PAGE,
    'src/index.html': HTML,
    'vite.mjs': VITE,
    'electron.vite.config.mjs': ELECTRON_VITE,
    'webpack.cjs': WEBPACK,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
}
