/** The common start of the app's page and of the browser shell's: the language of the page, and React at its root. */

import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { catalogueFor } from '../src/desktop/catalogues.ts';
import type { Catalogue } from '../src/desktop/messages.ts';
import type { GatewayServiceStore } from '../src/desktop/store.ts';
import './page.css';
import './panel.css';

/** Draws the page. Its address may name a pseudo-locale (`?locale=`), which tests do. */
export async function openPage(store: GatewayServiceStore, content: (catalogue: Catalogue) => ReactNode): Promise<void> {
  // Subscribed before the first render, so that the first frame shows the present state; kept while the page lives.
  store.listen(() => undefined);
  const catalogue = await catalogueFor(new URL(location.href).searchParams.get('locale'));
  const { locale, direction } = catalogue.messages;
  document.documentElement.lang = locale;
  document.documentElement.dir = direction;
  const root = document.getElementById('root');
  // The store is made outside React: a second render must not make a second one.
  if (root) createRoot(root).render(<StrictMode>{content(catalogue)}</StrictMode>);
}
