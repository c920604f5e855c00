// @ts-check
// Writes V8's code cache beside a bundled host, so that a start does not compile it again; see compiled-host.cjs.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const beside = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/** @typedef {(args: readonly string[], variables: Readonly<Record<string, string>>) => void} RunNode the exit code does not matter */

/**
 * @param {string} folder where `hermes-gateway.cjs` is the bundle, which becomes `program.cjs`
 * @param {RunNode} [runNode] runs the Node that the cache is for: V8 accepts no cache of another version
 */
export function compileHost(folder, runNode = runThisNode) {
  const program = path.join(folder, 'hermes-gateway.cjs');
  const code = path.join(folder, 'program.code');
  renameSync(program, path.join(folder, 'program.cjs'));
  copyFileSync(beside('compiled-host.cjs'), program);
  chmodSync(program, 0o755);
  // `status` runs the code that every process needs. The home is temporary, with nothing installed.
  const home = mkdtempSync(path.join(os.tmpdir(), 'hermes-gateway-code-'));
  try {
    const variables = { HERMES_HOME: home, XDG_STATE_HOME: home, LOCALAPPDATA: home, HOST_CODE: code };
    runNode(['--require', beside('keep-code.cjs'), program, 'status', '--all', '--json'], variables);
    if (!existsSync(code)) throw new Error('The built host does not run.');
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** @type {RunNode} */
function runThisNode(args, variables) {
  spawnSync(process.execPath, args, { env: { ...process.env, ...variables }, stdio: ['ignore', 'ignore', 'inherit'] });
}
