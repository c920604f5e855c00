/**
 * A hold: a record that says "do not start the gateway now", who says so, why and until when. `state/holds.ts` reads and judges them.
 */

import type { ProcessRef } from './process-ref.ts';

/**
 * The holder goes on purpose, and another program does the update: an installer, or the updater of Hermes. The time is that of
 * `os.uptime()`, because the clock may be set meanwhile, and because it begins anew with the machine.
 */
export interface HandOff {
  /** Uptime of the machine when it was handed off, in milliseconds. */
  readonly uptimeMs: number;
  /** How long it counts at most, in milliseconds. */
  readonly capMs: number;
  /** Where it is known who goes on, it counts while that one lives. */
  readonly successor?: ProcessRef;
}

export interface Hold {
  readonly schema: 1;
  /** The file in the state folder is `hold-<id>.json`; a runner that watches the folder hears of it at once. */
  readonly id: string;
  /** The program that holds, in plain words. */
  readonly who: string;
  readonly why: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** The cap: after this time the hold is void even if its holder lives. ISO 8601, UTC. */
  readonly until: string;
  /** Uptime of the machine when it began, in milliseconds. Where it is known the cap is counted by it, because the clock may be set meanwhile. */
  readonly uptimeMs?: number;
  readonly holder: ProcessRef;
  readonly handOff?: HandOff;
}
