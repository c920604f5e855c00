/** Where updates are killed: one or more gateways of a mechanism, seen and hit from outside. */

import type { HistoryRecord } from '../../src/model/history.ts';

/** Who may do an update. */
export const ACTORS = ['cli', 'app'] as const;
export type Actor = (typeof ACTORS)[number];

/** Who may be killed. `host` is the broker below the SCM, elsewhere the supervisor; `tree` is the actor with all that it started. */
export const VICTIMS = ['updater', 'actor', 'tree', 'host', 'runner', 'gateway'] as const;
export type Victim = (typeof VICTIMS)[number];

export interface KillStage {
  /** "embedded mechanism", as the report names it. */
  readonly name: string;
  readonly gateways: number;
  readonly actors: readonly Actor[];
  /** Maximum duration of an update without a kill, in milliseconds; kills may also come a little later. */
  readonly spanMs: number;
  /** Begins an update that takes `updateMs`. The PID is that of Linux; `ended` resolves when the actor has ended. */
  start(actor: Actor, updateMs: number): { readonly pid: number; readonly ended: Promise<unknown> };
  /** PIDs of all who live now. @param actor the PID that `start` gave */
  living(actor: number): Readonly<Record<Exclude<Victim, 'tree'>, readonly number[]>>;
  /** Ends an actor with all that it started. */
  killTree(actor: number): void;
  /** What is not yet as it must be after an update. */
  unhealed(): Promise<readonly string[]>;
  /** One for each gateway. */
  histories(): Promise<readonly (readonly HistoryRecord[])[]>;
  /** Counts the gateways of each home until it is stopped; gives the most that there were at once of one home. */
  census(): { stop(): number };
  /** Resolves with what is left of ours. */
  close(): Promise<void>;
}

/** Whether a file below the state root is a journal, a hold, a lock of an update, or half of one. */
export function isLeftOfUpdate(file: string): boolean {
  return /(^|[/.])(update-.*\.json|update\.lock|hold-.*\.json)/.test(file) || /\.tmp$/.test(file);
}
