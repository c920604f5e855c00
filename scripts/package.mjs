// @ts-check
// `npm run package` packs what is published into dist/packages: this package, and, after `npm run build:host`, the package of the host for
// Windows. This one is built first (its script `prepare`; npm runs no other script, see .npmrc), and fails where a file of its exports is
// missing.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, 'dist');
export const HOST_PACKAGE = 'hermes-gateway-service-win32-x64';

/**
 * Packs the package of a folder.
 * @param {string} folder
 * @param {string} to folder of the tarball
 * @param {boolean} [scripts] whether its own scripts run first
 * @returns {{ tarball: string, files: readonly string[] }}
 */
export function pack(folder, to, scripts = false) {
  const args = ['pack', '--json', `--ignore-scripts=${!scripts}`, '--pack-destination', to];
  // On Windows npm is a batch file. The build reports to the terminal.
  const output = execFileSync('npm', args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  });
  // What the scripts print comes first.
  const [{ filename, files }] = JSON.parse(output.slice(output.search(/^\[$/m)));
  return { tarball: path.join(to, filename), files: files.map((/** @type {{ path: string }} */ file) => file.path) };
}

/** @typedef {string | { [condition: string]: Target }} Target */

/** @type {(target: Target) => readonly string[]} */
const filesOf = target => (typeof target === 'string' ? [path.posix.normalize(target)] : Object.values(target).flatMap(filesOf));

/**
 * The files that a manifest names and a tarball lacks.
 * @param {{ exports: Target, bin: Target }} manifest
 * @param {readonly string[]} files
 */
export function missingFiles(manifest, files) {
  const named = [...filesOf(manifest.exports), ...filesOf(manifest.bin)];
  const isThere = (/** @type {string} */ name) => {
    const [before = '', after] = name.split('*');
    return files.some(file => (after === undefined ? file === name : file.startsWith(before) && file.endsWith(after)));
  };
  return named.filter(name => !isThere(name));
}

/**
 * Lays out the package of the host: the files that an app ships as `resources/host`.
 * @param {string} host folder that `npm run build:host` has made
 * @param {string} folder is replaced
 */
export function layOutHostPackage(host, folder) {
  const { version, license, repository, homepage, bugs } = readManifest();
  rmSync(folder, { recursive: true, force: true });
  cpSync(host, folder, { recursive: true });
  copyFileSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
  const manifest = {
    name: HOST_PACKAGE,
    version,
    description: 'The host of hermes-gateway-service for Windows on x64, as executables',
    ...{ license, repository, homepage, bugs },
    exports: { './*': './*' },
    publishConfig: { 'ignore-scripts': true },
  };
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  writeFileSync(
    path.join(folder, 'README.md'),
    `# ${HOST_PACKAGE}\n\n${manifest.description}. An app ships this folder as real files: see "Packaging" in\n[its documentation](${homepage}).\n`,
  );
}

const readManifest = () => JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** @returns {readonly string[]} the tarballs in `folder` */
function packAll(/** @type {string} */ folder) {
  const tarballs = [];
  const host = path.join(dist, 'windows-host');
  // The host first, because the build of the other package replaces dist/.
  if (existsSync(host)) {
    const staging = path.join(folder, HOST_PACKAGE);
    layOutHostPackage(host, staging);
    tarballs.push(pack(staging, folder).tarball);
  } else console.log('The package of the host is left out: "npm run build:host" makes it.');
  const { tarball, files } = pack(root, folder, true);
  const missing = missingFiles(readManifest(), files);
  if (missing.length > 0) throw new Error(`The package lacks ${missing.join(', ')}. Run "npm run build" and read what it prints.`);
  return [...tarballs, tarball];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hermes-gateway-packages-'));
  try {
    const tarballs = packAll(folder);
    const to = path.join(dist, 'packages');
    mkdirSync(to);
    for (const tarball of tarballs) {
      copyFileSync(tarball, path.join(to, path.basename(tarball)));
      console.log(path.relative(root, path.join(to, path.basename(tarball))));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
