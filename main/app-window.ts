/** The app's one window: hidden instead of closed while the tray can open it again, and restricted to its own page. */

import type { Preventable } from './electron-parts.ts';
import { type ClosingFacts, onClose, PAGE_URL, WEB_PREFERENCES } from './window-policy.ts';

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

const SIZE = { width: 720, height: 560, minWidth: 320, minHeight: 240 };

export type WindowOptions = typeof SIZE & {
  readonly show: boolean;
  readonly title: string;
  readonly webPreferences: typeof WEB_PREFERENCES & { readonly preload: string };
};

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

/** Returns the function that shows the window, in front of the others. */
export function appWindow({ create, title, preload, closingFacts, onHidden, onLoadFailed }: AppWindowDelegate): () => void {
  let present: AppWindowPort | undefined;
  let sessionEnding = false;

  function created(): AppWindowPort {
    const window = create({ ...SIZE, show: false, title, webPreferences: { ...WEB_PREFERENCES, preload } });
    // Shown after the first render, so that it does not flash white.
    window.once('ready-to-show', () => window.show());
    window.on('query-session-end', () => {
      sessionEnding = true;
    });
    window.on('close', event => {
      if (onClose({ ...closingFacts(), sessionEnding }) === 'close') return;
      event.preventDefault();
      window.hide();
      onHidden();
    });
    window.on('closed', () => {
      present = undefined;
    });
    window.loadURL(PAGE_URL).catch(onLoadFailed);
    return window;
  }

  return () => {
    // Opened again, so the end of the session was cancelled.
    sessionEnding = false;
    if (!present) {
      present = created();
      return;
    }
    if (present.isMinimized()) present.restore();
    present.show();
    present.focus();
  };
}
