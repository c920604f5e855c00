/** Draws the tray model: one idempotent `render`. A missing tray is reported once, so that the app does not hide its last window. */

import path from 'node:path';
import type { TrayCommand, TrayImage, TrayItem, TrayModel } from '../src/desktop/tray-model.ts';
import type { ElectronParts, MenuItemTemplate, TrayPort } from './electron-parts.ts';

export interface TrayDelegate {
  /** The constructor of `Tray` throws where there is no notification area. */
  readonly electron: Pick<ElectronParts, 'Tray' | 'Menu'>;
  readonly iconsDir: string;
  onCommand(command: TrayCommand): void;
  onUnavailable(error: unknown): void;
}

export function trayController({ electron, iconsDir, onCommand, onUnavailable }: TrayDelegate) {
  /** Kept here, because a garbage-collected tray disappears from the screen. */
  let tray: TrayPort | undefined;
  let drawn: { image?: string; tooltip?: string; menu?: string } = {};
  let ended = false;

  function draw({ image, tooltip, menu }: TrayModel): void {
    const file = iconFile(iconsDir, image);
    if (!tray) {
      tray = new electron.Tray(file);
      tray.on('click', () => onCommand({ do: 'open' }));
    } else if (drawn.image !== image) {
      tray.setImage(file);
    }
    if (drawn.tooltip !== tooltip) tray.setToolTip(tooltip);
    const text = JSON.stringify(menu);
    if (drawn.menu !== text) tray.setContextMenu(electron.Menu.buildFromTemplate(menuTemplate(menu, onCommand)));
    drawn = { image, tooltip, menu: text };
  }

  function dispose(): void {
    ended = true;
    const shown = tray;
    tray = undefined;
    shown?.destroy();
  }

  return {
    /** Whether an icon is shown. */
    get available() {
      return tray !== undefined;
    },
    render(model: TrayModel): void {
      if (ended) return;
      try {
        draw(model);
      } catch (error) {
        dispose();
        onUnavailable(error);
      }
    },
    dispose,
  };
}

export function iconFile(iconsDir: string, image: TrayImage): string {
  return path.join(iconsDir, `${image}.${process.platform === 'win32' ? 'ico' : 'png'}`);
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
