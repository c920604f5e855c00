/** The trays of a registration: one of its own, and what a tray of the host shows. Both are drawn from the tray model after every change. */

import type { Catalogue } from '../src/desktop/messages.ts';
import { type TrayInput, type TrayModel, trayModel } from '../src/desktop/tray-model.ts';
import { toGatewayServiceError } from '../src/model/errors.ts';
import type { ElectronParts, MenuItemTemplate } from './electron-parts.ts';
import type { SnapshotHub } from './snapshot-hub.ts';
import { iconFile, menuTemplate, trayController } from './tray.ts';
import { createTrayCommandHandler, type TrayCommandsOptions } from './tray-commands.ts';

export interface TrayOptions {
  /** Folder of the icons (`build/icons` of this package). */
  readonly iconsDir: string;
  /** The menu offers it where it is present; the gateway keeps running. */
  quit?(): void;
  /** There is no tray: do not hide the last window. */
  onUnavailable?(error: unknown): void;
}

/** What a tray of the host shows of the gateways, beside its own items. */
export interface TrayParts {
  /** The icon's file: `.ico` on Windows, `.png` elsewhere. */
  readonly icon: string;
  readonly tooltip: string;
  /** For `Menu.buildFromTemplate`: state and commands of each gateway, without items to open or to quit the app. */
  readonly items: MenuItemTemplate[];
  /** Label for the host's item that quits the app: it says what happens to the gateways. */
  readonly quitLabel: string;
}

export interface RegisterTrayOptions
  extends Pick<TrayCommandsOptions, 'engine' | 'openPanel' | 'updater' | 'installUpdate' | 'notifications' | 'log'> {
  readonly electron: ElectronParts;
  readonly hub: SnapshotHub;
  readonly catalogue: Catalogue;
}

/** Calls `show` at once and after every change of what it shows. Returns the function that ends it. */
function watchModel(
  { electron, hub, catalogue, updater }: RegisterTrayOptions,
  offers: TrayInput['offers'],
  show: (model: TrayModel) => void,
): () => void {
  const { app, nativeTheme } = electron;
  const appName = app.getName();
  let shown: string | undefined;
  const draw = () => {
    const theme = nativeTheme.shouldUseDarkColorsForSystemIntegratedUI ? 'dark' : 'light';
    const model = trayModel({ ...catalogue, appName, snapshots: hub.latest, theme, update: updater?.state, offers, now: Date.now() });
    const text = JSON.stringify(model);
    if (text !== shown) show(model);
    shown = text;
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

export function registerTray(
  parts: RegisterTrayOptions,
  { iconsDir, quit, onUnavailable }: TrayOptions,
): Pick<ReturnType<typeof trayController>, 'available' | 'dispose'> {
  const runCommand = commandsOf(parts, () => quit?.());
  const tray = trayController({
    electron: parts.electron,
    iconsDir,
    onCommand: command => void runCommand(command),
    onUnavailable: error => {
      parts.log.warn(`there is no tray: ${toGatewayServiceError(error).message}`);
      onUnavailable?.(error);
    },
  });
  const stopWatching = watchModel(parts, { open: true, quit: quit !== undefined }, model => tray.render(model));
  return {
    get available() {
      return tray.available;
    },
    dispose() {
      stopWatching();
      tray.dispose();
    },
  };
}

/** Calls `show` for a tray of the host: at once, and after every change. Returns the function that ends it. */
export function watchHostTray(parts: RegisterTrayOptions, iconsDir: string, show: (shown: TrayParts) => void): () => void {
  const runCommand = commandsOf(parts, () => undefined);
  return watchModel(parts, { open: false, quit: false }, ({ image, tooltip, menu, quitLabel }) =>
    show({ icon: iconFile(iconsDir, image), tooltip, items: menuTemplate(menu, command => void runCommand(command)), quitLabel }),
  );
}

function commandsOf({ electron, catalogue, ...parts }: RegisterTrayOptions, quit: () => void) {
  return createTrayCommandHandler({ ...parts, shell: electron.shell, messages: catalogue.messages, quit });
}
