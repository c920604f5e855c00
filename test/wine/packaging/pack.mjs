// @ts-check
// Runs electron-builder as it is configured, for the tests: `pack.mjs REQUEST`, a JSON file. A process of its own, because it is configured by
// environment variables too and speaks on standard output.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Request
 * @property {string} app the folder that build/stage.mjs has made
 * @property {string} output where everything is written
 * @property {string} electron folder of an unpacked Electron
 * @property {readonly string[]} versions of each an installer is made, whose file resources/marker.txt names its version
 */

const root = fileURLToPath(new URL('../../..', import.meta.url));
const packaging = createRequire(path.join(root, 'build/package.json'));
const { build, Platform, Arch } = packaging('electron-builder');
const { load } = createRequire(packaging.resolve('app-builder-lib'))('js-yaml');

/** @type {Request} */
const { app, output, electron, versions } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const settings = load(readFileSync(path.join(root, 'electron-builder.yml'), 'utf8'));
const staged = settings.directories.app;

/** electron-builder.yml, with this app, this Electron and this folder in the place of its own. */
const configFor = (/** @type {string} */ version) => {
  const config = {
    ...settings,
    directories: { ...settings.directories, app, output },
    extraResources: settings.extraResources.map((/** @type {{ from: string }} */ entry) => ({
      ...entry,
      from: entry.from.replace(staged, app),
    })),
    electronDist: electron,
    extraMetadata: { ...settings.extraMetadata, version },
    // What an update downloads of it is none of the tests' business, and takes long.
    nsis: { ...settings.nsis, differentialPackage: false },
  };
  const file = path.join(output, 'config.json');
  writeFileSync(file, JSON.stringify(config));
  return file;
};
const make = (/** @type {string} */ target, /** @type {string} */ version, /** @type {string | undefined} */ prepackaged = undefined) =>
  build({
    projectDir: root,
    config: configFor(version),
    targets: Platform.WINDOWS.createTarget([target], Arch.x64),
    ...(prepackaged && { prepackaged }),
  });

await make('dir', versions[0] ?? '1.0.0');
const unpacked = path.join(output, 'win-unpacked');
for (const version of versions) {
  writeFileSync(path.join(unpacked, 'resources/marker.txt'), version);
  await make('nsis', version, unpacked);
}
