/** How this program starts itself: `[node, main script]` in development, the host executable alone where it is one. */

import { existsSync } from 'node:fs';
import path from 'node:path';
import { GatewayServiceError } from '../model/errors.ts';
import { singleExecutable } from '../windows/single-executable.ts';

/** The program for the background; its twin for a console starts it too. */
const HOST = process.platform === 'win32' ? 'hermes-gateway-host.exe' : 'hermes-gateway-host';

export function hostCommand(): readonly string[] {
  return singleExecutable() ? [path.join(path.dirname(process.execPath), HOST)] : thisProgram();
}

/** The very program of this process, with or without a console. */
export function thisProgram(argv: readonly string[] = process.argv): readonly string[] {
  // A single executable has no script in its arguments.
  if (singleExecutable()) return [process.execPath];
  // Its file may have been moved or deleted since; without it Node alone would be started.
  const [, script] = argv;
  return script && path.isAbsolute(script) ? [process.execPath, script] : [process.execPath];
}

/** Electron reads files in such an archive as if they were in a folder, but no system starts a program in it. */
const IN_ARCHIVE = /\.asar(?=[\\/]|$)/i;
const IN_DEVELOPMENT = 'Start the app by npm, whose Node runs the script in development.';

/**
 * How another program, the app, starts this one: the host executable of `hostDir`; in development its main script, under the Node of npm,
 * because the app's own executable may not run scripts.
 * @throws GatewayServiceError `service-program-missing`
 */
export function hostCommandIn(hostDir: string, { versions, env, execPath } = process): readonly string[] {
  if (IN_ARCHIVE.test(hostDir)) {
    const remedy = 'The maker of the app must ship it as real files, for example with "extraResources" of electron-builder.';
    throw new GatewayServiceError('service-program-missing', `(${hostDir} is in an archive)`, { remedy });
  }
  const executable = path.join(hostDir, HOST);
  if (existsSync(executable)) return [executable];
  const script = path.join(hostDir, 'hermes-gateway.cjs');
  const hasScript = existsSync(script);
  const node = versions['electron'] === undefined ? execPath : env['npm_node_execpath'];
  if (node !== undefined && hasScript) return [node, script];
  const remedy = hasScript ? IN_DEVELOPMENT : 'Repair the installation of the app.';
  throw new GatewayServiceError('service-program-missing', `(${executable})`, { remedy });
}
