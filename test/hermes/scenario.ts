/** What a scenario is: a behaviour beside one real version of Hermes, played in a folder of its own. */

import type { HermesStage } from './hermes-stage.ts';
import type { HermesVersion } from './versions.ts';

export interface Measured {
  /** The duration that the title is about, in milliseconds. */
  readonly ms: number;
  /** What was seen, in a few words. */
  readonly fact?: string;
}

export interface Scenario {
  /** The behaviour as a full statement. */
  readonly title: string;
  /** Why there is nothing to play for this version; undefined where there is. */
  readonly notFor?: (hermes: HermesVersion, all: readonly HermesVersion[]) => string | undefined;
  /** Most of its time is a wait, which needs no processor: it is played beside the others. */
  readonly waits?: true;
  /**
   * It is played when no other is: a duration counts, or Hermes ends processes by their command line, those of other homes too
   * (`_scan_gateway_pids` in `hermes_cli/gateway.py`).
   */
  readonly alone?: true;
  /** Throws where the behaviour is another one. */
  readonly play: (stage: HermesStage) => Promise<Measured>;
}

/** @returns a reason for every version before this one, e.g. 22 for 0.22 */
export const since =
  (minor: number, reason: string): NonNullable<Scenario['notFor']> =>
  hermes =>
    hermes.minor < minor ? reason : undefined;
