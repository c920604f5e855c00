// The npm package of the host's executables, from a folder as `npm run build:host` makes it.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findHostFolder } from '../../main/host-folder.ts';
import manifest from '../../package.json' with { type: 'json' };
import { HOST_PACKAGE, layOutHostPackage, pack } from '../../scripts/package.mjs';

const BUILT = [
  'LICENSE-node.txt',
  'THIRD-PARTY-NOTICES.md',
  'hermes-gateway-host.exe',
  'hermes-gateway.exe',
  'koffi.node',
  'manifest.json',
];
let folder: string;
let made: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'host-package-')));
  const host = path.join(folder, 'windows-host');
  mkdirSync(host);
  for (const name of BUILT) writeFileSync(path.join(host, name), '{}');
  made = path.join(folder, 'node_modules', HOST_PACKAGE);
  layOutHostPackage(host, made);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('has the version that this package names as its peer', () => {
  const { version } = createRequire(import.meta.url)(path.join(made, 'package.json'));
  expect([version, manifest.peerDependencies[HOST_PACKAGE]]).toEqual([manifest.version, manifest.version]);
});

it('contains the files of the host with their licences, and no more', () => {
  expect(pack(made, folder).files.toSorted()).toEqual([...BUILT, 'LICENSE', 'README.md', 'package.json'].toSorted());
});

it('is where an app on Windows finds its host', () => {
  expect(findHostFolder({ appPath: folder, resources: undefined, platform: 'win32' })).toBe(made);
});
