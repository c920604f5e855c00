/** Where the host of an app is that names no folder: in its resources when it is packaged, among its packages in development. */

import { existsSync } from 'node:fs';
// Not by its name: host apps declare `createRequire` themselves before a bundle.
import nodeModule from 'node:module';
import path from 'node:path';
import { attempt } from '../src/model/attempt.ts';
import { GatewayServiceError } from '../src/model/errors.ts';

/** The executables for Windows, else the script, which runs under the Node of npm. */
const PACKAGED = { win32: 'hermes-gateway-service-win32-x64/manifest.json', script: 'hermes-gateway-service/host' };

export interface AppPlace {
  /** `app.getAppPath()` */
  readonly appPath: string;
  /** `process.resourcesPath`, which only Electron has. */
  readonly resources: string | undefined;
  readonly platform?: NodeJS.Platform;
}

/** @throws GatewayServiceError `service-program-missing` */
export function findHostFolder({ appPath, resources, platform = process.platform }: AppPlace): string {
  const shipped = resources && path.join(resources, 'host');
  if (shipped && existsSync(shipped)) return shipped;
  const { resolve } = nodeModule.createRequire(path.join(appPath, 'package.json'));
  const file = (platform === 'win32' && attempt(() => resolve(PACKAGED.win32))) || attempt(() => resolve(PACKAGED.script));
  if (file) return path.dirname(file);
  throw new GatewayServiceError('service-program-missing', `(${shipped ?? appPath})`, {
    remedy: 'The maker of the app must ship the host as "resources/host", or name its folder by the option "hostDir".',
  });
}
