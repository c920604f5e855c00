// The npm package as a host app gets it: packed from the built files, and laid out in a `node_modules` with nothing else in it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pack } from '../../scripts/package.mjs';
import { REPOSITORY } from './sandbox.ts';

export interface PackedPackage {
  /** Where an app would be: contains `node_modules/hermes-gateway-service`. */
  readonly folder: string;
  readonly tarball: Buffer;
  /** Paths of the files in the package. */
  readonly files: readonly string[];
}

/** Packs without scripts: `prepare` would build once more. */
export function packPackage(): PackedPackage {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hermes-package-'));
  const { tarball, files } = pack(REPOSITORY, folder);
  // GNU's tar takes the colon of a Windows path for a host.
  execFileSync('tar', ['-xzf', path.basename(tarball)], { cwd: folder });
  mkdirSync(path.join(folder, 'node_modules'));
  renameSync(path.join(folder, 'package'), path.join(folder, 'node_modules/hermes-gateway-service'));
  return { folder, tarball: readFileSync(tarball), files };
}
