/** Another installer replaces the app, which has to quit for it. The gateways are down before it starts, and up again afterwards. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import electron from 'electron';
import type { GatewayServiceRegistration } from 'hermes-gateway-service/main';

/** Resolves never: the app quits. Rejects where the installer did not start; the gateways are running again then. */
export function replaceApp(gateway: GatewayServiceRegistration, installer: string, to: string): Promise<never> {
  return gateway.handOff({
    what: electron.app.getName(),
    versions: { from: electron.app.getVersion(), to },
    async startUpdaterAndQuit() {
      const child = spawn(installer, ['/S'], { detached: true, stdio: 'ignore' });
      await once(child, 'spawn');
      child.unref();
      electron.app.quit();
      // The gateways stay down while this process lives.
      return child.pid;
    },
  });
}
