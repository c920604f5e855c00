/** Whether the app itself opens at sign-in; the gateway needs no app. Names and shapes are those of `loginItem` in the Hermes app. */

import type { Reply } from './ipc.ts';

export const LOGIN_ITEM_GET = 'hermes:login-item:get';
export const LOGIN_ITEM_SET = 'hermes:login-item:set';

export interface LoginItem {
  readonly openAtLogin: boolean;
  /** False where the system has no such setting, and in development, where it would open Electron without the app. */
  readonly supported: boolean;
}

export interface LoginItemBridge {
  get(): Promise<Reply<LoginItem>>;
  /** Resolves with the setting after the change. */
  set(openAtLogin: boolean): Promise<Reply<LoginItem>>;
}

/** The preload's half, over the part of Electron's `ipcRenderer` that is used. */
export function loginItemBridge(ipcRenderer: { invoke(channel: string, ...args: unknown[]): Promise<unknown> }): LoginItemBridge {
  return {
    get: () => ipcRenderer.invoke(LOGIN_ITEM_GET) as Promise<Reply<LoginItem>>,
    set: openAtLogin => ipcRenderer.invoke(LOGIN_ITEM_SET, openAtLogin) as Promise<Reply<LoginItem>>,
  };
}
