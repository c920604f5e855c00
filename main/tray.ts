/** Draws the tray model: one idempotent `render`. A missing tray is reported once, so that the app does not hide its last window. */

import path from 'node:path';
import type { TrayCommand, TrayItem, TrayModel } from '../src/desktop/tray-model.ts';
import type { ElectronParts, MenuItemTemplate, TrayPort } from './electron-parts.ts';

export interface TrayDelegate {
  /** The constructor of `Tray` throws where there is no notification area. */
  readonly electron: Pick<ElectronParts, 'Tray' | 'Menu'>;
  readonly iconsDir: string;
  onCommand(command: TrayCommand): void;
  onUnavailable(error: unknown): void;
}

export class TrayController {
  readonly #delegate: TrayDelegate;
  /** Kept here, because a garbage-collected tray disappears from the screen. */
  #tray: TrayPort | undefined;
  #drawn: { image?: string; tooltip?: string; menu?: string } = {};
  #ended = false;

  constructor(delegate: TrayDelegate) {
    this.#delegate = delegate;
  }

  /** Whether an icon is shown. */
  get available(): boolean {
    return this.#tray !== undefined;
  }

  render(model: TrayModel): void {
    if (this.#ended) return;
    try {
      this.#draw(model);
    } catch (error) {
      this.dispose();
      this.#delegate.onUnavailable(error);
    }
  }

  dispose(): void {
    this.#ended = true;
    const tray = this.#tray;
    this.#tray = undefined;
    tray?.destroy();
  }

  #draw({ image, tooltip, menu }: TrayModel): void {
    const { electron, iconsDir, onCommand } = this.#delegate;
    const drawn = this.#drawn;
    const file = path.join(iconsDir, `${image}.${process.platform === 'win32' ? 'ico' : 'png'}`);
    if (!this.#tray) {
      this.#tray = new electron.Tray(file);
      this.#tray.on('click', () => onCommand({ do: 'open' }));
    } else if (drawn.image !== image) {
      this.#tray.setImage(file);
    }
    if (drawn.tooltip !== tooltip) this.#tray.setToolTip(tooltip);
    const text = JSON.stringify(menu);
    if (drawn.menu !== text) this.#tray.setContextMenu(electron.Menu.buildFromTemplate(menuTemplate(menu, onCommand)));
    this.#drawn = { image, tooltip, menu: text };
  }
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
