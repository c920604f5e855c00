/** The page: the panel, in the element `root`. */

import { createGatewayServiceStore, en, GatewayServicePanel } from 'hermes-gateway-service/renderer';
import { createRoot } from 'react-dom/client';
import 'hermes-gateway-service/renderer.css';

declare global {
  interface Window {
    readonly gatewayService: Parameters<typeof createGatewayServiceStore>[0];
  }
}

// Made once, outside of React: it is the one subscription to the main process.
const store = createGatewayServiceStore(window.gatewayService);
const root = document.getElementById('root');
if (root) createRoot(root).render(<GatewayServicePanel store={store} messages={en} />);
