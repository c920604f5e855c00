/** One panel for each profile that the app shows, on one page. A store has one selected profile. */

import { createGatewayServiceStore, en, GatewayServicePanel } from 'hermes-gateway-service/renderer';

type Bridge = Parameters<typeof createGatewayServiceStore>[0];

/** Make it once, outside of React. */
export const storesOf = (bridge: Bridge, profiles: readonly string[]) =>
  profiles.map(profile => ({ profile, store: createGatewayServiceStore(bridge, { profile }) }));

export function Profiles({ stores }: { stores: ReturnType<typeof storesOf> }) {
  return stores.map(({ profile, store }) => <GatewayServicePanel key={profile} store={store} messages={en} />);
}
