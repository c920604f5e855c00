/** The page of the browser shell: the panel over HTTP, with the stand-ins around it. */

import { openPage } from '../../renderer/page.tsx';
import { createBridge } from '../../src/desktop/ipc.ts';
import { createGatewayServiceStore } from '../../src/desktop/store.ts';
import { BrowserShell } from './browser-shell.tsx';
import { createHttpTransport, takeToken } from './http-transport.ts';

const transport = createHttpTransport(takeToken());
const bridge = createBridge(transport);
const store = createGatewayServiceStore(bridge);
await openPage(store, words => <BrowserShell {...words} {...{ transport, bridge, store }} />);
