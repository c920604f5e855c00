import type { GatewayServiceBridge } from 'hermes-gateway-service/preload'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { enGatewayService } from '@/i18n/en_gateway_service'

const snapshot = (supported: boolean) => ({ ok: true, value: { schema: 1, supported, profile: 'default', profiles: ['default'] } })
const get = vi.fn()

beforeEach(() => {
  vi.resetModules()
  const bridge = { get, onChanged: () => () => undefined } as unknown as GatewayServiceBridge
  vi.stubGlobal('window', { hermesDesktop: { gatewayService: bridge } })
})

describe('gatewayServiceSetting', () => {
  it('is found by its title in the language of the app', async () => {
    const { gatewayServiceSetting } = await import('./gateway-service-manifest')
    const copy = gatewayServiceSetting.copy({ settings: { gatewayService: { ...enGatewayService, title: 'Gateway als Dienst' } } })
    expect(copy).toEqual({ label: 'Gateway als Dienst', description: enGatewayService.description })
    expect(gatewayServiceSetting.keywords).toContain('windows service')
  })

  it('is found only where the row is shown', async () => {
    const { gatewayServiceSetting } = await import('./gateway-service-manifest')
    const { $gatewayService } = await import('@/store/gateway-service')
    expect(gatewayServiceSetting.available()).toBe(true)
    get.mockResolvedValue(snapshot(false))
    await $gatewayService('default').refresh()
    expect(gatewayServiceSetting.available()).toBe(false)
  })

  it('is not found in an app without the bridge', async () => {
    vi.stubGlobal('window', { hermesDesktop: {} })
    const { gatewayServiceSetting } = await import('./gateway-service-manifest')
    expect(gatewayServiceSetting.available()).toBe(false)
  })

  it('is the target of the link of tray and notifications', async () => {
    const { GATEWAY_SERVICE_LINK } = await import('./gateway-service-manifest')
    expect(Object.fromEntries(new URLSearchParams(GATEWAY_SERVICE_LINK))).toEqual({
      tab: 'config:advanced',
      setting: 'advanced.gateway-service'
    })
  })
})
