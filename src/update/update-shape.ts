/**
 * What journal, panel and tray say of an update in common: its steps, its outcomes, its gateways. Apart from the journal, because a window
 * has no files.
 */

import type { ErrorValue } from '../model/errors.ts';
import type { ServiceName } from '../model/identity.ts';
import type { Mechanism } from '../model/status.ts';

/** In the order in which an update takes them; `handed-off` takes the place of `updating` where another program does the work. */
export const UPDATE_STEPS = ['planned', 'stopping', 'updating', 'handed-off', 'starting', 'done'] as const;
export type UpdateStep = (typeof UPDATE_STEPS)[number];

/**
 * `updated`: the work came to its end. `failed`: it said itself that it failed. `not-updated`: nothing was changed (a declined consent, a
 * gateway that did not stop). `interrupted`: whoever did it is gone, and nobody knows how far it came.
 */
export const UPDATE_OUTCOMES = ['updated', 'failed', 'not-updated', 'interrupted'] as const;
export type UpdateOutcome = (typeof UPDATE_OUTCOMES)[number];

/** One gateway that is to be up again after the update. */
export interface PlannedGateway {
  readonly profile: string;
  /** Name of the service and of its state folder. */
  readonly service: ServiceName;
  readonly serviceId: string;
  readonly home: string;
  readonly root: string;
  readonly mechanism: Mechanism;
  /** `waiting` runs still, or again by itself; `failed` did not stop, or did not come up. */
  readonly state: 'waiting' | 'stopped' | 'up' | 'failed';
  readonly error?: ErrorValue;
}

export interface UpdateVersions {
  readonly from?: string;
  readonly to?: string;
}
