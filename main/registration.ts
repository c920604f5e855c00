/** One registration: IPC, pushes, tray and notifications around one engine; `dispose` removes them. Windows and quitting are the host's. */

import { type Catalogue, ENGLISH } from '../src/desktop/messages.ts';
import { GatewayServiceError, toGatewayServiceError } from '../src/model/errors.ts';
import type { Status } from '../src/model/status.ts';
import type { UpdateJournal } from '../src/update/journal.ts';
import type { ElectronParts } from './electron-parts.ts';
import type { Engine } from './engine.ts';
import { registerGatewayIpc } from './gateway-ipc.ts';
import { type Log, redactingLog } from './log.ts';
import { Notifications } from './notifications.ts';
import { registerTray, type TrayOptions, watchTray } from './register-tray.ts';
import type { IsTrustedSender } from './sender-check.ts';
import { createShellCommandHandler } from './shell-commands.ts';
import { SnapshotHub } from './snapshot-hub.ts';
import { Subscribers } from './subscribers.ts';
import type { TrayParts } from './tray.ts';
import type { UpdaterPort } from './updater/electron-updater.ts';
import { type UpdateSubject, type UpdateWork, updateWhileDown } from './updater/every-profile.ts';
import { type HandOffRequest, handOff } from './updater/hand-off.ts';
import { type HandOffResult, resumeAtStart } from './updater/resume.ts';

export interface RegistrationOptions {
  /** Whether a page belongs to the host. Only such a page may manage the gateway. */
  readonly isTrustedSender: IsTrustedSender;
  /**
   * Opens the window that shows the panel; called by tray and notifications, by these with the profile that they are about. The panel selects
   * that profile itself, so only a host with a panel for each profile needs it.
   */
  readonly openPanel: (profile?: string) => void;
  /** Texts of tray and notifications in the language of the host; default: English. */
  readonly catalogue?: Catalogue;
  /** The host's logger; default: electron-log. */
  readonly log?: Log;
  /** Default: none, where the host has no tray, or its own; the latter shows what `onTrayChanged` gives. */
  readonly tray?: TrayOptions | false;
  /** The app's own updater; with electron-updater it is `electronUpdater(autoUpdater)`. */
  readonly updater?: UpdaterPort;
  /** How the last hand-off ended, as soon as the host has read the result of its updater; undefined where there is no result. */
  readonly handOffResult?: Promise<HandOffResult | undefined>;
}

export interface GatewayServiceRegistration {
  /** @throws GatewayServiceError `profile-missing`, or why the engine did not start */
  status(profile?: string): Promise<Status>;
  /** Calls back with the present status of every profile, then after every change. Returns the unsubscribe. */
  onStatus(listener: (status: Status) => void): () => void;
  /**
   * Stops the gateways of all profiles, runs `work` and starts them again, also where `work` fails or this process dies. A process that
   * does the work is named with `doneBy(pid)`: the gateways stay stopped while it runs, also where the app quits before it has ended.
   * @throws what `work` throws, or GatewayServiceError where a gateway did not stop or start again
   */
  update<T>(work: UpdateWork<T>, subject?: Partial<Pick<UpdateSubject, 'what' | 'versions'>>): Promise<T>;
  /**
   * An update for which the app has to quit: stops the gateways of all profiles, then calls `startUpdaterAndQuit`. The relaunched app
   * starts the gateways again when it registers. Give `versions` only where they are those of the app.
   * @throws what `startUpdaterAndQuit` rejects with, GatewayServiceError where a gateway did not stop or the app did not quit; the
   *   gateways are running again then
   */
  handOff(request: HandOffRequest): Promise<never>;
  /** Hands off to `updater` with the update that it has ready. @throws GatewayServiceError `option-invalid` without an updater */
  installUpdate(): Promise<never>;
  /**
   * For a tray that the host owns: calls back with what it shows of the gateways, at once and after every change, without items to open
   * or to quit the app. Returns the unsubscribe.
   * @param iconsDir folder of the icons (`build/icons` of this package)
   */
  onTrayChanged(iconsDir: string, listener: (parts: TrayParts) => void): () => void;
  /** Whether the tray icon of the registration is shown, so that the user can open a hidden window again. */
  readonly trayAvailable: boolean;
  /**
   * Removes everything that the registration added, at once; another registration may follow. Resolves when nothing of it runs any more. The
   * gateways and an operation in progress go on. Idempotent.
   */
  dispose(): Promise<void>;
}

/** The `ipcMain` of each registration: a second set of handlers would throw in the middle of its registration. */
const registered = new WeakSet<object>();

/** @throws GatewayServiceError `registered-already` */
export function register(
  electron: ElectronParts,
  options: RegistrationOptions,
  openEngine: () => Promise<Engine>,
): GatewayServiceRegistration {
  const { ipcMain } = electron;
  registerOnce(ipcMain);

  const { isTrustedSender, openPanel, updater, handOffResult } = options;
  const catalogue = options.catalogue ?? ENGLISH;
  const log = redactingLog(options.log);
  const appName = electron.app.getName();
  const version = electron.app.getVersion();
  const engine = openEngine();
  const controller = engine.then(opened => opened.controller);
  controller.catch(error => log.error(`the engine did not start: ${toGatewayServiceError(error).message}`));

  const hub = new SnapshotHub(controller);
  const subscribers = new Subscribers({ BrowserWindow: electron.BrowserWindow, isTrustedSender, latest: () => hub.latest });
  const notifications = new Notifications({
    Notification: electron.Notification,
    platform: process.platform,
    shell: catalogue.shell,
    attended: () => subscribers.inFront,
    onChosen: command => void runCommand(command),
  });

  async function installUpdate(): Promise<never> {
    if (!updater) throw new GatewayServiceError('option-invalid', '(installUpdate() needs the option "updater")');
    const versions = { from: version, ...(updater.version !== undefined && { to: updater.version }) };
    const startUpdaterAndQuit = () => updater.install().then(() => undefined);
    return handOff(await engine, appName, { what: appName, versions, startUpdaterAndQuit });
  }

  const runCommand = createShellCommandHandler({
    engine,
    openPanel,
    subscribers,
    quit: () => (options.tray ? options.tray.quit?.() : undefined),
    updater,
    installUpdate,
    shell: electron.shell,
    clipboard: electron.clipboard,
    messages: catalogue.messages,
    notifications,
    log,
  });
  const traySource = { electron, hub, catalogue, updater, openPanel: () => openPanel(), runCommand, log };
  const tray = options.tray ? registerTray(traySource, options.tray) : undefined;
  const undo = [
    registerGatewayIpc({ ipcMain, controller, subscribers, isTrustedSender, log }),
    hub.listen(snapshot => subscribers.push(snapshot)),
    hub.listen(snapshot => notifications.consider(snapshot)),
    refreshAfterSleep(electron.powerMonitor, hub),
    resumeAtStart({
      engine,
      who: appName,
      version,
      ...(handOffResult && { handOffResult }),
      onEnded: journal => announceEnd(journal, notifications, catalogue),
      log,
    }),
  ];

  let disposed: Promise<void> | undefined;
  async function dispose(): Promise<void> {
    registered.delete(ipcMain);
    for (const each of undo) each();
    if (tray) tray.dispose();
    subscribers.dispose();
    hub.dispose();
    notifications.dispose();
    await Promise.allSettled([engine]);
  }

  return {
    status: async profile => statusOf(await engine, profile),
    onStatus(listener) {
      for (const { status } of hub.latest) listener(status);
      return hub.listen(({ status }) => listener(status));
    },
    update: async (work, { what = appName, versions } = {}) =>
      updateWhileDown(await engine, { who: appName, what, ...(versions && { versions }) }, work),
    handOff: async request => handOff(await engine, appName, request),
    installUpdate,
    onTrayChanged(iconsDir, listener) {
      const stop = watchTray(traySource, { iconsDir, offers: { open: false, quit: false } }, listener);
      undo.push(stop);
      return stop;
    },
    get trayAvailable() {
      return tray?.available === true;
    },
    dispose: () => (disposed ??= dispose()),
  };
}

function statusOf({ manager, identities }: Engine, profile: string | undefined): Promise<Status> {
  const identity = profile === undefined ? identities[0] : identities.find(each => each.profile === profile);
  if (!identity) throw new GatewayServiceError('profile-missing', `"${profile}"`);
  return manager.status(identity);
}

function registerOnce(ipcMain: ElectronParts['ipcMain']): void {
  if (registered.has(ipcMain)) throw new GatewayServiceError('registered-already');
  registered.add(ipcMain);
}

/** Changes during a sleep are not reported, so the snapshots are read again after it. */
function refreshAfterSleep(powerMonitor: ElectronParts['powerMonitor'], hub: SnapshotHub): () => void {
  const refresh = () => hub.refresh();
  const events = ['resume', 'unlock-screen'] as const;
  for (const event of events) powerMonitor.on(event, refresh);
  return () => {
    for (const event of events) powerMonitor.off(event, refresh);
  };
}

/** The panel shows every end; a notification is shown only where the user has to act. */
function announceEnd({ id, what, versions, profiles, result }: UpdateJournal, notifications: Notifications, { messages }: Catalogue): void {
  if (!result || result.outcome === 'updated') return;
  const { outcome, why, at } = result;
  const end = { id, outcome, what, at, ...(why && { why: new GatewayServiceError(why).toValue() }), ...(versions && { versions }) };
  const { message, remedy } = messages.update.end(end, Date.now());
  notifications.announce(profiles[0]?.profile, { title: message, body: remedy });
}
