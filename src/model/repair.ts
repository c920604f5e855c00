/** What is wrong with one gateway service, each problem with what its repair changes. `doctor` and the panel's "Repair" show it. Pure. */

import type { ErrorValue } from './errors.ts';
import type { GatewayIdentity } from './identity.ts';
import type { Report } from './operation-steps.ts';
import type { Problem } from './problems.ts';
import type { Receipt, ReceiptRow } from './receipt.ts';
import type { Installable, Status } from './status.ts';

export interface FoundProblem {
  readonly problem: Problem;
  /** What the repair changes; empty where only the user can repair it. */
  readonly changes: readonly ReceiptRow[];
  /** The user has chosen it: it is reported and not changed. */
  readonly kept?: true;
}

/** A problem and its repair: a function, or `registration` for one that is repaired together with the registration. */
export interface RepairableProblem extends FoundProblem {
  readonly repair?: 'registration' | ((report: Report) => Promise<unknown>);
}

export interface Repair {
  /** What was changed. */
  readonly receipt: Receipt;
  readonly repaired: readonly FoundProblem[];
  /** What is still wrong. */
  readonly left: readonly FoundProblem[];
  /** Why something repairable was not repaired, for example because consent was declined. */
  readonly refused?: ErrorValue;
  readonly status: Status;
}

/** Whether a repair would do something about it. */
export const isRepairable = ({ changes, kept }: FoundProblem): boolean => changes.length > 0 && !kept;

/** What was really repaired, judged by what is left after the repair. */
export function carriedOut(repaired: readonly FoundProblem[], left: readonly FoundProblem[]): readonly FoundProblem[] {
  const key = ({ action, kind, target }: ReceiptRow) => JSON.stringify([action, kind, target]);
  const undone = new Set(left.flatMap(({ changes }) => changes.map(key)));
  return repaired.flatMap(foundProblem => {
    const changes = foundProblem.changes.filter(row => !undone.has(key(row)));
    return changes.length > 0 ? [{ ...foundProblem, changes }] : [];
  });
}

/** What a repair of these would change, and what it would keep. */
export function repairReceipt(identity: GatewayIdentity, mechanism: Installable, foundProblems: readonly FoundProblem[]): Receipt {
  const { profile, service } = identity;
  const elevated = foundProblems.some(foundProblem => foundProblem.problem.elevated && isRepairable(foundProblem));
  return { schema: 1, verb: 'repair', profile, service, mechanism, elevated, rows: foundProblems.flatMap(({ changes }) => changes) };
}
