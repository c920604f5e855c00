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
export function thisProgram(): readonly string[] {
  // A single executable has no script in its arguments.
  if (singleExecutable()) return [process.execPath];
  const script = process.argv[1];
  return script && path.isAbsolute(script) && existsSync(script) ? [process.execPath, script] : [process.execPath];
}

/**
 * How another program, the app, starts this one: the host executable of `hostDir`; in development its main script, under the Node of npm,
 * because the app's own executable may not run scripts.
 * @throws GatewayServiceError `service-program-missing`
 */
export function hostCommandIn(hostDir: string): readonly string[] {
  const executable = path.join(hostDir, HOST);
  if (existsSync(executable)) return [executable];
  const script = path.join(hostDir, 'hermes-gateway.cjs');
  const node = process.versions['electron'] === undefined ? process.execPath : process.env['npm_node_execpath'];
  if (node !== undefined && existsSync(script)) return [node, script];
  throw new GatewayServiceError('service-program-missing', `(${executable})`, { remedy: 'Repair the installation of the app.' });
}
