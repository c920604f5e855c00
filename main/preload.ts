/**
 * The reference app's preload: one object with methods, no channels. A host app adds `gatewayServiceBridge` to its own object, because a
 * second `exposeInMainWorld` of the same name throws.
 */

import { contextBridge, ipcRenderer } from 'electron';
import { loginItemBridge } from '../src/desktop/login-item.ts';
import { gatewayServiceBridge } from './gateway-service-bridge.ts';

contextBridge.exposeInMainWorld('hermesDesktop', {
  gatewayService: gatewayServiceBridge(ipcRenderer),
  loginItem: loginItemBridge(ipcRenderer),
});
