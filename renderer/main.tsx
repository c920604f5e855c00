/**
 * The page: in the app it speaks through the preload's bridge; in a browser, whose part is loaded only there, over HTTP.
 * Its language is that of its address (`?locale=`), else that of the app or browser.
 */

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { GatewayServiceBridge } from '../src/desktop/ipc.ts';
import type { Messages } from '../src/desktop/messages.ts';
import { catalogue } from '../src/desktop/messages-by-locale.ts';
import { createGatewayServiceStore } from '../src/desktop/store.ts';
import { GatewayServicePanel } from './gateway-service-panel.tsx';
import './page.css';
import './panel.css';
import { VERSIONS } from './versions.ts';

declare global {
  interface Window {
    readonly hermesDesktop?: { readonly gatewayService?: GatewayServiceBridge };
  }
}

/** What the page shows; made once, outside React: a second render must not make a second store. */
async function content(locale: string) {
  const words = await catalogue(locale);
  speak(words.messages);
  if (!window.hermesDesktop) return (await import('./browser-shell.tsx')).browserPage(words);
  const store = createGatewayServiceStore(window.hermesDesktop.gatewayService);
  return (
    <main>
      <GatewayServicePanel store={store} messages={words.messages} versions={VERSIONS} />
    </main>
  );
}

function speak({ locale, direction }: Messages): void {
  document.documentElement.lang = locale;
  document.documentElement.dir = direction;
}

const root = document.getElementById('root');
const locale = new URL(location.href).searchParams.get('locale') ?? navigator.language;
if (root) createRoot(root).render(<StrictMode>{await content(locale)}</StrictMode>);
