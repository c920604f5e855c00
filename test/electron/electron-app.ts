/** The real app for the suites that need an Electron binary. Where there is none, tests skip and say why in their name. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type ElectronApplication, _electron as electron } from 'playwright';
import { describe } from 'vitest';
import { REPOSITORY, type Sandbox } from '../support/sandbox.ts';

/** `ELECTRON_BINARY`, or what Electron's own installer left. Nothing is downloaded: importing the package might. */
function findElectron(): string | undefined {
  const given = process.env['ELECTRON_BINARY'];
  if (given) return given;
  const folder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const named = path.join(folder, 'path.txt');
  const binary = existsSync(named) ? path.join(folder, 'dist', readFileSync(named, 'utf8').trim()) : undefined;
  return binary && existsSync(binary) ? binary : undefined;
}

/** Why it cannot run here; said in the name of every test that is skipped. */
function missing(): string | undefined {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform !== 'linux') return 'needs Linux: elsewhere the app would manage services of this computer';
  if (findElectron() === undefined) return 'needs an Electron binary';
  return DISPLAY || WAYLAND_DISPLAY ? undefined : 'needs a display, for example that of xvfb-run';
}

export function describeInElectron(name: string, suite: () => void): void {
  const reason = missing();
  describe.skipIf(reason !== undefined)(reason === undefined ? name : `${name} (skipped: ${reason})`, suite);
}

/** The built app in a sandbox: its home, state, runtime folder and user data are those of the test. */
function launching(sandbox: Sandbox, home: string) {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
  return {
    executablePath: findElectron() ?? '',
    args: [
      path.join(REPOSITORY, 'dist/main/electron.js'),
      `--user-data-dir=${path.join(sandbox.path, 'u')}`,
      // Chromium's own sandbox does not start as root; the page's is asked for by its preferences all the same.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
    // The host is started by the Node of this test, as npm would name it.
    env: { ...(env as Record<string, string>), HERMES_HOME: home, npm_node_execpath: process.execPath },
  };
}

export function launchApp(sandbox: Sandbox, home: string): Promise<ElectronApplication> {
  return electron.launch(launching(sandbox, home));
}

/** Starts the app once more. Resolves with its exit code. */
export async function startAgain(sandbox: Sandbox, home: string): Promise<number | null> {
  const { executablePath, args, env } = launching(sandbox, home);
  const [code] = (await once(spawn(executablePath, args, { env, stdio: 'ignore' }), 'exit')) as [number | null];
  return code;
}
