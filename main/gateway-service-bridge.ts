/** The preload's half of the IPC, for a host's own `hermesDesktop`. A sandboxed preload can load it: it imports no Node or Electron. */

import { CHANGED, CHANNEL_PREFIX, createBridge, type GatewayServiceBridge, SUBSCRIBE } from '../src/desktop/ipc.ts';

export type * from '../src/desktop/shapes.ts';

/** The part of Electron's `ipcRenderer` that is used. */
export interface IpcRendererPort {
  invoke(channel: string, ...args: unknown[]): Promise<unknown>;
  send(channel: string, ...args: unknown[]): void;
  on(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown;
  off(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown;
}

export function gatewayServiceBridge(ipcRenderer: IpcRendererPort): GatewayServiceBridge {
  const listeners = new Set<(snapshot: unknown, show: unknown) => void>();
  const forward = (_event: unknown, snapshot: unknown, show: unknown) => {
    for (const listener of [...listeners]) listener(snapshot, show);
  };

  return createBridge({
    invoke: (verb, payload) => ipcRenderer.invoke(CHANNEL_PREFIX + verb, payload),
    subscribe(listener) {
      listeners.add(listener);
      if (listeners.size === 1) {
        ipcRenderer.on(CHANNEL_PREFIX + CHANGED, forward);
        ipcRenderer.send(CHANNEL_PREFIX + SUBSCRIBE, true);
      }
      return () => {
        if (!listeners.delete(listener) || listeners.size > 0) return;
        ipcRenderer.off(CHANNEL_PREFIX + CHANGED, forward);
        ipcRenderer.send(CHANNEL_PREFIX + SUBSCRIBE, false);
      };
    },
  });
}
