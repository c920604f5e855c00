/** The folder of this user, below which state and Hermes are found where nothing else is configured. */

import os from 'node:os';
import path from 'node:path';
import { attempt } from '../model/attempt.ts';
import { GatewayServiceError } from '../model/errors.ts';

/**
 * An absolute path: a relative one would mean another folder for each folder that a command is started in.
 * @throws GatewayServiceError `user-folder-unknown`
 */
export function userFolder(homedir: () => string = os.homedir): string {
  const found = attempt(homedir);
  if (found !== undefined && path.isAbsolute(found)) return found;
  const name = process.platform === 'win32' ? 'USERPROFILE' : 'HOME';
  const why =
    found === undefined ? `${name} is not set, and the system has no folder for this user` : `${name} is ${JSON.stringify(found)}`;
  throw new GatewayServiceError('user-folder-unknown', `(${why})`);
}
