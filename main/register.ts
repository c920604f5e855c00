/**
 * The library for a host app's main process (`hermes-gateway-service/main`): one call wires the gateway service into an Electron app.
 *
 *   const gatewayService = registerGatewayService(electron, { hostDir, profiles, isTrustedSender, openPanel, log, tray: false });
 *
 * Call it after `app.whenReady()`. It changes neither windows nor quitting.
 */

import { setRegion } from '../src/desktop/formats.ts';
import type { ElectronParts } from './electron-parts.ts';
import { type EngineOptions, openEngine } from './engine.ts';
import { type GatewayServiceRegistration, type RegistrationOptions, register } from './registration.ts';

export { type Catalogue, ENGLISH, type Messages, type ShellMessages } from '../src/desktop/messages.ts';
export type { Status } from '../src/model/status.ts';
export type { ElectronParts, MenuItemTemplate } from './electron-parts.ts';
export type { Log } from './log.ts';
export type { TrayOptions } from './register-tray.ts';
export type { GatewayServiceRegistration } from './registration.ts';
export type { IsTrustedSender, Sender } from './sender-check.ts';
export type { TrayParts } from './tray.ts';
export { type AutoUpdaterPort, electronUpdater, type UpdaterPort } from './updater/electron-updater.ts';
export type { HandOffRequest } from './updater/hand-off.ts';
export type { HandOffResult } from './updater/resume.ts';

export interface GatewayServiceOptions extends EngineOptions, RegistrationOptions {}

/**
 * @param electron `import * as electron from 'electron'`
 * @throws GatewayServiceError where this process is registered already. An invalid `hostDir`, `home` or `profiles` is logged, and every
 *   call rejects with it
 */
export function registerGatewayService(electron: ElectronParts, options: GatewayServiceOptions): GatewayServiceRegistration {
  const reveal = (file: string) => electron.shell.showItemInFolder(file);
  const openSettings = (address: string) => electron.shell.openExternal(address);
  const region = electron.app.getSystemLocale();
  // For the tray; the pages get it with each snapshot.
  setRegion(region);
  return register(electron, options, () => openEngine({ reveal, openSettings, region, ...options }));
}
