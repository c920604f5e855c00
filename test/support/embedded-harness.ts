// The embedded manager with real processes: built program, sample gateway, and state, home and sockets in one temporary folder.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** The built program, as users get it. */
export const PROGRAM = path.join(root, 'dist/host/hermes-gateway.cjs');

/** The argv of a sample gateway; switches of `examples/sample-gateway/README.md`. */
export function sampleGateway(...switches: readonly string[]): string[] {
  return [process.execPath, path.join(root, 'examples/sample-gateway/gateway.mjs'), ...switches, 'gateway', 'run'];
}

export interface Surroundings {
  readonly folder: string;
  readonly home: string;
  /** What our processes need to stay in this folder. */
  readonly env: Readonly<Record<'HERMES_HOME' | 'HOME' | 'XDG_STATE_HOME' | 'XDG_RUNTIME_DIR', string>>;
  /** Every file that our processes keep now; those of the gateway in its home do not count. */
  files(): string[];
  dispose(): void;
}

/** @param homeName the last part of the home's path, however strange. */
export function makeSurroundings(homeName = 'hermes'): Surroundings {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gateway-embedded-'));
  const home = path.join(folder, homeName);
  const env = {
    HERMES_HOME: home,
    HOME: path.join(folder, 'user'),
    XDG_STATE_HOME: path.join(folder, 'state'),
    XDG_RUNTIME_DIR: path.join(folder, 'run'),
  };
  for (const each of [home, env.HOME]) fs.mkdirSync(each, { recursive: true });
  fs.mkdirSync(env.XDG_RUNTIME_DIR, { mode: 0o700 });
  return {
    folder,
    home,
    env,
    files: () =>
      [env.XDG_STATE_HOME, env.XDG_RUNTIME_DIR].flatMap(each =>
        fs.existsSync(each)
          ? fs.readdirSync(each, { recursive: true, withFileTypes: true }).flatMap(found => (found.isDirectory() ? [] : [found.name]))
          : [],
      ),
    dispose: () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }),
  };
}
