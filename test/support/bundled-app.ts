// The Hermes app's main process as upstream builds it: examples/hermes in one file made by esbuild, with no node_modules beside it. What
// Electron provides at run time is a stand-in; a driver acts as the page and reports what the app replied, logged and loaded.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Reply, Snapshot } from '../../src/desktop/ipc.ts';
import { OWN_PAGE } from './fake-electron.ts';
import { REPOSITORY } from './sandbox.ts';

const ESBUILD = createRequire(import.meta.url).resolve('esbuild/bin/esbuild');
const EXAMPLE = path.join(REPOSITORY, 'examples/hermes/electron');

/** As in `apps/desktop/scripts/bundle-electron-main.mjs` of hermes-agent; without the types of this repository, which name its sources. */
const LIKE_UPSTREAM = [
  '--bundle',
  '--platform=node',
  '--target=node20',
  '--tsconfig-raw={}',
  '--log-level=warning',
  '--log-override:empty-import-meta=error',
];
const EXTERNAL = ['electron', 'node-pty', 'get-windows', 'uiohook-napi', 'fs'].map(name => `--external:${name}`);
const REQUIRE = "import { createRequire } from 'module'; const require = createRequire(import.meta.url);";

/** The two forms of a bundle, by the names of their files. */
export const BUNDLES = { 'electron-main.mjs': ['--format=esm', `--banner:js=${REQUIRE}`], 'electron-main.cjs': ['--format=cjs'] } as const;

/** What main.ts of that app adds. */
const MAIN = `
import * as electron from 'electron'
import { existsSync } from 'fs'
import { registerGatewayServiceIpc } from './gateway-service-ipc'
const lines = []
let icon = ''
const ipc = registerGatewayServiceIpc({
  electron,
  ...globalThis.options,
  profiles: ['default'],
  focusSettings: () => undefined,
  isOwnPage: url => url === ${JSON.stringify(OWN_PAGE)},
  rememberLog: line => lines.push(line),
  createTrayImage: file => ({ file, isEmpty: () => !existsSync(file) }),
  handoffResult: Promise.resolve(null),
  pendingRelaunch: { wasUpdateRelaunch: false }
})
const tray = { isDestroyed: () => false, setImage: ({ file }) => { icon = file }, setToolTip: () => {}, setContextMenu: () => {} }
ipc.showInTray(tray, { show: { label: 'Show' }, quit: { label: 'Quit' } })
globalThis.app = { dispose: ipc.dispose, facts: () => ({ lines, icon }) }
`;

/** Prints one JSON document. */
const DRIVER = `
import { electron } from 'electron';
const [bundle, hermesHome, resourcesPath, ...requests] = process.argv.slice(2);
globalThis.options = { hermesHome, resourcesPath };
await import('./' + bundle);
const { bridge } = electron.openPage();
const replies = [];
for (const [verb, payload] of requests.map(each => JSON.parse(each))) replies.push(await bridge[verb](payload));
const facts = app.facts();
app.dispose();
process.report.excludeNetwork = true;
const native = process.report.getReport().sharedObjects.filter(file => file.endsWith('.node'));
process.stdout.write(JSON.stringify({ ...facts, replies, native }), () => process.exit());
`;

export interface AppReport {
  readonly replies: readonly Reply<Snapshot>[];
  /** The app's log. */
  readonly lines: readonly string[];
  /** The file of the icon in the tray. */
  readonly icon: string;
  /** Paths of the native modules of Node that the process has loaded. */
  readonly native: readonly string[];
}

const esbuild = (args: readonly string[], input: string, cwd: string) =>
  execFileSync(process.execPath, [ESBUILD, ...LIKE_UPSTREAM, ...args], { cwd, input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });

export type Request = readonly [verb: string, payload: object];

/** The arguments of the driver `drive.mjs`; the requests are made one after the other. */
export const driverArguments = (bundle: string, home: string, resources: string, requests: readonly Request[]): string[] => [
  bundle,
  home,
  resources,
  ...requests.map(request => JSON.stringify(request)),
];

/** Writes both bundles, the stand-in and the driver to a folder, which is made. */
export function bundleApp(folder: string): void {
  writeDriver(folder);
  for (const [name, form] of Object.entries(BUNDLES))
    esbuild([...form, ...EXTERNAL, '--loader=ts', `--outfile=${path.join(folder, name)}`], MAIN, EXAMPLE);
}

/** Writes the stand-in for Electron and the driver to a folder, which is made. */
export function writeDriver(folder: string): void {
  const electron = path.join(folder, 'node_modules/electron');
  mkdirSync(electron, { recursive: true });
  const standIn = `import { FakeElectron } from './fake-electron.ts'
    export const electron = new FakeElectron()
    export const { app, ipcMain, BrowserWindow, powerMonitor, nativeTheme, shell, Tray, Menu, Notification } = electron`;
  esbuild(['--format=cjs', '--loader=ts', `--outfile=${path.join(electron, 'index.js')}`], standIn, path.join(REPOSITORY, 'test/support'));
  writeFileSync(path.join(folder, 'drive.mjs'), DRIVER);
}
