// Stops the gateways for an update of the app (#40909, #70337) and starts them again: in the relaunched app, at once where the update does
// not happen, or after a time limit where the app is never relaunched. Fits all ways of updater/index.ts: the packaged ones stop and recover
// through `teardown` and `restore` of applyPackagedHandoff, the checkout through stopBackendsForUpdate and the result of `apply`.

import type { GatewayServiceRegistration, HandOffRequest, HandOffResult } from 'hermes-gateway-service/main'

import type { HandoffResult } from './handoff-result'
import type { UpdaterApplyResultWire, UpdaterStrategy } from './updater'
import type { ConsumedRelaunch } from './updater/relaunch'

export interface GatewayHandOffDeps {
  /** Absent where the service could not be registered; updates then run without it. */
  registration: Pick<GatewayServiceRegistration, 'handOff'> | undefined
  rememberLog: (line: string) => void
}

/** `versions` where the update replaces the app; the times where the update runs before the app quits. */
export type TeardownOptions = Pick<HandOffRequest, 'versions' | 'quitTimeoutMs' | 'maxDownMs'>

export interface GatewayHandOff {
  /** For `teardownBundledBackend`, `teardown` or `stopBackendsForUpdate`: stops the gateways, verified, and then the app's own backends. */
  teardown: (own: () => Promise<void> | void, options?: TeardownOptions) => () => Promise<void>
  /** For `restoreBundledBackend` or `restore`: starts the app's own backends and the gateways again. */
  restore: (own: () => Promise<void>) => () => Promise<void>
  /** The strategy whose `apply` starts the gateways again where it hands nothing off: a preflight refused, a manual command, a failure. */
  guard: (strategy: UpdaterStrategy) => UpdaterStrategy
}

/** StoreStrategy downloads before the teardown, but the Store installs between teardown and quit. */
export const STORE_TIMES = { quitTimeoutMs: 30 * 60 * 1000, maxDownMs: 40 * 60 * 1000 }

class CalledOff extends Error {}

/** One hand-off of the registration, between the teardown of an update and its end. */
interface Held {
  /** Resolves when the gateways are down; rejects where they could not be stopped. */
  stopped: Promise<void>
  callOff: () => void
  /** Resolves when the gateways run again: undefined where it was called off, otherwise why it ended. */
  ended: Promise<unknown>
}

function holdGateways(
  { handOff }: Pick<GatewayServiceRegistration, 'handOff'>,
  options: TeardownOptions,
  onEnded: (failure: unknown) => void
): Held {
  let callOff = () => {}
  let ended: Promise<unknown> = Promise.resolve()

  const untilCalledOff = new Promise<never>((_resolve, reject) => {
    callOff = () => reject(new CalledOff('The update was called off.'))
  })

  // Where the gateways could not be stopped, nothing waits for it.
  untilCalledOff.catch(() => undefined)

  const stopped = new Promise<void>((resolve, reject) => {
    const startUpdaterAndQuit = () => {
      resolve()

      return untilCalledOff
    }

    ended = handOff({ what: 'Hermes', ...options, startUpdaterAndQuit }).catch((error: unknown) => {
      const failure = error instanceof CalledOff ? undefined : error
      onEnded(failure)
      // Has no effect where the gateways had been stopped.
      reject(error)

      return failure
    })
  })

  return { stopped, callOff, ended }
}

export function createGatewayHandOff({ registration, rememberLog }: GatewayHandOffDeps): GatewayHandOff {
  let held: Held | undefined

  async function stopGateways(options: TeardownOptions): Promise<void> {
    if (!registration) {
      return
    }

    held ??= holdGateways(registration, options, failure => {
      held = undefined

      if (failure) {
        // A gateway did not stop or start, or the app did not quit: its quit guard was declined.
        rememberLog(`[gateway-service] the update ended: ${String(failure)}`)
      }
    })

    await held.stopped
  }

  async function startGateways(): Promise<void> {
    if (!held) {
      return
    }

    const { callOff, ended } = held
    callOff()
    const failure = await ended

    if (failure) {
      throw failure
    }
  }

  /** The gateways that an earlier `apply` holds stay down: its update goes on. */
  async function applyGuarded(strategy: UpdaterStrategy): Promise<UpdaterApplyResultWire> {
    const before = held
    let handedOff = false

    try {
      const result = await strategy.apply()
      handedOff = result.handedOff === true

      return result
    } catch (error) {
      return explained(error, strategy)
    } finally {
      if (!handedOff && held !== before) {
        // A failure is in the log.
        await startGateways().catch(() => undefined)
      }
    }
  }

  return {
    teardown:
      (own, options = {}) =>
      async () => {
        await stopGateways(options)
        await own()
      },
    restore: own => async () => {
      try {
        await own()
      } finally {
        await startGateways()
      }
    },
    guard: strategy => ({
      mechanism: strategy.mechanism,
      check: options => strategy.check(options),
      apply: () => applyGuarded(strategy)
    })
  }
}

/** A failure of the gateways as a result, with its remedy: the updates overlay shows `message`. Throws any other error again. */
function explained(error: unknown, { mechanism }: UpdaterStrategy): UpdaterApplyResultWire {
  const { code, message, remedy } = error as { code?: string; message: string; remedy?: string }

  if (code === undefined || remedy === undefined) {
    throw error
  }

  return { ok: false, mechanism, error: code, message: `${message} ${remedy}` }
}

// scripts/desktop-update/windows.ps1 ends with these. Any other failed in `hermes update` itself.
const EXIT_CODES: Record<number, HandOffResult> = {
  3: { outcome: 'not-updated', why: 'update-interpreter-missing' },
  4: { outcome: 'not-updated', why: 'app-did-not-quit' },
  5: { outcome: 'not-updated', why: 'files-in-use' },
  6: { outcome: 'failed', why: 'update-app-not-built' },
  7: { outcome: 'not-updated', why: 'update-processes-alive' },
  8: { outcome: 'failed', why: 'update-unverified' },
  9: { outcome: 'not-updated', why: 'update-running' },
  124: { outcome: 'failed', why: 'update-stalled' }
}

/**
 * How the update ended: by what readAndConsumeHandoffResult has read (checkout), else by what consumePendingRelaunch has read from
 * pending-update-relaunch.json (packaged). Undefined where neither file was there.
 */
export function toHandOffResult(
  result: Pick<HandoffResult, 'ok' | 'exitCode'> | null,
  relaunch: ConsumedRelaunch
): HandOffResult | undefined {
  if (result) {
    const { ok, exitCode: code } = result

    // `manual`: the update is installed, and the app itself shows what is left to do.
    return ok ? { outcome: 'updated', code } : { ...(EXIT_CODES[code] ?? { outcome: 'failed' }), code }
  }

  if (relaunch.fromVersion === undefined) {
    return undefined
  }

  // The same version again: Windows did not install the package, or the user declined.
  return { outcome: relaunch.wasUpdateRelaunch ? 'updated' : 'not-updated' }
}
