/**
 * The page: in the app it speaks through the preload's bridge, in a browser over HTTP with the token of its address.
 * One panel for each profile that has a gateway.
 */

import { StrictMode, useMemo } from 'react';
import { createRoot } from 'react-dom/client';
import { createBridge, type GatewayServiceBridge } from '../src/desktop/ipc.ts';
import { en } from '../src/desktop/messages.ts';
import { createGatewayServiceStore, type GatewayServiceStore } from '../src/desktop/store.ts';
import { GatewayServicePanel } from './gateway-service-panel.tsx';
import { createHttpTransport, takeToken } from './http-transport.ts';
import './page.css';
import './panel.css';
import { BrowserShell } from './try-it.tsx';
import { useStore } from './use-store.ts';

declare global {
  interface Window {
    readonly hermesDesktop?: { readonly gatewayService?: GatewayServiceBridge };
  }
}

const VERSIONS = { 'user agent': navigator.userAgent };

function Page({ store, bridge }: { readonly store: GatewayServiceStore; readonly bridge: GatewayServiceBridge | undefined }) {
  const { snapshot } = useStore(store);
  const others = snapshot?.profiles.filter(profile => profile !== snapshot.profile) ?? [];
  return (
    <main>
      <GatewayServicePanel store={store} messages={en} versions={VERSIONS} />
      {others.map(profile => (
        <ProfilePanel key={profile} profile={profile} bridge={bridge} />
      ))}
    </main>
  );
}

function ProfilePanel({ profile, bridge }: { readonly profile: string; readonly bridge: GatewayServiceBridge | undefined }) {
  const store = useMemo(() => createGatewayServiceStore(bridge, { profile }), [bridge, profile]);
  return <GatewayServicePanel store={store} messages={en} versions={VERSIONS} />;
}

function App() {
  if (window.hermesDesktop) {
    const bridge = window.hermesDesktop.gatewayService;
    return <Page store={createGatewayServiceStore(bridge)} bridge={bridge} />;
  }
  const transport = createHttpTransport(takeToken());
  const bridge = createBridge(transport);
  return (
    <BrowserShell transport={transport} messages={en}>
      <Page store={createGatewayServiceStore(bridge)} bridge={bridge} />
    </BrowserShell>
  );
}

const root = document.getElementById('root');
// Made once, outside React: a second render must not make a second store.
if (root) createRoot(root).render(<StrictMode>{App()}</StrictMode>);
