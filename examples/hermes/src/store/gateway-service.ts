// A cache of the main process' state, one nanostore for each profile: `useStore($gatewayService(profile))`. It never polls; it
// subscribes with its first listener and unsubscribes with its last.

import { createGatewayServiceStore, type GatewayServiceStore } from 'hermes-gateway-service/renderer'

const stores = new Map<string, GatewayServiceStore>()

export function $gatewayService(profile: string): GatewayServiceStore {
  let store = stores.get(profile)

  if (!store) {
    store = createGatewayServiceStore(window.hermesDesktop?.gatewayService, { profile })
    stores.set(profile, store)
  }

  return store
}

/** Profile-scoped keys follow a rename or a deletion. */
export function forgetGatewayService(profile: string): void {
  stores.delete(profile)
}
