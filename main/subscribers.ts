/**
 * The pages that want to hear of changes. Only a living page in a window that can be seen is told; one that comes back into sight is told
 * everything anew, so that nothing has to be sent while nobody looks.
 */

import type { Snapshot } from '../src/desktop/ipc.ts';
import { CHANGED, CHANNEL_PREFIX } from '../src/desktop/ipc.ts';
import type { ElectronParts, WebContentsPort, WindowPort } from './electron-parts.ts';
import { type IsTrustedSender, isTrustedPage } from './sender-check.ts';

export interface SubscribersDelegate {
  readonly isTrustedSender: IsTrustedSender;
  /** What is known now, for a page that comes into sight. */
  latest(): readonly Snapshot[];
}

const COMING = ['show', 'restore'] as const;

export class Subscribers {
  readonly #windows: ElectronParts['BrowserWindow'];
  readonly #delegate: SubscribersDelegate;
  /** Pages whose end is listened for; they may come and go many times before it. */
  readonly #met = new WeakSet<WebContentsPort>();
  readonly #pages = new Map<WebContentsPort, { readonly window: WindowPort | null; release(): void }>();

  constructor(windows: ElectronParts['BrowserWindow'], delegate: SubscribersDelegate) {
    this.#windows = windows;
    this.#delegate = delegate;
  }

  add(page: WebContentsPort): void {
    if (this.#pages.has(page)) return;
    const window = this.#windows.fromWebContents(page);
    const comes = () => {
      for (const snapshot of this.#delegate.latest()) this.#send(page, snapshot);
    };
    for (const event of COMING) window?.on(event, comes);
    this.#pages.set(page, {
      window,
      release: () => {
        if (!window || window.isDestroyed()) return;
        for (const event of COMING) window.off(event, comes);
      },
    });
    if (this.#met.has(page)) return;
    this.#met.add(page);
    page.once('destroyed', () => this.remove(page));
  }

  remove(page: WebContentsPort): void {
    this.#pages.get(page)?.release();
    this.#pages.delete(page);
  }

  push(snapshot: Snapshot): void {
    for (const page of this.#pages.keys()) this.#send(page, snapshot);
  }

  /** Whether a person is at one of these pages now. */
  get inFront(): boolean {
    return [...this.#pages.values()].some(({ window }) => isSeen(window) && window?.isFocused() === true);
  }

  dispose(): void {
    for (const { release } of this.#pages.values()) release();
    this.#pages.clear();
  }

  /** Its window may show another page by now. */
  #send(page: WebContentsPort, snapshot: Snapshot): void {
    const window = this.#pages.get(page)?.window ?? null;
    if (page.isDestroyed() || !isSeen(window) || !isTrustedPage(page, page.mainFrame, this.#delegate.isTrustedSender)) return;
    page.send(CHANNEL_PREFIX + CHANGED, snapshot);
  }
}

function isSeen(window: WindowPort | null): boolean {
  return window !== null && !window.isDestroyed() && window.isVisible() && !window.isMinimized();
}
