/** The reference app's preload. A host adds the bridge to its own object, because a second `exposeInMainWorld` of a name throws. */

import { contextBridge, ipcRenderer } from 'electron';
import { loginItemBridge } from '../src/desktop/login-item.ts';
import { gatewayServiceBridge } from './gateway-service-bridge.ts';

contextBridge.exposeInMainWorld('hermesDesktop', {
  gatewayService: gatewayServiceBridge(ipcRenderer),
  loginItem: loginItemBridge(ipcRenderer),
});
