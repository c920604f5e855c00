/** Every window of the app may show the panel. Pages subscribe by themselves; only visible windows receive changes. */

import electron from 'electron';
import { type GatewayServiceRegistration, registerGatewayService } from 'hermes-gateway-service/main';

/** @param pages the addresses of the pages that may manage the gateway, as `webContents.getURL()` gives them */
export function registerForWindows(hostDir: string, pages: ReadonlySet<string>, openPanel: () => void): GatewayServiceRegistration {
  // One registration for all windows: a second one in the same process is refused.
  return registerGatewayService(electron, { hostDir, isTrustedSender: ({ url }) => pages.has(url), openPanel, tray: false });
}
