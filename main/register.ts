/**
 * The library for a host app's main process (`hermes-gateway-service/main`): one call wires the gateway service into an Electron app.
 *
 *   const gatewayService = registerGatewayService(electron, { isTrustedSender, openPanel });
 *
 * Call it after `app.whenReady()`. It changes neither windows nor quitting.
 */

import { setRegion } from '../src/desktop/formats.ts';
import type { ElectronParts } from './electron-parts.ts';
import { openEngine } from './engine.ts';
import { findHostFolder } from './host-folder.ts';
import { checkOptions, type GatewayServiceOptions } from './options.ts';
import { type GatewayServiceRegistration, register } from './registration.ts';

export { type Catalogue, ENGLISH, type Messages, type ShellMessages } from '../src/desktop/messages.ts';
export type * from '../src/desktop/shapes.ts';
export type { UpdateState } from '../src/desktop/shell-messages.ts';
export { GatewayServiceError } from '../src/model/errors.ts';
export type * from './electron-parts.ts';
export type { EngineOptions } from './engine.ts';
export type { Log } from './log.ts';
export type { GatewayServiceOptions } from './options.ts';
export type { TrayOptions } from './register-tray.ts';
export type { GatewayServiceRegistration, RegistrationOptions } from './registration.ts';
export type { IsTrustedSender, Sender } from './sender-check.ts';
export type { TrayParts } from './tray.ts';
export { type AutoUpdaterPort, electronUpdater, type UpdaterPort } from './updater/electron-updater.ts';
export type { DoneBy, OnUpdateProgress, UpdateSubject, UpdateWork } from './updater/every-profile.ts';
export type { HandOffRequest } from './updater/hand-off.ts';
export type { HandOffResult } from './updater/resume.ts';

/**
 * @param electron `import * as electron from 'electron'`
 * @throws GatewayServiceError `option-invalid`, `registered-already`. Where there is no host, home or profile of the given name, that is
 *   logged, and every call rejects with it
 */
export function registerGatewayService(electron: ElectronParts, options: GatewayServiceOptions): GatewayServiceRegistration {
  checkOptions(electron, options);
  const reveal = (file: string) => electron.shell.showItemInFolder(file);
  const openExternal = (address: string) => electron.shell.openExternal(address);
  const region = electron.app.getSystemLocale();
  // For the tray; the pages get it with each snapshot.
  setRegion(region);
  const appPath = electron.app.getAppPath();
  return register(electron, options, async () => {
    const hostDir = options.hostDir ?? findHostFolder({ appPath, resources: process.resourcesPath });
    return openEngine({ reveal, openExternal, region, ...options, hostDir });
  });
}
