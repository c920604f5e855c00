/** What the app's page and the browser shell's have in common: the language of the page, and React at its root. */

import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { type Catalogue, catalogue } from '../src/desktop/messages-by-locale.ts';
import type { GatewayServiceStore } from '../src/desktop/store.ts';
import './page.css';
import './panel.css';

/** Draws the page in the language of its address (`?locale=`), else in that of the app or browser. */
export async function openPage(store: GatewayServiceStore, content: (words: Catalogue) => ReactNode): Promise<void> {
  // Asked before anything is drawn, so that the first that is seen is the truth already; and heard as long as the page lives.
  store.listen(() => undefined);
  const words = await catalogue(new URL(location.href).searchParams.get('locale') ?? navigator.language);
  const { locale, direction } = words.messages;
  document.documentElement.lang = locale;
  document.documentElement.dir = direction;
  const root = document.getElementById('root');
  // The store is made outside React: a second render must not make a second one.
  if (root) createRoot(root).render(<StrictMode>{content(words)}</StrictMode>);
}
