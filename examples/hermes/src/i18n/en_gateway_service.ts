// The texts of `t.settings.gatewayService`: in `Translations` of types.ts, in en.ts, and by defineLocale in every other language until that
// has its own. `messages` is the catalogue of the panel; a translation replaces single texts of it.

import { en, type Messages } from 'hermes-gateway-service/renderer'

export interface GatewayServiceCopy {
  title: string
  description: string
  /** The title of the notification about a failure. */
  failed: string
  messages: Messages
}

export const enGatewayService: GatewayServiceCopy = {
  title: 'Run gateway as service',
  description: 'Windows restarts the gateway after crashes and updates, also while this app is closed.',
  failed: "Couldn't change the gateway service",
  messages: en
}
