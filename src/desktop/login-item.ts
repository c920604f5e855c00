/**
 * Whether the app itself opens when its user signs in: a setting beside the gateway's, because the gateway needs no app. Names and shapes
 * are those of `loginItem` in the Hermes app.
 */

import type { Reply } from './ipc.ts';

export const LOGIN_ITEM_GET = 'hermes:login-item:get';
export const LOGIN_ITEM_SET = 'hermes:login-item:set';

export interface LoginItem {
  readonly openAtLogin: boolean;
  /** False where the system has no such setting, and in development, where it would open something else. */
  readonly supported: boolean;
}

export interface LoginItemBridge {
  get(): Promise<Reply<LoginItem>>;
  /** Resolves with what is so afterwards. */
  set(openAtLogin: boolean): Promise<Reply<LoginItem>>;
}

/** The preload's half, over what is used of Electron's `ipcRenderer`. */
export function loginItemBridge(ipcRenderer: { invoke(channel: string, ...args: unknown[]): Promise<unknown> }): LoginItemBridge {
  return {
    get: () => ipcRenderer.invoke(LOGIN_ITEM_GET) as Promise<Reply<LoginItem>>,
    set: openAtLogin => ipcRenderer.invoke(LOGIN_ITEM_SET, openAtLogin) as Promise<Reply<LoginItem>>,
  };
}
