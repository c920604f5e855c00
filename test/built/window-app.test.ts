// The app's composition (main/electron.ts) run as it is, over a fake Electron: what happens in which order, and what it leaves alone.
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WindowOptions } from '../../main/app-window.ts';
import { PAGE_URL } from '../../main/window-policy.ts';
import { FakeElectron } from '../support/fake-electron.ts';

/** What the app did, in order. */
let calls: string[] = [];
let userData = '';
const call = (name: string) => () => void calls.push(name);

class FakeAppWindow extends EventEmitter {
  static made: FakeAppWindow[] = [];
  readonly options: WindowOptions;
  constructor(options: WindowOptions) {
    super();
    this.options = options;
    FakeAppWindow.made.push(this);
  }
  loadURL = async (url: string) => void calls.push(`load ${url}`);
  show = call('show');
  hide = call('hide');
  focus = call('focus');
  restore = call('restore');
  isMinimized = () => false;
}

function fakeApp({ first = true, trayFailure }: { first?: boolean; trayFailure?: Error } = {}) {
  const parts = new FakeElectron();
  parts.trayFailure = trayFailure;
  const app = Object.assign(new EventEmitter(), {
    isPackaged: false,
    getName: () => 'Hermes Gateway',
    getVersion: () => '0.1.0',
    getSystemLocale: () => 'de-DE',
    getAppPath: () => process.cwd(),
    setName: call('setName'),
    setAppUserModelId: call('setAppUserModelId'),
    getLocale: () => 'de-DE',
    getPath: () => userData,
    requestSingleInstanceLock: () => {
      calls.push('lock');
      return first;
    },
    enableSandbox: call('enableSandbox'),
    whenReady: async () => void calls.push('ready'),
    quit: call('quit'),
    exit: call('exit'),
  });
  const electron = Object.assign(parts, {
    app,
    BrowserWindow: Object.assign(FakeAppWindow, { fromWebContents: () => null }),
    Menu: { buildFromTemplate: (template: unknown) => template as object[], setApplicationMenu: call('setApplicationMenu') },
    protocol: { registerSchemesAsPrivileged: call('registerSchemes'), handle: call('handle scheme') },
    session: {
      defaultSession: {
        setPermissionRequestHandler: call('permission request'),
        setPermissionCheckHandler: call('permission check'),
        webRequest: { onBeforeRequest: call('request filter') },
      },
    },
  });
  return electron;
}

async function start(options: Parameters<typeof fakeApp>[0] & { argv?: string[] } = {}) {
  const electron = fakeApp(options);
  const log = { hooks: [] as unknown[], errorHandler: { startCatching: call('catch errors') }, info() {}, warn() {}, error() {} };
  vi.resetModules();
  vi.doMock('electron', () => ({ default: electron }));
  vi.doMock('electron-log/main.js', () => ({ default: log }));
  process.argv = [...before, ...(options.argv ?? [])];
  await import('../../main/electron.ts');
  if (options.first !== false) await expect.poll(() => electron.ipcMain.handlers.size).toBeGreaterThan(0);
  return { electron, log };
}

const before = process.argv;
beforeEach(() => {
  calls = [];
  FakeAppWindow.made = [];
  userData = mkdtempSync(path.join(os.tmpdir(), 'hg-app-'));
});
afterEach(() => {
  process.argv = before;
  vi.doUnmock('electron');
  vi.doUnmock('electron-log/main.js');
  rmSync(userData, { recursive: true, force: true });
});

describe('app', () => {
  it('starts one instance, sandboxed and locked down before its first page is loaded', async () => {
    const { log } = await start();
    const order = ['catch errors', 'lock', 'enableSandbox', 'registerSchemes', 'ready'];
    const locks = ['permission request', 'permission check', 'request filter', 'handle scheme'];
    expect(calls.filter(each => order.includes(each))).toEqual(order);
    for (const each of locks) expect(calls.indexOf(each), each).toBeLessThan(calls.indexOf(`load ${PAGE_URL}`));
    expect(FakeAppWindow.made[0]?.options.webPreferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
    expect(log.hooks).toHaveLength(1);
  });

  it('ends at once when the app runs already, and touches nothing', async () => {
    const { electron } = await start({ first: false });
    expect(calls).toEqual(['catch errors', 'lock', 'quit']);
    expect(electron.ipcMain.handlers.size).toBe(0);
  });

  it('shows the window of the first instance when it is started again', async () => {
    const { electron } = await start();
    electron.app.emit('second-instance');
    expect(FakeAppWindow.made).toHaveLength(1);
    expect(calls.slice(-2)).toEqual(['show', 'focus']);
  });

  it('starts hidden on request, but never without a tray or window to open it', async () => {
    await start({ argv: ['--hidden'] });
    expect(FakeAppWindow.made).toHaveLength(0);
    await start({ argv: ['--hidden'], trayFailure: new Error('no notification area') });
    expect(FakeAppWindow.made).toHaveLength(1);
  });

  it('hides to the tray when its window is closed, explains it once, and is shown again by the tray', async () => {
    const { electron } = await start();
    const [window] = FakeAppWindow.made;
    const event = { preventDefault: call('kept') };
    window?.emit('close', event);
    window?.emit('close', event);
    expect(calls.filter(each => each === 'kept')).toHaveLength(2);
    expect(electron.notifications).toMatchObject([{ title: 'Hermes Gateway stays in the notification area' }]);
    electron.trays[0]?.emit('click');
    expect(calls.slice(-2)).toEqual(['show', 'focus']);
  });

  it('quits from the tray, and ends with its window when there is no tray', async () => {
    const { electron } = await start();
    electron.app.emit('window-all-closed');
    expect(calls).not.toContain('quit');
    electron.trays[0]?.choose('Quit Hermes Gateway');
    expect(calls.at(-1)).toBe('quit');

    const { electron: bare } = await start({ trayFailure: new Error('no notification area') });
    calls = [];
    bare.app.emit('window-all-closed');
    expect(calls).toEqual(['quit']);
  });

  it('closes on quit, and removes its handlers without a request to the gateway', async () => {
    const { electron } = await start();
    electron.app.emit('before-quit');
    FakeAppWindow.made[0]?.emit('close', { preventDefault: call('kept') });
    expect(calls).not.toContain('kept');
    electron.app.emit('will-quit');
    expect(electron.ipcMain.handlers.size).toBe(0);
    expect(electron.trays).toMatchObject([{ destroyed: true }]);
  });

  it('locks down every page that is created', async () => {
    const { electron } = await start();
    const contents = Object.assign(new EventEmitter(), { setWindowOpenHandler: call('window open denied') });
    electron.app.emit('web-contents-created', {}, contents);
    expect(calls.at(-1)).toBe('window open denied');
    contents.emit('will-navigate', { preventDefault: call('navigation denied') });
    expect(calls.at(-1)).toBe('navigation denied');
  });
});

describe('log of the app', () => {
  it('contains no secret, whatever is written to it', async () => {
    const { redactMessage } = await import('../../main/log.ts');
    const token = '1234567890:AAabcdefghijklmnopqrstuvwxyz0123456';
    const { data, level } = redactMessage({
      level: 'info',
      data: [`token=${token}`, { nested: { botToken: token } }, new Error(token), 5],
    });
    expect(JSON.stringify(data)).not.toContain(token);
    expect([level, data[3]]).toEqual(['info', '5']);
  });
});
