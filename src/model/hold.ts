/** A hold: a record that keeps the gateway from being started: by which program, why and until when. `state/holds.ts` reads them. */

import * as v from 'valibot';
import { PROCESS_REF } from './process-ref.ts';
import { isoTime, milliseconds } from './schemas.ts';

/** The file in the state folder is `hold-<id>.json`. */
export const HOLD_ID = /^[a-z0-9-]{1,64}$/;

/**
 * The holder ends on purpose, and another program does the update: an installer, or the updater of Hermes. The time is that of
 * `os.uptime()`, because the clock may be set meanwhile, and because it starts at 0 with the machine.
 */
export const HAND_OFF = v.object({
  /** Uptime of the machine when it was handed off, in milliseconds. */
  uptimeMs: milliseconds,
  /** How long it counts at most, in milliseconds. */
  capMs: milliseconds,
  /** Where the program that continues is known, it counts while that one lives. */
  successor: v.exactOptional(PROCESS_REF),
});

export type HandOff = Readonly<v.InferOutput<typeof HAND_OFF>>;

export const HOLD = v.object({
  schema: v.literal(1),
  id: v.pipe(v.string(), v.regex(HOLD_ID)),
  /** The program that holds, in plain words. */
  who: v.string(),
  why: v.string(),
  since: isoTime,
  /** The cap: after this time the hold is void even if its holder lives. */
  until: isoTime,
  /**
   * Uptime of the machine when it began, in milliseconds. The cap is counted from it where known, because the clock may be set meanwhile.
   */
  uptimeMs: v.exactOptional(milliseconds),
  holder: PROCESS_REF,
  handOff: v.exactOptional(HAND_OFF),
});

export type Hold = Readonly<v.InferOutput<typeof HOLD>>;
