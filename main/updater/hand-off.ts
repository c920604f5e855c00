/**
 * Updates that this process cannot live to see: an installer replaces the app, or Hermes' updater replaces what the app runs from. The
 * gateways are down before the other program is started, and the hand-off is on disk, so that whatever dies when, they come up again:
 *
 *   begin (plan, hold, stop, verify) ──▶ handed off ──leave()──▶ the app quits ──▶ relaunched: `resume.ts`
 *                                            └── leave() fails, or the app is still here ──▶ everything is started again, and it throws
 */

import { setTimeout as delay } from 'node:timers/promises';
import { GatewayServiceError, toGatewayServiceError } from '../../src/model/errors.ts';
import { processRef } from '../../src/model/process-ref.ts';
import { notUpdated } from '../../src/update/ending.ts';
import { Update } from '../../src/update/update.ts';
import type { Engine } from '../engine.ts';
import { inEveryProfile } from './every-profile.ts';
import type { UpdateSubject } from './update-while-down.ts';

export interface HandOffRequest extends Omit<UpdateSubject, 'who'> {
  /**
   * Starts the program that goes on, and has the app quit. Resolves with the PID of that program where it is known: the gateways stay down
   * while it lives. Rejects where it did not start, or has failed while the app is still there.
   */
  leave(): Promise<number | undefined>;
  /** How long the gateways stay down at most when nobody comes back, in milliseconds. Default: ten minutes; an hour with a PID. */
  readonly capMs?: number;
  /** The app should be gone this long after `leave` was called, in milliseconds. Default: a minute. */
  readonly quitWithinMs?: number;
}

const QUIT_WITHIN_MS = 60_000;

/**
 * Where it goes well, the process is over before this settles.
 * @throws what `leave` rejects with, GatewayServiceError `app-did-not-quit`, and what `Update.begin` throws; the gateways are up again then
 */
export function handOff(engine: Engine, who: string, request: HandOffRequest): Promise<never> {
  const { updates: ports, identities } = engine;
  const { leave, capMs, quitWithinMs = QUIT_WITHIN_MS, ...subject } = request;
  const cap = capMs === undefined ? {} : { capMs };
  return inEveryProfile(engine, async report => {
    const update = await Update.begin(ports, { ...subject, who, identities, report });
    try {
      await update.handOff(cap);
      const stillHere = delay(quitWithinMs, undefined, { ref: false }).then(() => {
        throw new GatewayServiceError('app-did-not-quit');
      });
      const left = leave().then(async pid => {
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
