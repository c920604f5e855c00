// biome-ignore lint/style/noRestrictedImports: only its types
import type { Tray as ElectronTray, NativeImage } from 'electron'
import type { MenuItemTemplate, TrayParts } from 'hermes-gateway-service/main'
import { describe, expect, expectTypeOf, it } from 'vitest'

import { type AppTray, showGatewaysInTray } from './gateway-tray'

const PARTS: TrayParts = {
  icon: '/icons/tray-running-dark.png',
  tooltip: 'Hermes gateway: Running',
  items: [{ label: 'Hermes gateway: Running', enabled: false }, { type: 'separator' }, { label: 'Restart' }],
  quitLabel: 'Quit Hermes (the gateway keeps running)'
}

interface Image {
  file: string
  isEmpty: () => boolean
}

class Tray {
  destroyed = false
  image = 'own.png'
  tooltip = 'Hermes'
  menu: MenuItemTemplate[] = []
  isDestroyed = () => this.destroyed

  setImage({ file }: Image) {
    this.image = file
  }

  setToolTip(text: string) {
    this.tooltip = text
  }

  setContextMenu(menu: object | null) {
    this.menu = menu as MenuItemTemplate[]
  }

  get labels() {
    return this.menu.map(({ label, type }) => label ?? type)
  }
}

function setup({ registered = true, missing = '' } = {}) {
  const tray = new Tray()
  const clicks: string[] = []
  let show = (_parts: TrayParts) => {}
  let ended = false

  const registration = {
    onTrayChanged: (iconsDir: string, listener: (parts: TrayParts) => void) => {
      show = listener
      listener({ ...PARTS, icon: `${iconsDir}/tray-running-dark.png` })

      return () => {
        ended = true
      }
    }
  }

  const stop = showGatewaysInTray<Image>(
    tray,
    {
      show: { label: 'Show Hermes', click: () => clicks.push('show') },
      quit: { label: 'Quit Hermes', click: () => clicks.push('quit') }
    },
    {
      registration: registered ? registration : undefined,
      Menu: { buildFromTemplate: template => template },
      createImage: file => ({ file, isEmpty: () => file === missing }),
      iconsDir: '/icons'
    }
  )

  return { tray, clicks, stop, show: (parts: TrayParts) => show(parts), hasEnded: () => ended }
}

describe('showGatewaysInTray', () => {
  it('draws the tray of Electron', () => {
    expectTypeOf<ElectronTray>().toExtend<AppTray<NativeImage>>()
  })

  it("shows the gateways between the app's own items, with icon, tooltip and what quitting does", () => {
    const { tray, clicks } = setup()
    expect(tray.labels).toEqual([
      'Show Hermes',
      'separator',
      'Hermes gateway: Running',
      'separator',
      'Restart',
      'separator',
      PARTS.quitLabel
    ])
    expect(tray).toMatchObject({ image: '/icons/tray-running-dark.png', tooltip: 'Hermes gateway: Running' })
    tray.menu.at(0)?.click?.()
    tray.menu.at(-1)?.click?.()
    expect(clicks).toEqual(['show', 'quit'])
  })

  it('draws every change, and stops with the tray', () => {
    const { tray, show, stop, hasEnded } = setup()
    show({ ...PARTS, tooltip: 'Hermes gateway: Stopped', items: [] })
    expect(tray.tooltip).toBe('Hermes gateway: Stopped')
    stop()
    expect(hasEnded()).toBe(true)
  })

  it("keeps the app's own icon where the file of the icon is missing", () => {
    expect(setup({ missing: '/icons/tray-running-dark.png' }).tray).toMatchObject({ image: 'own.png', tooltip: 'Hermes gateway: Running' })
  })

  it('leaves a tray alone that was destroyed', () => {
    const { tray, show } = setup()
    tray.destroyed = true
    show({ ...PARTS, tooltip: 'late' })
    expect(tray.tooltip).toBe('Hermes gateway: Running')
  })

  it("shows the app's own items only where the service could not be registered", () => {
    const { tray, stop } = setup({ registered: false })
    expect(tray.labels).toEqual(['Show Hermes', 'separator', 'Quit Hermes'])
    expect(tray).toMatchObject({ image: 'own.png', tooltip: 'Hermes' })
    expect(stop).not.toThrow()
  })
})
