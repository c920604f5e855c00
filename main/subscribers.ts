/** The subscribed pages. Snapshots go to visible windows only; a window that becomes visible again receives all present snapshots. */

import { CHANGED, CHANNEL_PREFIX, type Show, type Snapshot } from '../src/desktop/ipc.ts';
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
  /** Sent with the next snapshot of this profile that a page receives. */
  #wanted: { readonly profile: string; readonly show: Show } | undefined;

  constructor(delegate: SubscribersDelegate) {
    this.#delegate = delegate;
  }

  add(page: WebContentsPort): void {
    if (this.#pages.has(page)) return;
    const window = this.#delegate.BrowserWindow.fromWebContents(page);
    const sendAll = () => {
      for (const snapshot of this.#delegate.latest()) this.#send([page], snapshot);
    };
    for (const event of BECOMES_VISIBLE) window?.on(event, sendAll);
    this.#pages.set(page, {
      window,
      release: () => {
        if (!window || window.isDestroyed()) return;
        for (const event of BECOMES_VISIBLE) window.off(event, sendAll);
      },
    });
    if (this.#wanted) sendAll();
    if (this.#watched.has(page)) return;
    this.#watched.add(page);
    page.once('destroyed', () => this.remove(page));
  }

  remove(page: WebContentsPort): void {
    this.#pages.get(page)?.release();
    this.#pages.delete(page);
  }

  push(snapshot: Snapshot): void {
    this.#send([...this.#pages.keys()], snapshot);
  }

  /** Shows this part of a profile in the visible pages, or in the next page that becomes visible. */
  show(profile: string, show: Show): void {
    this.#wanted = { profile, show };
    for (const snapshot of this.#delegate.latest()) if (snapshot.profile === profile) this.push(snapshot);
  }

  /** Whether one of these pages is in the focused window. */
  get inFront(): boolean {
    return [...this.#pages.values()].some(({ window }) => isVisible(window) && window?.isFocused() === true);
  }

  dispose(): void {
    for (const { release } of this.#pages.values()) release();
    this.#pages.clear();
  }

  #send(pages: readonly WebContentsPort[], snapshot: Snapshot): void {
    const receivers = pages.filter(page => this.#mayReceive(page));
    const show = this.#wanted?.profile === snapshot.profile ? this.#wanted.show : undefined;
    if (show && receivers.length > 0) this.#wanted = undefined;
    for (const page of receivers) page.send(CHANNEL_PREFIX + CHANGED, snapshot, ...(show ? [show] : []));
  }

  /** Checks the page again, because its window may show another page by now. */
  #mayReceive(page: WebContentsPort): boolean {
    const window = this.#pages.get(page)?.window ?? null;
    return !page.isDestroyed() && isVisible(window) && isTrustedPage(page, page.mainFrame, this.#delegate.isTrustedSender);
  }
}

function isVisible(window: WindowPort | null): boolean {
  return window !== null && !window.isDestroyed() && window.isVisible() && !window.isMinimized();
}
