// Stops the gateways before a hand-off to the updater (#40909, #70337), and starts them again when the app is relaunched, when the updater
// did not start, or after a time limit. Replaces stopGatewayBeforeUpdate and startGatewaysAfterUpdateAbort, which do not support a service
// and lose the gateways when the app dies in between.

import type { GatewayServiceRegistration, HandOffResult } from 'hermes-gateway-service/main'

import type { HandoffResult } from './handoff-result'

/** Whether the updater started and the app quits; otherwise why not. */
export type UpdaterStart = { ok: true; pid?: number } | { ok: false; error: string }

export interface GatewayHandOffDeps {
  /** Absent where the service could not be registered; the update then runs without it. */
  registration: Pick<GatewayServiceRegistration, 'handOff'> | undefined
}

class UpdateIsOff extends Error {}

/**
 * Stops the gateways, then has `start` release the backends, run the preflights, spawn the updater and quit the app. Settles only where
 * the update does not start; every gateway is running again then. Never throws.
 */
export async function handOffUpdate(start: () => Promise<UpdaterStart>, { registration }: GatewayHandOffDeps): Promise<UpdaterStart> {
  if (!registration) {
    return start()
  }

  const startUpdaterAndQuit = async () => {
    const started = await start()

    if (!started.ok) {
      throw new UpdateIsOff(started.error)
    }

    return started.pid
  }

  try {
    return await registration.handOff({ what: 'Hermes', startUpdaterAndQuit })
  } catch (error) {
    const { message, remedy } = error as { message: string; remedy?: string }

    return { ok: false, error: remedy === undefined ? message : `${message} ${remedy}` }
  }
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

/** How the update ended, by what readAndConsumeHandoffResult has read; undefined where there was nothing to read. */
export function toHandOffResult(result: HandoffResult | null): HandOffResult | undefined {
  if (!result) {
    return undefined
  }

  const { ok, exitCode: code } = result

  if (ok) {
    return { outcome: 'updated', code }
  }

  return { ...(EXIT_CODES[code] ?? { outcome: 'failed' }), code }
}
