/** The panel of the app's page in the pseudo-locale that the address names (`?locale=`), as a host app passes its own catalogue. */

import { GatewayServicePanel } from '../../renderer/gateway-service-panel.tsx';
import { openPage, VERSIONS } from '../../renderer/page.tsx';
import { createGatewayServiceStore } from '../../src/desktop/store.ts';
import { catalogueFor } from '../pseudo-locales.ts';

const store = createGatewayServiceStore(window.hermesDesktop?.gatewayService);
const { messages } = catalogueFor(new URL(location.href).searchParams.get('locale'));
openPage(
  store,
  messages,
  <main>
    <GatewayServicePanel store={store} messages={messages} versions={VERSIONS} />
  </main>,
);
