/** The app's page: the panel over the preload's bridge, and the app's own setting below it. */

import type { GatewayServiceBridge } from '../src/desktop/ipc.ts';
import type { LoginItemBridge } from '../src/desktop/login-item.ts';
import { createGatewayServiceStore } from '../src/desktop/store.ts';
import { GatewayServicePanel } from './gateway-service-panel.tsx';
import { LoginItemRow } from './login-item-row.tsx';
import { openPage } from './page.tsx';
import { VERSIONS } from './versions.ts';

declare global {
  interface Window {
    readonly hermesDesktop?: { readonly gatewayService?: GatewayServiceBridge; readonly loginItem?: LoginItemBridge };
  }
}

const store = createGatewayServiceStore(window.hermesDesktop?.gatewayService);
await openPage(store, ({ messages, shell }) => (
  <main>
    <GatewayServicePanel store={store} messages={messages} versions={VERSIONS} />
    {window.hermesDesktop?.loginItem && <LoginItemRow bridge={window.hermesDesktop.loginItem} messages={shell.loginItem} />}
  </main>
));
