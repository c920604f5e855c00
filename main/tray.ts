/** A tray icon: one idempotent `render`. A missing tray is reported once, so that the app does not hide its last window. */

import type { ElectronParts, MenuItemTemplate, TrayPort } from './electron-parts.ts';

/** What a tray shows of the gateways. */
export interface TrayParts {
  /** The icon's file: `.ico` on Windows, `.png` elsewhere. */
  readonly icon: string;
  readonly tooltip: string;
  /** For `Menu.buildFromTemplate`: state and commands of each gateway. */
  readonly items: MenuItemTemplate[];
  /** Label for an item that quits the app: it says what happens to the gateways. */
  readonly quitLabel: string;
}

export interface TrayDelegate {
  /** The constructor of `Tray` throws where there is no notification area. */
  readonly electron: Pick<ElectronParts, 'Tray' | 'Menu'>;
  onClick(): void;
  onUnavailable(error: unknown): void;
}

export function trayController({ electron, onClick, onUnavailable }: TrayDelegate) {
  /** Kept here, because a garbage-collected tray disappears from the screen. */
  let tray: TrayPort | undefined;
  let drawn: { icon?: string; tooltip?: string; menu?: string } = {};
  let ended = false;

  function draw({ icon, tooltip, items }: TrayParts): void {
    if (!tray) {
      tray = new electron.Tray(icon);
      tray.on('click', onClick);
    } else if (drawn.icon !== icon) {
      tray.setImage(icon);
    }
    if (drawn.tooltip !== tooltip) tray.setToolTip(tooltip);
    const menu = JSON.stringify(items);
    if (drawn.menu !== menu) tray.setContextMenu(electron.Menu.buildFromTemplate(items));
    drawn = { icon, tooltip, menu };
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
    render(parts: TrayParts): void {
      if (ended) return;
      try {
        draw(parts);
      } catch (error) {
        dispose();
        onUnavailable(error);
      }
    },
    dispose,
  };
}
