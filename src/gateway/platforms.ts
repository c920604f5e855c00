/** What a gateway that runs reports of its messaging platforms in `gateway_state.json`. */

import type { PlatformStatus } from '../model/status.ts';
import type { GatewayState } from './identity-files.ts';
import { statedCause } from './last-output.ts';
import { recogniseCause } from './recognised-end.ts';

/**
 * Each platform with its state and, where it is not connected, the reason without secrets. Hermes keeps the entries of former processes:
 * those of another PID, and those that were written before `sinceMs` (epoch milliseconds), are left out.
 */
export function reportedPlatforms({ pid, platforms }: GatewayState, sinceMs: number): PlatformStatus[] {
  return platforms.flatMap(({ name, state, errorMessage, writerPid = pid, updatedAtMs = sinceMs }) => {
    if (state === undefined || writerPid !== pid || updatedAtMs < sinceMs) return [];
    if (state === 'connected' || errorMessage === undefined) return [{ name, state }];
    const reason = statedCause(errorMessage);
    const known = recogniseCause(`${name}: ${reason}`);
    return [{ name, state, reason, ...(known && { known }) }];
  });
}
