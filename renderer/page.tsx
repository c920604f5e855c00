/** The common start of the app's page and of the browser shell's: the language of the page, and React at its root. */

import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { GatewayServiceBridge } from '../src/desktop/ipc.ts';
import type { LoginItemBridge } from '../src/desktop/login-item.ts';
import type { Messages } from '../src/desktop/messages.ts';
import type { GatewayServiceStore } from '../src/desktop/store.ts';
import './page.css';
import './panel.css';

/** The versions that a page can read itself, for "Copy details". */
export const VERSIONS = { 'user agent': navigator.userAgent };

declare global {
  interface Window {
    readonly hermesDesktop?: { readonly gatewayService?: GatewayServiceBridge; readonly loginItem?: LoginItemBridge };
  }
}

export function openPage(store: GatewayServiceStore, { locale, direction }: Messages, content: ReactNode): void {
  // Subscribed before the first render, so that the first frame shows the present state; kept while the page lives.
  store.listen(() => undefined);
  document.documentElement.lang = locale;
  document.documentElement.dir = direction;
  const root = document.getElementById('root');
  // The store is made outside React: a second render must not make a second one.
  if (root) createRoot(root).render(<StrictMode>{content}</StrictMode>);
}
