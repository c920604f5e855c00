/** The real versions of Hermes that the scenarios are played against: virtual environments below one folder. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface HermesVersion {
  /** As `hermes --version` prints it, e.g. `0.22.2.post1`. */
  readonly version: string;
  /** The part of it that decides what it can do, e.g. 22 of 0.22.2. */
  readonly minor: number;
  /** The folder of its programs. */
  readonly bin: string;
}

/** Versions in use, whose absence is reported. */
export const IN_USE = [19, 20, 22];

/** One of each version, oldest first. */
export function findVersions(venvs: string): HermesVersion[] {
  const found = readdirSync(venvs)
    .map(name => path.resolve(venvs, name, 'bin'))
    .filter(bin => existsSync(path.join(bin, 'hermes')))
    .map(versionIn);
  const each = new Map(found.map(hermes => [hermes.version, hermes]));
  return [...each.values()].sort((one, other) => one.minor - other.minor);
}

function versionIn(bin: string): HermesVersion {
  const home = mkdtempSync(path.join(tmpdir(), 'hermes-version-'));
  try {
    const env = { PATH: process.env['PATH'], HOME: home, HERMES_HOME: home };
    const printed = execFileSync(path.join(bin, 'hermes'), ['--version'], { env, encoding: 'utf8', timeout: 60_000 });
    const [, version, minor] = /\bv?(\d+\.(\d+)\.[\w.]+)/.exec(printed) ?? [];
    if (version === undefined) throw new Error(`"${bin}/hermes --version" prints no version: ${printed}`);
    return { version, minor: Number(minor), bin };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
