import type { ElectronParts, GatewayServiceRegistration, registerGatewayService } from 'hermes-gateway-service/main'
import { describe, expect, it, vi } from 'vitest'

import { registerGatewayServiceIpc } from './gateway-service-ipc'

type Register = typeof registerGatewayService

function setup(register: Register) {
  const lines: string[] = []
  const ipc = registerGatewayServiceIpc({
    electron: {} as ElectronParts,
    hermesHome: 'C:\\Users\\anna\\AppData\\Local\\hermes',
    profiles: ['default', 'work'],
    focusSettings: () => undefined,
    isOwnPage: url => url.startsWith('file:///app/'),
    rememberLog: text => lines.push(text),
    resourcesPath: '/resources',
    register
  })

  return { ipc, lines }
}

function fakeRegistration(): GatewayServiceRegistration {
  return {
    status: () => Promise.reject(new Error('not asked here')),
    onStatus: () => () => undefined,
    update: work => work(),
    trayAvailable: false,
    dispose: vi.fn()
  }
}

describe('registerGatewayServiceIpc', () => {
  it('registers every profile of the home, for the pages of the app alone', () => {
    const register = vi.fn<Register>(() => fakeRegistration())
    setup(register)

    const options = register.mock.calls[0]?.[1]
    expect(options).toMatchObject({ home: 'C:\\Users\\anna\\AppData\\Local\\hermes', profiles: ['default', 'work'], tray: false })
    expect(options?.vouch({ webContentsId: 1, url: 'file:///app/index.html' })).toBe(true)
    expect(options?.vouch({ webContentsId: 1, url: 'https://example.org/' })).toBe(false)
  })

  it('runs an update with the gateways down and passes its result and its failure on', async () => {
    const registration = fakeRegistration()
    const update = vi.spyOn(registration, 'update')
    const { ipc } = setup(() => registration)

    await expect(ipc.duringUpdate(async () => 'updated')).resolves.toBe('updated')
    await expect(ipc.duringUpdate(() => Promise.reject(new Error('shim locked')))).rejects.toThrow('shim locked')
    expect(update).toHaveBeenCalledTimes(2)
  })

  it('lets the app start, and update, where the service cannot be registered', async () => {
    const { ipc, lines } = setup(() => {
      throw new Error('registered already')
    })

    expect(lines).toEqual(['[gateway-service] error: Error: registered already'])
    await expect(ipc.duringUpdate(async () => 'updated')).resolves.toBe('updated')
    expect(ipc.dispose).not.toThrow()
  })

  it('takes its handlers away at the end', () => {
    const registration = fakeRegistration()
    setup(() => registration).ipc.dispose()
    expect(registration.dispose).toHaveBeenCalledOnce()
  })
})
