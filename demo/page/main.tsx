/** The page of the browser shell: the panel over HTTP, with the stand-ins around it. Its address may name a pseudo-locale (`?locale=`). */

import { openPage } from '../../renderer/page.tsx';
import { createBridge } from '../../src/desktop/ipc.ts';
import { createGatewayServiceStore } from '../../src/desktop/store.ts';
import { catalogueFor } from '../pseudo-locales.ts';
import { BrowserShell } from './browser-shell.tsx';
import { createHttpTransport, takeToken } from './http-transport.ts';

const transport = createHttpTransport(takeToken());
const bridge = createBridge(transport);
const store = createGatewayServiceStore(bridge);
const catalogue = catalogueFor(new URL(location.href).searchParams.get('locale'));
openPage(store, catalogue.messages, <BrowserShell {...catalogue} {...{ transport, bridge, store }} />);
