/**
 * The app's one window: created when it is first opened, hidden instead of closed while the tray can open it again, and restricted to its
 * own page.
 */

import type { MenuItemTemplate } from './electron-parts.ts';
import { type ClosingFacts, onClose, PAGE_URL, WEB_PREFERENCES } from './window-policy.ts';

interface Preventable {
  preventDefault(): void;
}

export interface AppWindowPort {
  loadURL(url: string): Promise<void>;
  show(): void;
  hide(): void;
  focus(): void;
  restore(): void;
  isMinimized(): boolean;
  on(event: 'close', listener: (event: Preventable) => void): unknown;
  on(event: 'closed' | 'query-session-end', listener: () => void): unknown;
  once(event: 'ready-to-show', listener: () => void): unknown;
}

export interface WindowOptions {
  readonly width: number;
  readonly height: number;
  readonly minWidth: number;
  readonly minHeight: number;
  readonly show: boolean;
  readonly title: string;
  readonly webPreferences: typeof WEB_PREFERENCES & { readonly preload: string };
}

export interface AppWindowDelegate {
  create(options: WindowOptions): AppWindowPort;
  readonly title: string;
  /** File of the built preload. */
  readonly preload: string;
  closingFacts(): Omit<ClosingFacts, 'sessionEnding'>;
  /** Called when the window was hidden instead of closed. */
  onHidden(): void;
  onLoadFailed(error: unknown): void;
}

export class AppWindow {
  readonly #delegate: AppWindowDelegate;
  #window: AppWindowPort | undefined;
  #sessionEnding = false;

  constructor(delegate: AppWindowDelegate) {
    this.#delegate = delegate;
  }

  /** Shows the window, in front of the others. */
  open(): void {
    // Opened again, so the end of the session was cancelled.
    this.#sessionEnding = false;
    const window = this.#window;
    if (!window) {
      this.#window = this.#create();
      return;
    }
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  #create(): AppWindowPort {
    const { create, title, preload, closingFacts, onHidden, onLoadFailed } = this.#delegate;
    const webPreferences = { ...WEB_PREFERENCES, preload };
    const window = create({ width: 720, height: 560, minWidth: 320, minHeight: 240, show: false, title, webPreferences });
    // Shown after the first render, so that it does not flash white.
    window.once('ready-to-show', () => window.show());
    window.on('query-session-end', () => {
      this.#sessionEnding = true;
    });
    window.on('close', event => {
      if (onClose({ ...closingFacts(), sessionEnding: this.#sessionEnding }) === 'close') return;
      event.preventDefault();
      window.hide();
      onHidden();
    });
    window.on('closed', () => {
      this.#window = undefined;
    });
    window.loadURL(PAGE_URL).catch(onLoadFailed);
    return window;
  }
}

/** On macOS the keyboard shortcuts for copying and quitting need a menu; on other systems a settings window needs none. */
export function applicationMenu(platform: NodeJS.Platform): (MenuItemTemplate & { readonly role: 'appMenu' | 'editMenu' })[] | undefined {
  return platform === 'darwin' ? [{ role: 'appMenu' }, { role: 'editMenu' }] : undefined;
}
