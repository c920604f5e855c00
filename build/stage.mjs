// @ts-check
// Lays out what electron-builder packs: the compiled app beside its dependencies as Windows needs them. On Linux npm installs koffi's Linux
// binary into the project itself; here it is told to install for Windows.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const FOLDERS = ['dist', 'build/icons'];
/** Without them there is nothing to pack: the compiled app, and its host. */
const NEEDED = [
  ['dist/main', 'npm run build'],
  ['dist/windows-host', 'npm run build:host'],
];
/** With the lock of the project, so that what is shipped is what was tested. */
const FILES = ['package.json', 'package-lock.json', '.npmrc'];
const WINDOWS = ['--os=win32', '--cpu=x64'];

/** @throws where something is not built */
export function requireBuilt() {
  for (const [name = '', command] of NEEDED)
    if (!existsSync(path.join(root, name))) throw new Error(`There is no ${name}; run "${command}" first.`);
}

/**
 * Returns when `folder` holds the app; what was in it is gone.
 * @param {string} folder
 * @throws where npm cannot install
 */
export function stage(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of FILES) copyFileSync(path.join(root, name), path.join(folder, name));
  for (const name of FOLDERS) cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  execFileSync('npm', ['ci', '--omit=dev', '--prefer-offline', ...WINDOWS], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    // On Windows npm is a batch file.
    shell: process.platform === 'win32',
  });
}
