/**
 * The reference app's preload: one object, verbs and no channels. A host app exposes its own object instead and adds
 * `gatewayServiceBridge` to it, because a second `exposeInMainWorld` of a name throws.
 */

import { contextBridge, ipcRenderer } from 'electron';
import { loginItemBridge } from '../src/desktop/login-item.ts';
import { gatewayServiceBridge } from './gateway-service-bridge.ts';

contextBridge.exposeInMainWorld('hermesDesktop', {
  gatewayService: gatewayServiceBridge(ipcRenderer),
  loginItem: loginItemBridge(ipcRenderer),
});
