/** The parts of Electron that this module uses, in the shape of `typeof import('electron')`; a fake has it without an Electron binary. */

export interface Preventable {
  preventDefault(): void;
}

export interface FramePort {
  readonly url: string;
  /** Null for the top frame. */
  readonly parent: object | null;
}

export interface WebContentsPort {
  readonly id: number;
  readonly mainFrame: FramePort;
  isDestroyed(): boolean;
  send(channel: string, ...args: unknown[]): void;
  once(event: 'destroyed', listener: () => void): unknown;
}

export interface Emitter<E extends string> {
  on(event: E, listener: () => void): unknown;
  off(event: E, listener: () => void): unknown;
}

export interface WindowPort extends Emitter<'show' | 'restore'> {
  isDestroyed(): boolean;
  isVisible(): boolean;
  isMinimized(): boolean;
  isFocused(): boolean;
}

export interface IpcEventPort {
  readonly sender: WebContentsPort;
  /** Null where the frame has navigated or was destroyed. */
  readonly senderFrame: FramePort | null;
}

export interface IpcMainPort {
  handle(channel: string, listener: (event: IpcEventPort, ...args: unknown[]) => Promise<unknown>): void;
  removeHandler(channel: string): void;
  on(channel: string, listener: (event: IpcEventPort, ...args: unknown[]) => void): unknown;
  off(channel: string, listener: (event: IpcEventPort, ...args: unknown[]) => void): unknown;
}

export interface MenuItemTemplate {
  readonly type?: 'separator';
  readonly label?: string;
  readonly enabled?: boolean;
  readonly click?: () => void;
  readonly submenu?: MenuItemTemplate[];
}

export interface TrayPort {
  setImage(image: string): void;
  setToolTip(text: string): void;
  setContextMenu(menu: object | null): void;
  on(event: 'click', listener: () => void): unknown;
  destroy(): void;
}

export interface NotificationTemplate {
  readonly title: string;
  readonly body: string;
  /** From Electron 42 on macOS and 43 on Windows, a notification replaces one with the same id; older versions ignore it. */
  readonly id?: string;
  readonly groupId?: string;
  readonly actions?: { readonly type: 'button'; readonly text: string }[];
}

export interface NotificationPort {
  show(): void;
  close(): void;
  on(event: 'click', listener: () => void): unknown;
  on(event: 'action', listener: (event: { readonly actionIndex: number }) => void): unknown;
}

export interface ElectronParts {
  readonly app: { getName(): string; getVersion(): string; getSystemLocale(): string; getAppPath(): string };
  readonly ipcMain: IpcMainPort;
  readonly BrowserWindow: { fromWebContents(webContents: WebContentsPort): WindowPort | null };
  readonly powerMonitor: Emitter<'resume' | 'unlock-screen'>;
  readonly nativeTheme: Emitter<'updated'> & { readonly shouldUseDarkColorsForSystemIntegratedUI: boolean };
  readonly shell: {
    openExternal(url: string): Promise<void>;
    openPath(path: string): Promise<string>;
    showItemInFolder(path: string): void;
  };
  readonly Tray: new (image: string) => TrayPort;
  readonly Menu: { buildFromTemplate(template: MenuItemTemplate[]): object };
  readonly clipboard: { writeText(text: string): void };
  readonly Notification: {
    new (options: NotificationTemplate): NotificationPort;
    isSupported(): boolean;
    /** Of Windows, from Electron 42 on. */
    readonly handleActivation?: unknown;
  };
}
