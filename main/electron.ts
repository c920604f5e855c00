/** The app in this repository, the reference integration. It only joins the parts, whose decisions are tested without Electron. */

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import electron from 'electron';
import log from 'electron-log/main.js';
import { ENGLISH } from '../src/desktop/messages.ts';
import { openPages } from './app-pages.ts';
import { appPaths } from './app-paths.ts';
import { appWindow } from './app-window.ts';
import { lockDownContents, lockDownSession } from './lock-down.ts';
import { redactMessage } from './log.ts';
import { registerLoginItemIpc } from './login-item.ts';
import { type GatewayServiceRegistration, registerGatewayService } from './register.ts';
import { showOnce } from './show-once.ts';
import { isOwnPage, SCHEME, SCHEME_PRIVILEGES, startsHidden } from './window-policy.ts';

const APP_NAME = 'Hermes Gateway';
const APP_ID = 'com.nousresearch.hermes.gateway-service';

const { app, BrowserWindow, ipcMain, Menu, Notification, protocol, session } = electron;

log.hooks.push(redactMessage);
// The terminal that started the app may be closed.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
log.errorHandler.startCatching({ showDialog: false });

// First of all, because a second instance would manage the same services.
if (app.requestSingleInstanceLock()) start();
else app.quit();

function start(): void {
  app.setName(APP_NAME);
  app.setAppUserModelId(APP_ID);
  app.enableSandbox();
  protocol.registerSchemesAsPrivileged([SCHEME_PRIVILEGES]);
  app.on('web-contents-created', (_event, contents) => lockDownContents(contents));
  app
    .whenReady()
    .then(run)
    .catch(error => {
      log.error(error);
      app.exit(1);
    });
}

function run(): void {
  const mainDir = path.dirname(fileURLToPath(import.meta.url));
  const { hostDir, iconsDir, pages, preload } = appPaths({ packaged: app.isPackaged, resources: process.resourcesPath, mainDir });
  const { shell } = ENGLISH;
  let quitting = false;
  let registration: GatewayServiceRegistration | undefined;

  const openWindow = appWindow({
    create: options => new BrowserWindow(options),
    title: APP_NAME,
    preload,
    closingFacts: () => ({ trayAvailable: registration?.trayAvailable ?? false, quitting }),
    onHidden: () => showOnce(app.getPath('userData'), 'closed-to-tray', () => new Notification(shell.closedToTray(APP_NAME)).show()),
    onLoadFailed: error => log.error(error),
  });

  lockDownSession(session.defaultSession);
  protocol.handle(SCHEME, openPages(pages));
  // On macOS the keyboard shortcuts for copying and quitting need a menu; on other systems a settings window needs none.
  const menu = process.platform === 'darwin' ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }]) : null;
  Menu.setApplicationMenu(menu);

  app.on('second-instance', openWindow);
  app.on('activate', openWindow);
  app.on('before-quit', () => {
    quitting = true;
  });
  app.on('window-all-closed', () => {
    if (!registration?.trayAvailable) app.quit();
  });
  const removeLoginItemIpc = registerLoginItemIpc({ ipcMain, app, platform: process.platform, isTrustedSender: isOwnPage });
  app.on('will-quit', () => {
    // Only the user interface ends; the gateway keeps running.
    void registration?.dispose();
    removeLoginItemIpc();
  });

  registration = registerGatewayService(electron, {
    hostDir,
    isTrustedSender: isOwnPage,
    openPanel: openWindow,
    log,
    tray: { iconsDir, quit: () => app.quit(), onUnavailable: openWindow },
  });
  if (!startsHidden(process.argv)) openWindow();
}
