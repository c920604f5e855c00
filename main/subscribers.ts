/** The subscribed pages. Snapshots go to visible windows only; a window that becomes visible again receives all present snapshots. */

import { CHANGED, CHANNEL_PREFIX, type Snapshot } from '../src/desktop/ipc.ts';
import type { ElectronParts, WebContentsPort, WindowPort } from './electron-parts.ts';
import { type IsTrustedSender, isTrustedPage } from './sender-check.ts';

export interface SubscribersDelegate {
  readonly BrowserWindow: ElectronParts['BrowserWindow'];
  readonly isTrustedSender: IsTrustedSender;
  /** The present snapshots, for a page that becomes visible. */
  latest(): readonly Snapshot[];
}

const BECOMES_VISIBLE = ['show', 'restore'] as const;

export class Subscribers {
  readonly #delegate: SubscribersDelegate;
  /** Pages whose `destroyed` event has a listener already; a page can subscribe many times. */
  readonly #watched = new WeakSet<WebContentsPort>();
  readonly #pages = new Map<WebContentsPort, { readonly window: WindowPort | null; release(): void }>();

  constructor(delegate: SubscribersDelegate) {
    this.#delegate = delegate;
  }

  add(page: WebContentsPort): void {
    if (this.#pages.has(page)) return;
    const window = this.#delegate.BrowserWindow.fromWebContents(page);
    const sendAll = () => {
      for (const snapshot of this.#delegate.latest()) this.#send(page, snapshot);
    };
    for (const event of BECOMES_VISIBLE) window?.on(event, sendAll);
    this.#pages.set(page, {
      window,
      release: () => {
        if (!window || window.isDestroyed()) return;
        for (const event of BECOMES_VISIBLE) window.off(event, sendAll);
      },
    });
    if (this.#watched.has(page)) return;
    this.#watched.add(page);
    page.once('destroyed', () => this.remove(page));
  }

  remove(page: WebContentsPort): void {
    this.#pages.get(page)?.release();
    this.#pages.delete(page);
  }

  push(snapshot: Snapshot): void {
    for (const page of this.#pages.keys()) this.#send(page, snapshot);
  }

  /** Whether one of these pages is in the focused window. */
  get inFront(): boolean {
    return [...this.#pages.values()].some(({ window }) => isVisible(window) && window?.isFocused() === true);
  }

  dispose(): void {
    for (const { release } of this.#pages.values()) release();
    this.#pages.clear();
  }

  /** Checks the page again, because its window may show another page by now. */
  #send(page: WebContentsPort, snapshot: Snapshot): void {
    const window = this.#pages.get(page)?.window ?? null;
    if (page.isDestroyed() || !isVisible(window) || !isTrustedPage(page, page.mainFrame, this.#delegate.isTrustedSender)) return;
    page.send(CHANNEL_PREFIX + CHANGED, snapshot);
  }
}

function isVisible(window: WindowPort | null): boolean {
  return window !== null && !window.isDestroyed() && window.isVisible() && !window.isMinimized();
}
