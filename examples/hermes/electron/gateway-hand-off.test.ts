import type { HandOffRequest } from 'hermes-gateway-service/main'
import { describe, expect, it } from 'vitest'

import { createGatewayHandOff, type GatewayHandOff, STORE_TIMES, toHandOffResult } from './gateway-hand-off'

type Strategy = ReturnType<GatewayHandOff['guard']>
type Apply = (stop: () => Promise<void>) => ReturnType<Strategy['apply']>

const FOREVER = new Promise<never>(() => undefined)

/** A registration that has the gateways down from the call of `startUpdaterAndQuit` until that fails, and a log of what happens. */
function setup({ refusal, staysOpen = FOREVER }: { refusal?: Error; staysOpen?: Promise<never> } = {}) {
  const events: string[] = []
  const requests: HandOffRequest[] = []
  const lines: string[] = []

  const handOff = async (request: HandOffRequest): Promise<never> => {
    requests.push(request)

    if (refusal) {
      throw refusal
    }

    events.push('gateways down')

    try {
      await Promise.race([request.startUpdaterAndQuit(), staysOpen])

      return await FOREVER
    } catch (error) {
      events.push('gateways up')
      throw error
    }
  }

  const gateways = createGatewayHandOff({ registration: { handOff }, rememberLog: line => lines.push(line) })
  const note = (event: string) => async () => void events.push(event)

  return { gateways, events, requests, lines, note }
}

type Setup = ReturnType<typeof setup>

/** A packaged way: as updater/packaged-handoff.ts, it recovers what it has stopped where `apply` fails, and throws the reason. */
function packaged(mechanism: Strategy['mechanism'], { gateways, note }: Setup, apply: Apply) {
  const teardown = gateways.teardown(note('backends down'), { versions: { from: '0.22.1' }, ...STORE_TIMES })
  const restore = gateways.restore(note('backends up'))

  return gateways.guard({
    mechanism,
    check: async () => ({ supported: true }),
    apply: async () => {
      let stopped = false

      const stop = async () => {
        stopped = true
        await teardown()
      }

      try {
        return await apply(stop)
      } catch (error) {
        if (stopped) {
          await restore()
        }

        throw error
      }
    }
  })
}

/** The checkout way: as updater/checkout.ts, it stops the backends once, and returns whether it has handed off. */
function checkout({ gateways, note }: Setup, apply: Apply) {
  const stop = gateways.teardown(note('backends down'))

  return gateways.guard({ mechanism: 'windows-handoff', check: async () => ({ supported: true }), apply: () => apply(stop) })
}

describe.each(['app-installer', 'microsoft-store'] as const)('packaged update by %s', mechanism => {
  it('stops the gateways before the backends and keeps both down while the package is replaced', async () => {
    const one = setup()

    const strategy = packaged(mechanism, one, async stop => {
      one.events.push('download')
      await stop()
      one.events.push('install', 'quit')

      return { ok: true, bundled: true, handedOff: true, mechanism }
    })

    await expect(strategy.apply()).resolves.toMatchObject({ ok: true, handedOff: true })
    expect(one.events).toEqual(['download', 'gateways down', 'backends down', 'install', 'quit'])
    expect(one.requests).toMatchObject([{ what: 'Hermes', versions: { from: '0.22.1' }, quitTimeoutMs: 1_800_000, maxDownMs: 2_400_000 }])
  })

  it('starts backends and gateways again when the installation fails after the teardown', async () => {
    const one = setup()

    const strategy = packaged(mechanism, one, async stop => {
      await stop()
      throw new Error('the package is not signed')
    })

    await expect(strategy.apply()).rejects.toThrow('the package is not signed')
    expect(one.events).toEqual(['gateways down', 'backends down', 'backends up', 'gateways up'])
  })

  it('touches nothing when the download fails, when there is no update, and when the user has to install it', async () => {
    const one = setup()

    const failing = packaged(mechanism, one, async () => {
      throw new Error('offline')
    })

    await expect(failing.apply()).rejects.toThrow('offline')
    await packaged(mechanism, one, async () => ({ ok: true, updateAvailable: false })).apply()
    await packaged(mechanism, one, async () => ({ ok: true, manual: true, bundled: true })).apply()
    expect(one.events).toEqual([])
  })

  it('calls the update off, with the reason and a remedy, when a gateway cannot be stopped', async () => {
    const reason = { code: 'update-running', remedy: 'Wait for it to end.' }
    const one = setup({ refusal: Object.assign(new Error('Another update is running.'), reason) })

    const strategy = packaged(mechanism, one, async stop => {
      await stop()

      return { ok: true, handedOff: true }
    })

    await expect(strategy.apply()).resolves.toEqual({
      ok: false,
      mechanism,
      error: 'update-running',
      message: 'Another update is running. Wait for it to end.'
    })

    expect(one.events).toEqual(['backends up'])
  })
})

describe('update of the checkout', () => {
  it('keeps the gateways down after it has handed off', async () => {
    const one = setup()

    const strategy = checkout(one, async stop => {
      await stop()

      return { ok: true, handedOff: true }
    })

    await strategy.apply()
    expect(one.events).toEqual(['gateways down', 'backends down'])
  })

  it('stops no gateway for a command that the user has to run', async () => {
    const one = setup()
    const manual = { ok: true, manual: true, command: 'hermes update' }
    await expect(checkout(one, async () => manual).apply()).resolves.toEqual(manual)
    expect(one.events).toEqual([])
  })

  it.each([
    ['does not start', async () => ({ ok: false, error: 'updater-spawn-failed' })],
    ['cannot be spawned', () => Promise.reject(new Error('ENOENT'))]
  ])('starts the gateways again when the updater %s', async (_what, end) => {
    const one = setup()

    const strategy = checkout(one, async stop => {
      await stop()

      return end()
    })

    await strategy.apply().catch(() => undefined)
    expect(one.events).toEqual(['gateways down', 'backends down', 'gateways up'])
  })

  it('leaves the gateways down that a running update holds when a second attempt is refused', async () => {
    const one = setup()

    const first = checkout(one, async stop => {
      await stop()

      return { ok: true, handedOff: true }
    })

    const second = checkout(one, async stop => {
      await stop()

      return { ok: false, error: 'update-already-running' }
    })

    await first.apply()
    await second.apply()
    expect(one.events).toEqual(['gateways down', 'backends down', 'backends down'])
    expect(one.requests).toHaveLength(1)
  })

  it('logs that the app did not quit, and can update again then', async () => {
    let stay = (_error: Error) => {}

    const staysOpen = new Promise<never>((_resolve, reject) => {
      stay = reject
    })

    const one = setup({ staysOpen })

    const strategy = checkout(one, async stop => {
      await stop()

      return { ok: true, handedOff: true }
    })

    await strategy.apply()
    stay(new Error('The app did not quit.'))
    await expect.poll(() => one.lines).toEqual(['[gateway-service] the update ended: Error: The app did not quit.'])
    await strategy.apply().catch(() => undefined)
    expect(one.requests).toHaveLength(2)
  })

  it('runs without the service where that could not be registered', async () => {
    const events: string[] = []
    const gateways = createGatewayHandOff({ registration: undefined, rememberLog: line => events.push(line) })
    await gateways.teardown(() => void events.push('backends down'))()
    await gateways.restore(async () => void events.push('backends up'))()
    expect(events).toEqual(['backends down', 'backends up'])
  })
})

describe('toHandOffResult', () => {
  const NO_RELAUNCH = { wasUpdateRelaunch: false }
  const result = (exitCode: number, manual = false) => ({ ok: exitCode === 0, exitCode, manual, message: '', branch: 'main' })

  it.each([
    [0, 'updated', undefined],
    [3, 'not-updated', 'update-interpreter-missing'],
    [4, 'not-updated', 'app-did-not-quit'],
    [5, 'not-updated', 'files-in-use'],
    [6, 'failed', 'update-app-not-built'],
    [7, 'not-updated', 'update-processes-alive'],
    [8, 'failed', 'update-unverified'],
    [9, 'not-updated', 'update-running'],
    [124, 'failed', 'update-stalled'],
    [1, 'failed', undefined]
  ])('converts exit code %d to the outcome %s with the reason %s', (code, outcome, why) => {
    expect(toHandOffResult(result(code), NO_RELAUNCH)).toEqual({ outcome, code, ...(why && { why }) })
  })

  it('counts an update as done that leaves a step to the user', () => {
    expect(toHandOffResult(result(0, true), NO_RELAUNCH)).toEqual({ outcome: 'updated', code: 0 })
  })

  it('takes the verdict of a packaged update from the version that the marker names', () => {
    expect(toHandOffResult(null, { wasUpdateRelaunch: true, fromVersion: '0.22.1' })).toEqual({ outcome: 'updated' })
    expect(toHandOffResult(null, { wasUpdateRelaunch: false, fromVersion: '0.22.1' })).toEqual({ outcome: 'not-updated' })
  })

  it('returns undefined when neither file was there, or the marker could not be read', () => {
    expect(toHandOffResult(null, NO_RELAUNCH)).toBeUndefined()
  })
})
