// "Run gateway as service" (#40899): Windows itself keeps the gateway running, through crashes, updates and without the app.
//
// main.ts only wires this: the channels `hermes:gateway-service:*`, their sender check and the engine come from the package. Updates go
// through `handOffUpdate`, which solves #40909: there is no watcher that dies with the job of the app.

import path from 'node:path'

import { type ElectronParts, type GatewayServiceRegistration, registerGatewayService } from 'hermes-gateway-service/main'

import { handOffUpdate, toHandOffResult, type UpdaterStart } from './gateway-hand-off'
import type { HandoffResult } from './handoff-result'

export interface GatewayServiceIpcDeps {
  electron: ElectronParts
  /** The root, as data-paths.ts resolves it. */
  hermesHome: string
  /** Names of the profiles, the default first. */
  profiles: readonly string[]
  /** Opens the settings at the gateway section. */
  focusSettings: () => void
  /** Whether this address is a page of the app (its dev server, in development). */
  isOwnPage: (url: string) => boolean
  rememberLog: (line: string) => void
  resourcesPath: string
  /** The result of readAndConsumeHandoffResult, where boot passes the update gate. */
  handoffResult: Promise<HandoffResult | null>
  /** Replaced in tests. */
  register?: typeof registerGatewayService
}

export interface GatewayServiceIpc {
  /** Stops the gateways, then has `start` spawn the updater and quit the app. Settles only where that fails; never throws. */
  handOffUpdate: (start: () => Promise<UpdaterStart>) => Promise<UpdaterStart>
  /** Never throws: for before-quit. */
  dispose: () => void
}

export function registerGatewayServiceIpc(deps: GatewayServiceIpcDeps): GatewayServiceIpc {
  const { electron, hermesHome, profiles, focusSettings, isOwnPage, rememberLog, resourcesPath } = deps
  const { handoffResult, register = registerGatewayService } = deps
  const line = (level: string) => (text: string) => rememberLog(`[gateway-service] ${level}: ${text}`)
  const log = { info: line('info'), warn: line('warn'), error: line('error') }

  let registration: GatewayServiceRegistration | undefined
  try {
    registration = register(electron, {
      hostDir: path.join(resourcesPath, 'gateway-service'),
      home: hermesHome,
      profiles,
      isTrustedSender: ({ url }) => isOwnPage(url),
      openPanel: focusSettings,
      log,
      handOffResult: handoffResult.then(toHandOffResult),
      // The app has no tray of its own yet (#38007); one that knows the gateway is `tray: { icons, quit }`.
      tray: false
    })
  } catch (error) {
    // The switch is then missing from the settings; the app itself must start.
    log.error(String(error))
  }

  return {
    handOffUpdate: start => handOffUpdate(start, { registration }),
    dispose: () => registration?.dispose()
  }
}
