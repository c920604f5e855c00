/** The app's page: it speaks through the preload's bridge, and shows the panel and nothing else. */

import type { GatewayServiceBridge } from '../src/desktop/ipc.ts';
import { createGatewayServiceStore } from '../src/desktop/store.ts';
import { GatewayServicePanel } from './gateway-service-panel.tsx';
import { openPage } from './page.tsx';
import { VERSIONS } from './versions.ts';

declare global {
  interface Window {
    readonly hermesDesktop?: { readonly gatewayService?: GatewayServiceBridge };
  }
}

const store = createGatewayServiceStore(window.hermesDesktop?.gatewayService);
await openPage(store, ({ messages }) => (
  <main>
    <GatewayServicePanel store={store} messages={messages} versions={VERSIONS} />
  </main>
));
