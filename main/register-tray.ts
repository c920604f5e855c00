/**
 * What a tray shows of a registration, drawn from the tray model after every change: for the registration's own tray, or one of the host.
 */

import path from 'node:path';
import type { Catalogue } from '../src/desktop/messages.ts';
import { type TrayCommand, type TrayInput, type TrayItem, trayModel } from '../src/desktop/tray-model.ts';
import { toGatewayServiceError } from '../src/model/errors.ts';
import type { ElectronParts, MenuItemTemplate } from './electron-parts.ts';
import type { Log } from './log.ts';
import type { SnapshotHub } from './snapshot-hub.ts';
import { type TrayParts, trayController } from './tray.ts';
import type { UpdaterPort } from './updater/electron-updater.ts';

export interface TrayOptions {
  /** Folder of the icons (`build/icons` of this package). */
  readonly iconsDir: string;
  /** The menu offers it where it is present; the gateway keeps running. */
  quit?(): void;
  /** There is no tray: do not hide the last window. */
  onUnavailable?(error: unknown): void;
}

export interface TraySource {
  readonly electron: ElectronParts;
  readonly hub: SnapshotHub;
  readonly catalogue: Catalogue;
  readonly updater: UpdaterPort | undefined;
  readonly openPanel: () => void;
  readonly runCommand: (command: TrayCommand) => void;
  readonly log: Log;
}

export function registerTray(source: TraySource, { iconsDir, quit, onUnavailable }: TrayOptions) {
  const { electron, openPanel, log } = source;
  const tray = trayController({
    electron,
    onClick: openPanel,
    onUnavailable: error => {
      log.warn(`there is no tray: ${toGatewayServiceError(error).message}`);
      onUnavailable?.(error);
    },
  });
  const offers = { open: true, quit: quit !== undefined };
  const stop = watchTray(source, { iconsDir, offers }, tray.render);
  return {
    get available() {
      return tray.available;
    },
    dispose() {
      stop();
      tray.dispose();
    },
  };
}

interface WatchOptions extends Pick<TrayInput, 'offers'> {
  readonly iconsDir: string;
}

/** Calls `show` at once and after every change of what it shows. Returns the function that ends it. */
export function watchTray(source: TraySource, { iconsDir, offers }: WatchOptions, show: (parts: TrayParts) => void): () => void {
  const { electron, hub, catalogue, updater, runCommand } = source;
  const { nativeTheme } = electron;
  const appName = electron.app.getName();
  let shown: string | undefined;
  const draw = () => {
    const theme = nativeTheme.shouldUseDarkColorsForSystemIntegratedUI ? 'dark' : 'light';
    const model = trayModel({ ...catalogue, appName, snapshots: hub.latest, theme, update: updater?.state, offers, now: Date.now() });
    const text = JSON.stringify(model);
    if (text === shown) return;
    shown = text;
    const { image, menu, ...texts } = model;
    const icon = path.join(iconsDir, `${image}.${process.platform === 'win32' ? 'ico' : 'png'}`);
    show({ ...texts, icon, items: menuTemplate(menu, runCommand) });
  };
  const stopListening = hub.listen(draw);
  const stopUpdater = updater?.onChanged(draw);
  nativeTheme.on('updated', draw);
  draw();
  return () => {
    stopListening();
    stopUpdater?.();
    nativeTheme.off('updated', draw);
  };
}

export function menuTemplate(items: readonly TrayItem[], onCommand: (command: TrayCommand) => void): MenuItemTemplate[] {
  return items.map(item => itemTemplate(item, onCommand));
}

function itemTemplate(item: TrayItem, onCommand: (command: TrayCommand) => void): MenuItemTemplate {
  switch (item.kind) {
    case 'separator':
      return { type: 'separator' };
    case 'text':
      return { label: item.label, enabled: false };
    case 'command':
      return { label: item.label, click: () => onCommand(item.command) };
    case 'menu':
      return { label: item.label, submenu: menuTemplate(item.items, onCommand) };
  }
}
