/**
 * The small records of a state folder, as their files contain them.
 */

import type { ProcessRef } from './process-ref.ts';
import type { Desired } from './status.ts';

/** What the user asked for, and when: a start that is asked for again ends a delay of the ladder. */
export interface DesiredRecord {
  readonly desired: Desired;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Where a living runner serves its control pipe. */
export interface RunnerRecord {
  readonly process: ProcessRef;
  readonly pipe: string;
}

/** The gateway process that a runner launched; found by the next runner if this one is killed. */
export type LaunchRecord = ProcessRef & { readonly at: string };
