/**
 * What one registration in the main process consists of: IPC handlers, pushes, tray and notifications around one engine. Everything it
 * adds, `dispose` takes away; windows and quitting stay the host's own business.
 */

import path from 'node:path';
import { ENGLISH } from '../src/desktop/catalogues.ts';
import type { Catalogue } from '../src/desktop/messages.ts';
import { trayModel } from '../src/desktop/tray-model.ts';
import { GatewayServiceError, toGatewayServiceError } from '../src/model/errors.ts';
import type { Status } from '../src/model/status.ts';
import type { UpdateJournal } from '../src/update/journal.ts';
import type { ElectronParts } from './electron-parts.ts';
import type { Engine } from './engine.ts';
import { registerGatewayIpc } from './gateway-ipc.ts';
import { type Log, redactingLog } from './log.ts';
import { Notifications } from './notifications.ts';
import type { IsTrustedSender } from './sender-check.ts';
import { SnapshotHub } from './snapshot-hub.ts';
import { Subscribers } from './subscribers.ts';
import { TrayController } from './tray.ts';
import { createTrayCommandHandler } from './tray-commands.ts';
import { type HandOffRequest, handOff } from './updater/hand-off.ts';
import { type HandOffResult, resumeAtStart } from './updater/resume.ts';
import { type OnProgress, type UpdateSubject, updateWhileDown } from './updater/update-while-down.ts';
import type { UpdaterPort } from './updater/updater-port.ts';

export interface TrayOptions {
  /** Folder of the icons (`build/icons` of this package). */
  readonly iconsDir: string;
  /** Offered in the menu where it is there; the gateway runs on. */
  quit?(): void;
  /** There is no tray: do not hide the last window. */
  onUnavailable?(error: unknown): void;
}

export interface RegistrationOptions {
  /** Whether a page is the host's own; only those may manage the gateway. */
  readonly isTrustedSender: IsTrustedSender;
  /** Opens the window that shows the panel; the tray and notifications ask for it. */
  readonly openPanel: () => void;
  /** Texts of tray and notifications in the language of the host; default: English. */
  readonly catalogue?: Catalogue;
  /** The host's logger; default: electron-log. */
  readonly log?: Log;
  /** False: the host has no tray, or its own. */
  readonly tray: TrayOptions | false;
  /** The app's own updater; with electron-updater it is `electronUpdater(autoUpdater)`. */
  readonly updater?: UpdaterPort;
  /** How the last hand-off ended, as soon as the host has read the result of its updater; undefined where there is no result. */
  readonly handOffResult?: Promise<HandOffResult | undefined>;
}

export interface GatewayServiceRegistration {
  /** @throws GatewayServiceError `profile-missing`, or why there is no engine */
  status(profile?: string): Promise<Status>;
  /** Calls back with the present status of every profile and after every change. Returns the unsubscribe. */
  onStatus(listener: (status: Status) => void): () => void;
  /**
   * Does `work` with the gateways of all profiles down and brings them up again, whatever becomes of it and of this process.
   * @throws what `work` throws, or GatewayServiceError where a gateway did not stop or come up again
   */
  update<T>(work: (onProgress: OnProgress) => Promise<T>, subject?: Partial<Pick<UpdateSubject, 'what' | 'versions'>>): Promise<T>;
  /**
   * An update for which the app has to quit: stops the gateways of all profiles, then calls `startUpdaterAndQuit`. The relaunched app
   * starts the gateways again when it registers. Give `versions` only where they are those of the app.
   * @throws what `startUpdaterAndQuit` rejects with, GatewayServiceError where a gateway did not stop or the app did not quit; the
   *   gateways are running again then
   */
  handOff(request: HandOffRequest): Promise<never>;
  /** The same with the update that `updater` has ready. @throws GatewayServiceError `unsupported` where there is no updater */
  installUpdate(): Promise<never>;
  /** Whether the tray icon is there, so that a hidden window can be brought back. */
  readonly trayAvailable: boolean;
  dispose(): void;
}

/** One for each `ipcMain`: a second set of handlers would throw in the middle of its registration. */
const registered = new WeakSet<object>();

/** Never touches what the host has of its own. @throws GatewayServiceError where this process is registered already */
export function register(
  electron: ElectronParts,
  options: RegistrationOptions,
  openEngine: () => Promise<Engine>,
): GatewayServiceRegistration {
  const { ipcMain, powerMonitor, nativeTheme } = electron;
  if (registered.has(ipcMain)) {
    throw new GatewayServiceError('internal', '(the gateway service is registered in this process already)', {
      remedy: 'Call dispose() of the first registration before the second.',
    });
  }
  registered.add(ipcMain);
  const opened = openEngine();

  const { isTrustedSender, openPanel, tray: trayOptions, updater, handOffResult } = options;
  const log = redactingLog(options.log);
  const { messages, shell } = options.catalogue ?? ENGLISH;
  const appName = electron.app.getName();
  const controller = opened.then(engine => engine.controller);
  controller.catch(error => log.error(`the engine did not start: ${toGatewayServiceError(error).message}`));

  const hub = new SnapshotHub(controller);
  const subscribers = new Subscribers(electron.BrowserWindow, { isTrustedSender, latest: () => hub.latest });
  const notifications = new Notifications({
    Notification: electron.Notification,
    shell,
    attended: () => subscribers.inFront,
    onClick: openPanel,
  });
  const tray = trayOptions && openTray(trayOptions);
  const version = electron.app.getVersion();

  async function installUpdate(): Promise<never> {
    if (!updater) throw new GatewayServiceError('unsupported', '(the app has no updater)');
    const versions = { from: version, ...(updater.version !== undefined && { to: updater.version }) };
    return handOff(await opened, appName, { what: appName, versions, startUpdaterAndQuit: () => updater.install().then(() => undefined) });
  }

  function openTray(its: TrayOptions): TrayController {
    const runCommand = createTrayCommandHandler({
      engine: opened,
      openPanel,
      quit: () => its.quit?.(),
      updater,
      installUpdate,
      shell: electron.shell,
      messages,
      notifications,
      log,
    });
    return new TrayController({
      createTray: image => new electron.Tray(image),
      buildMenu: template => electron.Menu.buildFromTemplate(template),
      imageFile: image => path.join(its.iconsDir, `${image}.${process.platform === 'win32' ? 'ico' : 'png'}`),
      onCommand: command => void runCommand(command),
      onUnavailable: error => {
        log.warn(`there is no tray: ${toGatewayServiceError(error).message}`);
        its.onUnavailable?.(error);
      },
    });
  }

  /** The panel says every end; a notification comes only where somebody has to do something. */
  function tellEnd({ id, what, versions, profiles, result }: UpdateJournal): void {
    if (!result || result.outcome === 'updated') return;
    const { outcome, why, at } = result;
    const end = { id, outcome, what, at, ...(why && { why }), ...(versions && { versions }) };
    const { message, remedy } = messages.update.end(end, Date.now());
    notifications.announce(profiles[0]?.profile ?? '', { title: message, body: remedy });
  }

  const drawTray = () => {
    if (!tray || !trayOptions) return;
    const theme = nativeTheme.shouldUseDarkColorsForSystemIntegratedUI ? 'dark' : 'light';
    const quits = trayOptions.quit !== undefined;
    tray.render(trayModel({ appName, snapshots: hub.latest, theme, messages, shell, update: updater?.state, quits, now: Date.now() }));
  };

  const undo: (() => void)[] = [
    registerGatewayIpc({ ipcMain, controller, subscribers, isTrustedSender, log }),
    hub.listen(snapshot => subscribers.push(snapshot)),
    hub.listen(snapshot => notifications.consider(snapshot)),
    resumeAtStart({
      engine: opened,
      who: appName,
      version,
      ...(handOffResult && { handOffResult }),
      onEnded: journal => tellEnd(journal),
      log,
    }),
  ];
  if (tray) {
    undo.push(hub.listen(drawTray));
    if (updater) undo.push(updater.onChanged(drawTray));
    nativeTheme.on('updated', drawTray);
    undo.push(() => nativeTheme.off('updated', drawTray));
    drawTray();
  }
  const refresh = () => hub.refresh();
  for (const event of ['resume', 'unlock-screen'] as const) {
    powerMonitor.on(event, refresh);
    undo.push(() => powerMonitor.off(event, refresh));
  }

  return {
    async status(profile) {
      const { manager, identities } = await opened;
      const identity = profile === undefined ? identities[0] : identities.find(each => each.profile === profile);
      if (!identity) throw new GatewayServiceError('profile-missing', `"${profile}"`);
      return manager.status(identity);
    },
    onStatus(listener) {
      for (const { status } of hub.latest) listener(status);
      return hub.listen(({ status }) => listener(status));
    },
    update: async (work, { what = appName, versions } = {}) =>
      updateWhileDown(await opened, { who: appName, what, ...(versions && { versions }) }, work),
    handOff: async request => handOff(await opened, appName, request),
    installUpdate,
    get trayAvailable() {
      return tray !== false && tray.available;
    },
    dispose() {
      registered.delete(ipcMain);
      for (const each of undo) each();
      subscribers.dispose();
      hub.dispose();
      notifications.dispose();
      if (tray) tray.dispose();
    },
  };
}
