/** The preload script, bundled into one CommonJS file: a sandboxed preload cannot import packages. */

import { contextBridge, ipcRenderer } from 'electron';
import { gatewayServiceBridge } from 'hermes-gateway-service/preload';

contextBridge.exposeInMainWorld('gatewayService', gatewayServiceBridge(ipcRenderer));
