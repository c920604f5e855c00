// The gateways in the app's tray (minimize-to-tray.ts, #119120): its icon, tooltip and menu say how they are, and offer what can be done,
// between the app's own "Show Hermes" and "Quit Hermes". Nothing is watched while there is no tray.

import type { ElectronParts, GatewayServiceRegistration, MenuItemTemplate } from 'hermes-gateway-service/main'

/** The parts of Electron's `Tray` that are used. */
export interface AppTray<Image> {
  isDestroyed(): boolean
  setImage(image: Image): void
  setToolTip(text: string): void
  setContextMenu(menu: object | null): void
}

export interface GatewayTrayDeps<Image> {
  /** Absent where the service could not be registered; the tray then has the app's own items only. */
  registration: Pick<GatewayServiceRegistration, 'onTrayChanged'> | undefined
  Menu: ElectronParts['Menu']
  /** The icon in the size of the tray: `file => sized(nativeImage.createFromPath(file))`, as minimize-to-tray.ts sizes the app's own. */
  createImage: (file: string) => Image
  /** `build/icons` of hermes-gateway-service. */
  iconsDir: string
}

export interface OwnItems {
  show: MenuItemTemplate
  quit: MenuItemTemplate
}

const SEPARATOR: MenuItemTemplate = { type: 'separator' }

/** Draws a tray of the app until the returned function is called. For destroyTray: call that before `tray.destroy()`. */
export function showGatewaysInTray<Image extends { isEmpty: () => boolean }>(
  tray: AppTray<Image>,
  { show, quit }: OwnItems,
  { registration, Menu, createImage, iconsDir }: GatewayTrayDeps<Image>
): () => void {
  if (!registration) {
    tray.setContextMenu(Menu.buildFromTemplate([show, SEPARATOR, quit]))

    return () => {}
  }

  return registration.onTrayChanged(iconsDir, ({ icon, tooltip, items, quitLabel }) => {
    // The host of the tray may have gone, see hostLost.
    if (tray.isDestroyed()) {
      return
    }

    const image = createImage(icon)

    // Without the file, the app's own icon stays.
    if (!image.isEmpty()) {
      tray.setImage(image)
    }

    tray.setToolTip(tooltip)
    tray.setContextMenu(Menu.buildFromTemplate([show, SEPARATOR, ...items, SEPARATOR, { ...quit, label: quitLabel }]))
  })
}
