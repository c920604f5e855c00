// "Run gateway as service" (#40899): Windows itself keeps the gateway running, through crashes, updates and without the app.
//
// main.ts only wires this: the channels `hermes:gateway-service:*`, their sender check and the engine come from the package. Updates go
// through `handOff`, which solves #40909: there is no watcher that dies with the job of the app.

import path from 'node:path'

import { type ElectronParts, type GatewayServiceRegistration, registerGatewayService } from 'hermes-gateway-service/main'

import { createGatewayHandOff, type GatewayHandOff, toHandOffResult } from './gateway-hand-off'
import { type AppTray, type OwnItems, showGatewaysInTray } from './gateway-tray'
import type { HandoffResult } from './handoff-result'
import type { ConsumedRelaunch } from './updater/relaunch'

export interface GatewayServiceIpcDeps<Image> {
  electron: ElectronParts
  /** The root, as data-paths.ts resolves it. */
  hermesHome: string
  /** Names of the profiles, the default first. */
  profiles: readonly string[]
  /** Opens the settings at GATEWAY_SERVICE_LINK of src/app/settings/gateway-service-manifest.ts, in the scope of this profile, if any. */
  focusSettings: (profile?: string) => void
  /** `sendOpenUpdatesRequested` of createDesktopUpdateWindowRequest: shows the app's own updates. */
  openUpdates: () => void
  /** Whether this address is a page of the app (its dev server, in development). */
  isOwnPage: (url: string) => boolean
  rememberLog: (line: string) => void
  resourcesPath: string
  /** The icon of a file in the size of the tray. */
  createTrayImage: (file: string) => Image
  /** The result of readAndConsumeHandoffResult, where boot passes the update gate. */
  handoffResult: Promise<HandoffResult | null>
  /** The result of consumePendingRelaunch: the verdict of the packaged update ways. */
  pendingRelaunch: ConsumedRelaunch
  /** Replaced in tests. */
  register?: typeof registerGatewayService
}

export interface GatewayServiceIpc<Image> {
  /** For the update strategies. */
  handOff: GatewayHandOff
  /** For createMinimizeToTray: draws the tray until the returned function is called. */
  showInTray: (tray: AppTray<Image>, own: OwnItems) => () => void
  /** Never throws: for before-quit. */
  dispose: () => void
}

export function registerGatewayServiceIpc<Image extends { isEmpty: () => boolean }>(
  deps: GatewayServiceIpcDeps<Image>
): GatewayServiceIpc<Image> {
  const { electron, hermesHome, profiles, focusSettings, openUpdates, isOwnPage, rememberLog, resourcesPath } = deps
  const { createTrayImage, handoffResult, pendingRelaunch, register = registerGatewayService } = deps
  const line = (level: string) => (text: string) => rememberLog(`[gateway-service] ${level}: ${text}`)
  const log = { info: line('info'), warn: line('warn'), error: line('error') }
  const hostDir = path.join(resourcesPath, 'gateway-service')

  let registration: GatewayServiceRegistration | undefined
  try {
    registration = register(electron, {
      hostDir,
      home: hermesHome,
      profiles,
      isTrustedSender: ({ url }) => isOwnPage(url),
      openPanel: focusSettings,
      updateHermes: openUpdates,
      log,
      handOffResult: handoffResult.then(result => toHandOffResult(result, pendingRelaunch)),
      // The app has its own: see showInTray.
      tray: false
    })
  } catch (error) {
    // The switch is then missing from the settings; the app itself must start.
    log.error(String(error))
  }

  const tray = { registration, Menu: electron.Menu, createImage: createTrayImage, iconsDir: path.join(hostDir, 'icons') }

  return {
    handOff: createGatewayHandOff({ registration, rememberLog }),
    showInTray: (appTray, own) => showGatewaysInTray(appTray, own, tray),
    dispose: () => void registration?.dispose()
  }
}
