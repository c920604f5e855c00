import path from 'node:path'

import type { ElectronParts, GatewayServiceRegistration, registerGatewayService } from 'hermes-gateway-service/main'
import { describe, expect, it, vi } from 'vitest'

import { registerGatewayServiceIpc } from './gateway-service-ipc'

type Register = typeof registerGatewayService

const openUpdates = () => undefined

function setup(register: Register, read: { relaunch?: string; exitCode?: number } = {}) {
  const lines: string[] = []
  const { relaunch, exitCode } = read
  const ipc = registerGatewayServiceIpc({
    electron: { Menu: { buildFromTemplate: (template: object) => template } } as unknown as ElectronParts,
    hermesHome: 'C:\\Users\\anna\\AppData\\Local\\hermes',
    profiles: ['default', 'work'],
    focusSettings: () => undefined,
    openUpdates,
    isOwnPage: url => url.startsWith('file:///app/'),
    rememberLog: text => lines.push(text),
    resourcesPath: '/resources',
    createTrayImage: () => ({ isEmpty: () => false }),
    handoffResult: Promise.resolve(exitCode === undefined ? null : { ok: false, exitCode, manual: false, message: '', branch: 'main' }),
    pendingRelaunch: relaunch === undefined ? { wasUpdateRelaunch: false } : { wasUpdateRelaunch: true, fromVersion: relaunch },
    register
  })

  return { ipc, lines }
}

function fakeRegistration(): GatewayServiceRegistration {
  return {
    status: () => Promise.reject(new Error('not asked here')),
    onStatus: () => () => undefined,
    update: work =>
      work(
        () => undefined,
        async () => undefined
      ),
    handOff: ({ startUpdaterAndQuit }) => startUpdaterAndQuit().then(() => new Promise(() => undefined)),
    installUpdate: () => Promise.reject(new Error('no updater')),
    onTrayChanged: () => () => undefined,
    trayAvailable: false,
    dispose: vi.fn()
  }
}

const trayOf = () => ({ isDestroyed: () => false, setImage: vi.fn(), setToolTip: vi.fn(), setContextMenu: vi.fn() })
const OWN = { show: { label: 'Show Hermes' }, quit: { label: 'Quit Hermes' } }

describe('registerGatewayServiceIpc', () => {
  it("registers every profile of the home for the app's own pages", () => {
    const register = vi.fn<Register>(() => fakeRegistration())
    setup(register)

    const options = register.mock.calls[0]?.[1]
    expect(options).toMatchObject({ home: 'C:\\Users\\anna\\AppData\\Local\\hermes', profiles: ['default', 'work'], tray: false })
    expect(options?.isTrustedSender({ webContentsId: 1, url: 'file:///app/index.html' })).toBe(true)
    expect(options?.isTrustedSender({ webContentsId: 1, url: 'https://example.org/' })).toBe(false)
  })

  it("offers the app's own updates where files of Hermes are missing", () => {
    const register = vi.fn<Register>(() => fakeRegistration())
    setup(register)
    expect(register.mock.calls[0]?.[1].updateHermes).toBe(openUpdates)
  })

  it.each([
    ['of the checkout', { exitCode: 5 }, { outcome: 'not-updated', why: 'files-in-use', code: 5 }],
    ['of a package', { relaunch: '0.22.1' }, { outcome: 'updated' }],
    ['of nothing', {}, undefined]
  ])("passes the result of the previous app's update %s to the service", async (_what, read, expected) => {
    const register = vi.fn<Register>(() => fakeRegistration())
    setup(register, read)
    await expect(register.mock.calls[0]?.[1].handOffResult).resolves.toEqual(expected)
  })

  it('stops the gateways before the backends for an update', async () => {
    const registration = fakeRegistration()
    const handOff = vi.spyOn(registration, 'handOff')
    const { ipc } = setup(() => registration)
    const own = vi.fn()
    await ipc.handOff.teardown(own)()
    expect(handOff).toHaveBeenCalledBefore(own)
  })

  it("draws the app's tray with the icons beside the host", () => {
    const registration = fakeRegistration()
    const onTrayChanged = vi.spyOn(registration, 'onTrayChanged')
    setup(() => registration).ipc.showInTray(trayOf(), OWN)
    expect(onTrayChanged).toHaveBeenCalledWith(path.join('/resources', 'gateway-service', 'icons'), expect.any(Function))
  })

  it('lets the app start, update and show its tray when the service cannot be registered', async () => {
    const { ipc, lines } = setup(() => {
      throw new Error('registered already')
    })

    expect(lines).toEqual(['[gateway-service] error: Error: registered already'])
    const own = vi.fn()
    await ipc.handOff.teardown(own)()
    expect(own).toHaveBeenCalledOnce()
    const tray = trayOf()
    ipc.showInTray(tray, OWN)
    expect(tray.setContextMenu).toHaveBeenCalledWith([OWN.show, { type: 'separator' }, OWN.quit])
    expect(ipc.dispose).not.toThrow()
  })

  it('removes its IPC handlers when it is disposed', () => {
    const registration = fakeRegistration()
    setup(() => registration).ipc.dispose()
    expect(registration.dispose).toHaveBeenCalledOnce()
  })
})
