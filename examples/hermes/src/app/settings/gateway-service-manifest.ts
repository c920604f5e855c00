// The entry of settings-manifest.ts: `advanced: { …, gatewayService: gatewayServiceSetting }`. From it come the row's deep-link id
// `advanced.gateway-service` and its hit in the command palette.

import { $gatewayService } from '@/store/gateway-service'

import type { SettingDefinition } from './settings-manifest'

export const gatewayServiceSetting = {
  subpage: 'desktop',
  keywords: ['gateway', 'service', 'windows service', 'background', 'crash', 'restart', 'autostart', 'sign-in', 'startup'],
  // A hit for a hidden row would scroll to nothing.
  available: () => $gatewayService('default').get().supported,
  copy: t => ({ label: t.settings.gatewayService.title, description: t.settings.gatewayService.description })
} satisfies SettingDefinition

/** The query of the settings route that scrolls to the row, as settingsSearchTargetQuery writes it: for the tray and notifications. */
export const GATEWAY_SERVICE_LINK = new URLSearchParams({ tab: 'config:advanced', setting: 'advanced.gateway-service' }).toString()
