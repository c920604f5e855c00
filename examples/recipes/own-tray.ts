/** The app has a tray of its own, and shows the gateways in its menu. Register with `tray: false`. */

import electron, { type MenuItemConstructorOptions } from 'electron';
import type { GatewayServiceRegistration } from 'hermes-gateway-service/main';

/** @param iconsDir a real folder with the files of `build/icons` of this package */
export function showInTray(gateway: GatewayServiceRegistration, tray: electron.Tray, iconsDir: string): () => void {
  return gateway.onTrayChanged(iconsDir, ({ icon, tooltip, items, quitLabel }) => {
    const template: MenuItemConstructorOptions[] = [...items, { type: 'separator' }, { label: quitLabel, role: 'quit' }];
    tray.setImage(icon);
    tray.setToolTip(tooltip);
    tray.setContextMenu(electron.Menu.buildFromTemplate(template));
  });
}
