// The parts of Electron that the main process uses, in memory: IPC clones what it carries and keeps Electron's own refusals (a second
// handler throws, a missing one rejects), so that what works over it does not rely on shared objects.

import { EventEmitter } from 'node:events';
import type { ElectronParts, IpcEventPort, MenuItemTemplate, NotificationTemplate } from '../../main/electron-parts.ts';
import { type GatewayServiceBridge, gatewayServiceBridge, type IpcRendererPort } from '../../main/gateway-service-bridge.ts';

export const OWN_PAGE = 'app://hermes/index.html';

type Handler = (event: IpcEventPort, ...args: unknown[]) => Promise<unknown>;

class FakeWindow extends EventEmitter {
  visible = true;
  minimized = false;
  focused = false;
  destroyed = false;
  isDestroyed = () => this.destroyed;
  isVisible = () => this.alive().visible;
  isMinimized = () => this.alive().minimized;
  isFocused = () => this.alive().focused;

  hide(): void {
    this.visible = false;
    this.emit('hide');
  }

  show(): void {
    this.visible = true;
    this.emit('show');
  }

  /** As Electron: what is destroyed throws at every touch but one. */
  private alive(): this {
    if (this.destroyed) throw new TypeError('Object has been destroyed');
    return this;
  }
}

/** A page in a window, with the preload's bridge. */
export class FakePage extends EventEmitter {
  readonly id: number;
  readonly window = new FakeWindow();
  readonly mainFrame: { url: string; parent: object | null };
  readonly ipcRenderer: IpcRendererPort;
  readonly bridge: GatewayServiceBridge;
  /** Channels of everything that was sent to it. */
  readonly heard: string[] = [];
  destroyed = false;

  constructor(id: number, url: string, electron: FakeElectron) {
    super();
    this.id = id;
    this.mainFrame = { url, parent: null };
    const inbox = new EventEmitter();
    this.ipcRenderer = {
      invoke: (channel, ...args) => electron.ipcMain.invoke(this.event(), channel, args),
      send: (channel, ...args) => void electron.ipcMain.emit(channel, this.event(), ...structuredClone(args)),
      on: (channel, listener) => inbox.on(channel, listener),
      off: (channel, listener) => inbox.off(channel, listener),
    };
    this.inbox = inbox;
    this.bridge = gatewayServiceBridge(this.ipcRenderer);
  }

  readonly inbox: EventEmitter;

  event(senderFrame: IpcEventPort['senderFrame'] = this.mainFrame): IpcEventPort {
    return { sender: this, senderFrame };
  }

  isDestroyed = () => this.destroyed;

  send(channel: string, ...args: unknown[]): void {
    if (this.destroyed) throw new TypeError('Object has been destroyed');
    this.heard.push(channel);
    this.inbox.emit(channel, {}, ...structuredClone(args));
  }

  close(): void {
    this.destroyed = true;
    this.window.destroyed = true;
    this.emit('destroyed');
  }
}

class FakeIpcMain extends EventEmitter {
  readonly handlers = new Map<string, Handler>();

  handle(channel: string, handler: Handler): void {
    if (this.handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.handlers.set(channel, handler);
  }

  removeHandler(channel: string): void {
    this.handlers.delete(channel);
  }

  async invoke(event: IpcEventPort, channel: string, args: unknown[]): Promise<unknown> {
    const handler = this.handlers.get(channel);
    if (!handler) throw new Error(`No handler registered for '${channel}'`);
    return structuredClone(await handler(event, ...structuredClone(args)));
  }
}

export class FakeTray extends EventEmitter {
  image: string;
  tooltip = '';
  menu: MenuItemTemplate[] = [];
  /** Names of the setters in the order in which they were called. */
  readonly drawn: string[] = [];
  destroyed = false;

  constructor(image: string) {
    super();
    this.image = image;
  }

  setImage(image: string): void {
    this.drawn.push('image');
    this.image = image;
  }

  setToolTip(tooltip: string): void {
    this.drawn.push('tooltip');
    this.tooltip = tooltip;
  }

  setContextMenu(menu: object | null): void {
    this.drawn.push('menu');
    this.menu = menu as MenuItemTemplate[];
  }

  /** Clicks the entry with this label, in whatever submenu. */
  choose(label: string, entries = this.menu): void {
    for (const entry of entries) {
      if (entry.label === label) entry.click?.();
      if (entry.submenu) this.choose(label, entry.submenu);
    }
  }

  get labels(): string[] {
    return this.menu.flatMap(({ label }) => (label === undefined ? [] : [label]));
  }

  destroy(): void {
    this.destroyed = true;
  }
}

export class FakeElectron implements ElectronParts {
  readonly app = { getName: () => 'Hermes', getVersion: () => '0.19', getSystemLocale: () => 'en-US', getAppPath: () => process.cwd() };
  readonly ipcMain = new FakeIpcMain();
  readonly powerMonitor = new EventEmitter();
  readonly nativeTheme = Object.assign(new EventEmitter(), { shouldUseDarkColorsForSystemIntegratedUI: false });
  readonly opened: string[] = [];
  readonly revealed: string[] = [];
  readonly shell = {
    openExternal: async (url: string) => {
      this.opened.push(url);
    },
    showItemInFolder: (path: string) => {
      this.revealed.push(path);
    },
    openPath: async (path: string) => {
      this.opened.push(path);
      return '';
    },
  };
  readonly copied: string[] = [];
  readonly clipboard = {
    writeText: (text: string) => {
      this.copied.push(text);
    },
  };
  readonly trays: FakeTray[] = [];
  /** Set: there is no notification area. */
  trayFailure: Error | undefined;
  readonly notifications: (NotificationTemplate & { readonly closed: boolean; click(): void; press(button: string): void })[] = [];
  readonly Menu = { buildFromTemplate: (template: MenuItemTemplate[]) => template };
  readonly Tray: ElectronParts['Tray'];
  readonly Notification: ElectronParts['Notification'];
  readonly BrowserWindow = {
    fromWebContents: (page: object) => this.#pages.find(each => each === page)?.window ?? null,
  };
  readonly #pages: FakePage[] = [];

  constructor() {
    const { trays, notifications } = this;
    const failure = () => this.trayFailure;
    this.Tray = class extends FakeTray {
      constructor(image: string) {
        const broken = failure();
        if (broken) throw broken;
        super(image);
        trays.push(this);
      }
    };
    this.Notification = class extends EventEmitter {
      static isSupported = () => true;
      /** As Electron 42 has it. */
      static handleActivation = () => undefined;
      closed = false;
      readonly template: NotificationTemplate;
      constructor(template: NotificationTemplate) {
        super();
        this.template = template;
      }
      show(): void {
        const one = this;
        notifications.push({
          ...this.template,
          get closed() {
            return one.closed;
          },
          click: () => void this.emit('click'),
          press: button => void this.emit('action', { actionIndex: this.template.actions?.findIndex(({ text }) => text === button) }),
        });
      }
      close(): void {
        this.closed = true;
      }
    };
  }

  openPage(url = OWN_PAGE): FakePage {
    const page = new FakePage(this.#pages.length + 1, url, this);
    this.#pages.push(page);
    return page;
  }
}
