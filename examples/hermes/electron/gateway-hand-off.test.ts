import type { HandOffRequest } from 'hermes-gateway-service/main'
import { describe, expect, it } from 'vitest'

import { handOffUpdate, toHandOffResult } from './gateway-hand-off'

/** A registration that has the gateways down while it leaves, and up again where that fails. */
function fakeRegistration(end: (pid: number | undefined) => Promise<never> = () => new Promise(() => undefined)) {
  const events: string[] = []
  const handOff = async ({ what, startUpdaterAndQuit }: HandOffRequest): Promise<never> => {
    events.push(`down for ${what}`)

    try {
      return await end(await startUpdaterAndQuit())
    } catch (error) {
      events.push('up')
      throw error
    }
  }

  return { events, registration: { handOff } }
}

describe('handOffUpdate', () => {
  it('stops the gateways before it starts the updater, and returns the PID of the updater', async () => {
    const pids: unknown[] = []

    const { events, registration } = fakeRegistration(pid => {
      pids.push(pid)

      return new Promise(() => undefined)
    })

    void handOffUpdate(
      async () => {
        events.push('start')

        return { ok: true, pid: 4711 }
      },
      { registration }
    )
    await expect.poll(() => pids).toEqual([4711])
    expect(events).toEqual(['down for Hermes', 'start'])
  })

  it('starts the gateways again and returns the reason when a preflight refuses or the updater does not start', async () => {
    const { events, registration } = fakeRegistration()
    const off = { ok: false, error: 'Close the terminal that runs hermes and retry.' } as const

    await expect(handOffUpdate(async () => off, { registration })).resolves.toEqual(off)
    expect(events).toEqual(['down for Hermes', 'up'])
  })

  it('reports why the gateways could not be stopped, with a remedy', async () => {
    const registration = {
      handOff: () =>
        Promise.reject(Object.assign(new Error('Another update is running. (hermes update, PID 7)'), { remedy: 'Wait for it to end.' }))
    }

    await expect(handOffUpdate(async () => ({ ok: true }), { registration })).resolves.toEqual({
      ok: false,
      error: 'Another update is running. (hermes update, PID 7) Wait for it to end.'
    })
  })

  it('runs the updater when the service could not be registered', async () => {
    await expect(handOffUpdate(async () => ({ ok: true, pid: 1 }), { registration: undefined })).resolves.toEqual({ ok: true, pid: 1 })
  })
})

describe('toHandOffResult', () => {
  const result = (exitCode: number) => ({ ok: exitCode === 0, exitCode, message: '', branch: 'main' })

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
    expect(toHandOffResult(result(code))).toEqual({ outcome, code, ...(why && { why }) })
  })

  it('returns undefined when there was no result', () => {
    expect(toHandOffResult(null)).toBeUndefined()
  })
})
