/** The app's page: the panel over the preload's bridge, and the app's own setting below it. */

import { en } from '../src/desktop/messages-en.ts';
import { createGatewayServiceStore } from '../src/desktop/store.ts';
import { GatewayServicePanel } from './gateway-service-panel.tsx';
import { LoginItemRow } from './login-item-row.tsx';
import { openPage, VERSIONS } from './page.tsx';

const store = createGatewayServiceStore(window.hermesDesktop?.gatewayService);
openPage(
  store,
  en,
  <main>
    <GatewayServicePanel store={store} messages={en} versions={VERSIONS} />
    {window.hermesDesktop?.loginItem && <LoginItemRow bridge={window.hermesDesktop.loginItem} />}
  </main>,
);
