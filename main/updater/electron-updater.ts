/**
 * electron-updater behind `UpdaterPort`. `quitAndInstall` starts the installer first and quits afterwards, and nothing can be awaited in
 * between. So the gateways are stopped before it is called, and installing on quit is off.
 */

import type { UpdateState } from '../../src/desktop/shell-messages.ts';
import { GatewayServiceError, toGatewayServiceError } from '../../src/model/errors.ts';

/** The app's own updater, as tray and registration use it. */
export interface UpdaterPort {
  readonly state: UpdateState;
  /** The version that `install` installs, once it is known. */
  readonly version?: string | undefined;
  /** Returns the unsubscribe. */
  onChanged(listener: () => void): () => void;
  check(): Promise<void>;
  /**
   * Quits the app and starts the new version. Called by `installUpdate` of the registration, when the gateways are stopped; do not call it
   * yourself. Rejects where it fails; otherwise the process ends before it settles.
   */
  install(): Promise<void>;
}

/** The part of `autoUpdater` of electron-updater 6 that is used; `autoDownload` is not changed. */
export interface AutoUpdaterPort {
  autoInstallOnAppQuit: boolean;
  checkForUpdates(): Promise<unknown>;
  quitAndInstall(isSilent?: boolean, isForceRunAfter?: boolean): void;
  on(event: 'checking-for-update' | 'update-not-available', listener: () => void): unknown;
  on(event: 'update-available' | 'update-downloaded', listener: (info: { readonly version: string }) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
}

/** @param options `silent` installs without the installer's window */
export function electronUpdater(autoUpdater: AutoUpdaterPort, { silent = false }: { readonly silent?: boolean } = {}): UpdaterPort {
  const listeners = new Set<() => void>();
  let state: UpdateState = 'none';
  let version: string | undefined;
  const setState = (next: UpdateState) => {
    state = next;
    for (const listener of [...listeners]) listener();
  };
  /** A downloaded update stays ready, also where a later check fails. */
  const unlessReady = (next: UpdateState) => () => {
    if (state !== 'ready') setState(next);
  };

  // At a shutdown of Windows it would install while the gateways run.
  autoUpdater.autoInstallOnAppQuit = false;
  autoUpdater.on('checking-for-update', unlessReady('checking'));
  autoUpdater.on('update-not-available', unlessReady('none'));
  autoUpdater.on('error', unlessReady('none'));
  autoUpdater.on('update-available', unlessReady('downloading'));
  autoUpdater.on('update-downloaded', info => {
    version = info.version;
    setState('ready');
  });

  return {
    get state() {
      return state;
    },
    get version() {
      return version;
    },
    onChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async check() {
      await autoUpdater.checkForUpdates();
    },
    install: () =>
      new Promise((_resolve, reject) => {
        const fail = (error: unknown) => {
          autoUpdater.off('error', fail);
          reject(new GatewayServiceError('update-not-installed', `(${toGatewayServiceError(error).message})`, { cause: error }));
        };
        autoUpdater.on('error', fail);
        try {
          autoUpdater.quitAndInstall(silent, true);
        } catch (error) {
          fail(error);
        }
      }),
  };
}
