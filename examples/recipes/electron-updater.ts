/** The app updates itself with electron-updater: the gateways are stopped first, and the relaunched app starts them again. */

import electron from 'electron';
import { type AutoUpdaterPort, electronUpdater, registerGatewayService } from 'hermes-gateway-service/main';

type Options = Parameters<typeof registerGatewayService>[1];

/** @param autoUpdater that of `import { autoUpdater } from 'electron-updater'` */
export function registerWithUpdater(options: Options, autoUpdater: AutoUpdaterPort) {
  const gateway = registerGatewayService(electron, { ...options, updater: electronUpdater(autoUpdater, { silent: true }) });
  void autoUpdater.checkForUpdates();
  // For the app's own button. Never call `quitAndInstall` of electron-updater: it would replace files under running gateways.
  return { gateway, restartAndUpdate: () => gateway.installUpdate() };
}
