import { useStore } from '@nanostores/react'
import type { GatewayServiceBridge } from 'hermes-gateway-service/preload'
import { computed } from 'nanostores'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { beforeEach, describe, expect, it, vi } from 'vitest'

const refused = { ok: false, error: { code: 'profile-missing', message: 'This profile does not exist.', remedy: '', id: '1' } } as const
const get = vi.fn<GatewayServiceBridge['get']>()
const leave = vi.fn()

beforeEach(() => {
  vi.resetModules()
  get.mockReset().mockResolvedValue(refused)
  leave.mockReset()
  vi.stubGlobal('window', { hermesDesktop: { gatewayService: { get, onChanged: () => leave } } })
})

describe('$gatewayService', () => {
  it('returns one store for each profile name', async () => {
    const { $gatewayService } = await import('./gateway-service')
    expect($gatewayService('work')).toBe($gatewayService('work'))
    expect($gatewayService('work')).not.toBe($gatewayService('default'))

    await $gatewayService('work').refresh()
    expect(get).toHaveBeenCalledWith({ profile: 'work' })
    expect($gatewayService('work').get().error?.code).toBe('profile-missing')
  })

  it('subscribes with its first listener and unsubscribes with its last', async () => {
    const { $gatewayService } = await import('./gateway-service')
    const [one, other] = [$gatewayService('work').listen(() => undefined), $gatewayService('work').listen(() => undefined)]
    one()
    expect(leave).not.toHaveBeenCalled()
    other()
    expect(leave).toHaveBeenCalledOnce()
  })

  it('is read by components and by computed stores', async () => {
    const { $gatewayService } = await import('./gateway-service')
    const $error = computed($gatewayService('work'), ({ error }) => error?.code ?? 'none')
    const Row = () => createElement('b', null, `${useStore($error)}, ${useStore($gatewayService('work')).supported}`)
    expect(renderToStaticMarkup(createElement(Row))).toBe('<b>none, true</b>')
    await $gatewayService('work').refresh()
    expect(renderToStaticMarkup(createElement(Row))).toBe('<b>profile-missing, true</b>')
  })

  it('creates a new store after the profile was renamed or deleted', async () => {
    const { $gatewayService, forgetGatewayService } = await import('./gateway-service')
    const before = $gatewayService('work')
    forgetGatewayService('work')
    expect($gatewayService('work')).not.toBe(before)
  })

  it('reports "unsupported" in an app without the bridge', async () => {
    vi.stubGlobal('window', { hermesDesktop: {} })
    const { $gatewayService } = await import('./gateway-service')
    expect($gatewayService('default').get().supported).toBe(false)
  })
})
