/** The tray of a registration: drawn from the tray model after every change, with the commands of its menu. */

import type { Catalogue } from '../src/desktop/messages.ts';
import { trayModel } from '../src/desktop/tray-model.ts';
import { toGatewayServiceError } from '../src/model/errors.ts';
import type { ElectronParts } from './electron-parts.ts';
import type { SnapshotHub } from './snapshot-hub.ts';
import { trayController } from './tray.ts';
import { createTrayCommandHandler, type TrayCommandsOptions } from './tray-commands.ts';

export interface TrayOptions {
  /** Folder of the icons (`build/icons` of this package). */
  readonly iconsDir: string;
  /** The menu offers it where it is present; the gateway keeps running. */
  quit?(): void;
  /** There is no tray: do not hide the last window. */
  onUnavailable?(error: unknown): void;
}

export interface RegisterTrayOptions
  extends Pick<TrayCommandsOptions, 'engine' | 'openPanel' | 'updater' | 'installUpdate' | 'notifications' | 'log'> {
  readonly electron: ElectronParts;
  readonly options: TrayOptions;
  readonly hub: SnapshotHub;
  readonly catalogue: Catalogue;
}

export function registerTray(given: RegisterTrayOptions): Pick<ReturnType<typeof trayController>, 'available' | 'dispose'> {
  const { electron, options, hub, catalogue, ...parts } = given;
  const { nativeTheme, shell } = electron;
  const { updater, log } = parts;
  const appName = electron.app.getName();
  const runCommand = createTrayCommandHandler({ ...parts, shell, messages: catalogue.messages, quit: () => options.quit?.() });
  const tray = trayController({
    electron,
    iconsDir: options.iconsDir,
    onCommand: command => void runCommand(command),
    onUnavailable: error => {
      log.warn(`there is no tray: ${toGatewayServiceError(error).message}`);
      options.onUnavailable?.(error);
    },
  });
  const draw = () => {
    const theme = nativeTheme.shouldUseDarkColorsForSystemIntegratedUI ? 'dark' : 'light';
    const quits = options.quit !== undefined;
    tray.render(trayModel({ ...catalogue, appName, snapshots: hub.latest, theme, update: updater?.state, quits, now: Date.now() }));
  };
  const stopListening = hub.listen(draw);
  const stopUpdater = updater?.onChanged(draw);
  nativeTheme.on('updated', draw);
  draw();
  return {
    get available() {
      return tray.available;
    },
    dispose() {
      stopListening();
      stopUpdater?.();
      nativeTheme.off('updated', draw);
      tray.dispose();
    },
  };
}
