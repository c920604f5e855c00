/** The small records of a state folder, as their files contain them. */

import * as v from 'valibot';
import { PROCESS_REF } from './process-ref.ts';
import { isoTime, pid } from './schemas.ts';

/** A record that is missing or damaged means running: an installed gateway is lost by mistake, never by design. */
export const DESIRED_RECORD = v.object({
  desired: v.fallback(v.picklist(['running', 'stopped']), 'running'),
  at: v.fallback(isoTime, new Date(0).toISOString()),
  /** Differs for every request, because two of them may come in one millisecond; missing in records of older versions. */
  request: v.exactOptional(v.fallback(v.string(), '')),
});

/** What the user requested, and when: requesting a start again ends a delay of the ladder. */
export type DesiredRecord = Readonly<v.InferOutput<typeof DESIRED_RECORD>>;

/** Whether two records, read at different times, are one request of the user. */
export const isSameRequest = (one: DesiredRecord, other: DesiredRecord): boolean => one.at === other.at && one.request === other.request;

export const RUNNER_RECORD = v.object({ process: PROCESS_REF, pipe: v.string() });

/** Where a living runner serves its control pipe. */
export type RunnerRecord = Readonly<v.InferOutput<typeof RUNNER_RECORD>>;

export const LAUNCH_RECORD = v.object({
  ...PROCESS_REF.entries,
  at: isoTime,
  /** Its process group, where that is not the one that the process leads. */
  group: v.exactOptional(pid),
});

/** The gateway process that a runner launched; found by the next runner if this one is killed. */
export type LaunchRecord = Readonly<v.InferOutput<typeof LAUNCH_RECORD>>;
