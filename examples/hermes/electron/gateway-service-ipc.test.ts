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
    handoffResult: Promise.resolve({ ok: false, exitCode: 5, message: 'shim locked', branch: 'main' }),
    register
  })

  return { ipc, lines }
}

function fakeRegistration(): GatewayServiceRegistration {
  return {
    status: () => Promise.reject(new Error('not asked here')),
    onStatus: () => () => undefined,
    update: work => work(() => undefined),
    handOff: ({ startUpdaterAndQuit }) => startUpdaterAndQuit().then(() => new Promise(() => undefined)),
    installUpdate: () => Promise.reject(new Error('no updater')),
    trayAvailable: false,
    dispose: vi.fn()
  }
}

describe('registerGatewayServiceIpc', () => {
  it("registers every profile of the home for the app's own pages", () => {
    const register = vi.fn<Register>(() => fakeRegistration())
    setup(register)

    const options = register.mock.calls[0]?.[1]
    expect(options).toMatchObject({ home: 'C:\\Users\\anna\\AppData\\Local\\hermes', profiles: ['default', 'work'], tray: false })
    expect(options?.isTrustedSender({ webContentsId: 1, url: 'file:///app/index.html' })).toBe(true)
    expect(options?.isTrustedSender({ webContentsId: 1, url: 'https://example.org/' })).toBe(false)
  })

  it("passes the result of the previous app's hand-off to the service", async () => {
    const register = vi.fn<Register>(() => fakeRegistration())
    setup(register)

    const result = await register.mock.calls[0]?.[1].handOffResult
    expect(result).toEqual({ outcome: 'not-updated', why: 'files-in-use', code: 5 })
  })

  it('stops the gateways before it hands an update off', async () => {
    const registration = fakeRegistration()
    const handOff = vi.spyOn(registration, 'handOff')
    const { ipc } = setup(() => registration)

    await expect(ipc.handOffUpdate(async () => ({ ok: false, error: 'shim locked' }))).resolves.toEqual({
      ok: false,
      error: 'shim locked'
    })
    expect(handOff).toHaveBeenCalledOnce()
  })

  it('lets the app start and update when the service cannot be registered', async () => {
    const { ipc, lines } = setup(() => {
      throw new Error('registered already')
    })

    expect(lines).toEqual(['[gateway-service] error: Error: registered already'])
    await expect(ipc.handOffUpdate(async () => ({ ok: true }))).resolves.toEqual({ ok: true })
    expect(ipc.dispose).not.toThrow()
  })

  it('removes its IPC handlers when it is disposed', () => {
    const registration = fakeRegistration()
    setup(() => registration).ipc.dispose()
    expect(registration.dispose).toHaveBeenCalledOnce()
  })
})
