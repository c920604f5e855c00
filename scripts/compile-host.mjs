// @ts-check
// Writes V8's code cache beside a bundled host, so that a start does not compile it again; see compiled-host.cjs.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const beside = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/** @param {string} folder where `hermes-gateway.cjs` is the bundle, which becomes `program.cjs` */
export function compileHost(folder) {
  const program = path.join(folder, 'hermes-gateway.cjs');
  const code = path.join(folder, 'program.code');
  renameSync(program, path.join(folder, 'program.cjs'));
  copyFileSync(beside('compiled-host.cjs'), program);
  chmodSync(program, 0o755);
  // `status` runs the code that every process needs. The home is temporary, with nothing installed.
  const home = mkdtempSync(path.join(os.tmpdir(), 'hermes-gateway-code-'));
  try {
    const env = { ...process.env, HERMES_HOME: home, XDG_STATE_HOME: home, LOCALAPPDATA: home, HOST_CODE: code };
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--require', beside('keep-code.cjs'), program, 'status', '--all', '--json'],
      { env },
    );
    if (status === null || stdout.length === 0) throw new Error(`The built host does not run: ${stderr}`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
