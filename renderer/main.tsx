/** The app's page: the panel over the preload's bridge, and the app's own setting below it. */

import { ENGLISH } from '../src/desktop/messages.ts';
import { createGatewayServiceStore } from '../src/desktop/store.ts';
import { GatewayServicePanel } from './gateway-service-panel.tsx';
import { LoginItemRow } from './login-item-row.tsx';
import { openPage, VERSIONS } from './page.tsx';

const store = createGatewayServiceStore(window.hermesDesktop?.gatewayService);
const { messages, shell } = ENGLISH;
openPage(
  store,
  messages,
  <main>
    <GatewayServicePanel store={store} messages={messages} versions={VERSIONS} />
    {window.hermesDesktop?.loginItem && <LoginItemRow bridge={window.hermesDesktop.loginItem} messages={shell.loginItem} />}
  </main>,
);
