/** What journal, panel and tray share of an update: steps, outcomes, gateways. Separate from the journal, because a window has no files. */

import * as v from 'valibot';
import { ERROR_VALUE } from '../model/error-value.ts';
import { serviceName } from '../model/schemas.ts';

export const shortText = v.pipe(v.string(), v.maxLength(4_096));

/** In the order in which an update takes them; `handed-off` takes the place of `updating` where another program does the work. */
export const UPDATE_STEPS = ['planned', 'stopping', 'updating', 'handed-off', 'starting', 'done'] as const;
export type UpdateStep = (typeof UPDATE_STEPS)[number];

/**
 * `updated`: the work was completed. `failed`: it reported a failure. `not-updated`: nothing was changed (declined consent, a gateway that
 * did not stop). `interrupted`: its process is gone, and its progress is unknown.
 */
export const UPDATE_OUTCOMES = ['updated', 'failed', 'not-updated', 'interrupted'] as const;
export type UpdateOutcome = (typeof UPDATE_OUTCOMES)[number];

export const PLANNED_GATEWAY = v.object({
  profile: shortText,
  /** Name of the service and of its state folder. */
  service: serviceName,
  serviceId: shortText,
  home: shortText,
  root: shortText,
  mechanism: v.picklist(['service', 'startup', 'embedded', 'none']),
  /** `waiting` still runs, or runs again by itself; `failed` did not stop, or did not start. */
  state: v.picklist(['waiting', 'stopped', 'up', 'failed']),
  error: v.exactOptional(ERROR_VALUE),
});

/** One gateway that is to run again after the update. */
export type PlannedGateway = Readonly<v.InferOutput<typeof PLANNED_GATEWAY>>;

export const UPDATE_VERSIONS = v.object({ from: v.exactOptional(shortText), to: v.exactOptional(shortText) });
export type UpdateVersions = Readonly<v.InferOutput<typeof UPDATE_VERSIONS>>;
