/**
 * Updates for which the app has to quit: an installer replaces the app, or Hermes' updater replaces the files that the app runs from.
 * The gateways are down before the updater starts, and the hand-off is on disk, so that they are started again whichever process dies:
 *
 *   begin (plan, hold, stop, verify) ──▶ handed off ──startUpdaterAndQuit()──▶ the app quits ──▶ relaunched: `resume.ts`
 *                                            └── it fails, or the app does not quit ──▶ everything is started again, and it throws
 */

import { setTimeout as delay } from 'node:timers/promises';
import { GatewayServiceError, toGatewayServiceError } from '../../src/model/errors.ts';
import { processRef } from '../../src/model/process-ref.ts';
import { notUpdated } from '../../src/update/ending.ts';
import { Update } from '../../src/update/update.ts';
import type { Engine } from '../engine.ts';
import { inEveryProfile, type UpdateSubject } from './every-profile.ts';

export interface HandOffRequest extends Omit<UpdateSubject, 'who'> {
  /**
   * Starts the updater and quits the app. Resolves with the PID of the updater where it is known: the gateways stay down while it lives.
   * Rejects where the updater did not start, or failed while the app is still running.
   */
  startUpdaterAndQuit(): Promise<number | undefined>;
  /** Longest time that the gateways stay down when the app is not relaunched, in milliseconds. Default: ten minutes; an hour with a PID. */
  readonly maxDownMs?: number;
  /** Time from the call of `startUpdaterAndQuit` within which the app has to quit, in milliseconds. Default: a minute. */
  readonly quitTimeoutMs?: number;
}

const QUIT_TIMEOUT_MS = 60_000;

/**
 * Where it succeeds, the process ends before this settles.
 * @throws what `startUpdaterAndQuit` rejects with, GatewayServiceError `app-did-not-quit`, and what `Update.begin` throws; the gateways
 *   are running again then
 */
export function handOff(engine: Engine, who: string, request: HandOffRequest): Promise<never> {
  const { updates: ports, identities } = engine;
  const { startUpdaterAndQuit, maxDownMs, quitTimeoutMs = QUIT_TIMEOUT_MS, ...subject } = request;
  const cap = maxDownMs === undefined ? {} : { capMs: maxDownMs };
  return inEveryProfile(engine, async report => {
    const update = await Update.begin(ports, { ...subject, who, identities, report });
    try {
      await update.handOff(cap);
      const stillHere = delay(quitTimeoutMs, undefined, { ref: false }).then(() => {
        throw new GatewayServiceError('app-did-not-quit');
      });
      const left = startUpdaterAndQuit().then(async pid => {
        if (pid !== undefined) await update.handOff({ ...cap, successor: processRef(pid, ports.processes) });
        return stillHere;
      });
      return await Promise.race([left, stillHere]);
    } catch (error) {
      await update.end(notUpdated(toGatewayServiceError(error)));
      throw error;
    }
  });
}
