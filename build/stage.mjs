// @ts-check
// Prepares the folder that electron-builder packs: the compiled app and its dependencies for Windows. (In the project itself, npm installs
// koffi's binary for this system.)
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const FOLDERS = ['dist', 'build/icons'];
/** What must be built before packing, and by which command. */
const NEEDED = [
  ['dist/main', 'npm run build'],
  ['dist/windows-host', 'npm run build:host'],
];
/** With the lock file of the project, so that the tested versions are packed. */
const FILES = ['package.json', 'package-lock.json', '.npmrc'];
const WINDOWS = ['--os=win32', '--cpu=x64'];

/** @throws Error where something is not built */
export function requireBuilt() {
  for (const [name = '', command] of NEEDED)
    if (!existsSync(path.join(root, name))) throw new Error(`There is no ${name}. Run "${command}" first.`);
}

/**
 * Replaces the content of `folder` by the app.
 * @param {string} folder
 * @throws Error where npm cannot install
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
