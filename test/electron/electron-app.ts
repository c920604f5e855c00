/** The real app for the suites that need an Electron binary. Where there is none, tests skip and say why in their name. */

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type ElectronApplication, _electron as electron } from 'playwright';
import { describe } from 'vitest';
import { REPOSITORY, type Sandbox } from '../support/sandbox.ts';

/** Said in the name of every test that is skipped without one. */
const NEEDS_ELECTRON = 'needs an Electron binary';

/** `ELECTRON_BINARY`, or what Electron's own installer left. Nothing is downloaded: importing the package might. */
export function findElectron(): string | undefined {
  const given = process.env['ELECTRON_BINARY'];
  if (given) return given;
  const folder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const named = path.join(folder, 'path.txt');
  const binary = existsSync(named) ? path.join(folder, 'dist', readFileSync(named, 'utf8').trim()) : undefined;
  return binary && existsSync(binary) ? binary : undefined;
}

export function describeInElectron(name: string, suite: () => void): void {
  const found = findElectron() !== undefined;
  describe.skipIf(!found)(found ? name : `${name} (skipped: ${NEEDS_ELECTRON})`, suite);
}

/** Starts the built app in a sandbox: its home, state, runtime folder and user data are those of the test. */
export function launchApp(sandbox: Sandbox, home: string, ...args: string[]): Promise<ElectronApplication> {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
  return electron.launch({
    executablePath: findElectron() ?? '',
    args: [path.join(REPOSITORY, 'dist/main/electron.js'), `--user-data-dir=${path.join(sandbox.path, 'u')}`, ...args],
    // The host is started by the Node of this test, as npm would name it.
    env: { ...(env as Record<string, string>), HERMES_HOME: home, npm_node_execpath: process.execPath },
  });
}
