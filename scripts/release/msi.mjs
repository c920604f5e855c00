// @ts-check
// The MSI of the host without the app, made from build/host.wxs by wixl (Debian's package of that name).
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** @type {(version: string) => string} */
export const msiName = version => `hermes-gateway-host-${version}-x64.msi`;

/**
 * The same version has the same product code on every machine, so that winget and Intune find the installed one by it.
 * @param {string} version
 * @returns {string} as Windows Installer writes it
 */
export function productCode(version) {
  const hex = createHash('sha256').update(`Hermes Gateway Host ${version}`).digest('hex').toUpperCase();
  return `{${[hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')}}`;
}

export const canMakeMsi = () => spawnSync('wixl', ['--version']).error === undefined;

/**
 * @param {string} hostFolder the output of "npm run build:host"
 * @param {string} file is written
 * @param {string} version three numbers; Windows Installer compares no others
 * @throws Error where wixl refuses
 */
export function makeMsi(hostFolder, file, version) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hermes-gateway-msi-'));
  try {
    for (const name of readdirSync(hostFolder)) copyFileSync(path.join(hostFolder, name), path.join(folder, name));
    copyFileSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE.txt'));
    const defined = ['-D', `version=${version}`, '-D', `productCode=${productCode(version)}`];
    execFileSync('wixl', ['-a', 'x64', ...defined, '-o', path.resolve(file), path.join(root, 'build/host.wxs')], { cwd: folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { version } = packageJson;
  const out = path.join(root, 'dist/release');
  mkdirSync(out, { recursive: true });
  makeMsi(path.join(root, 'dist/windows-host'), path.join(out, msiName(version)), version);
}
