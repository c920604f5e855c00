/**
 * Defects: what is not as it should be around one gateway service, each with what mending it changes. `doctor` shows them and `--fix` mends
 * them; the panel shows the same as the receipt of its "Repair". Pure.
 */

import type { ErrorValue } from './errors.ts';
import type { GatewayIdentity } from './identity.ts';
import type { Problem } from './problems.ts';
import type { Receipt, ReceiptEntry } from './receipt.ts';
import type { Installable, Status } from './status.ts';
import type { Report } from './steps.ts';

export interface Defect {
  readonly problem: Problem;
  /** What mending it changes; empty where only a person can mend it. */
  readonly changes: readonly ReceiptEntry[];
  /** Somebody has chosen it: it is told, and stays as it is. */
  readonly kept?: true;
}

/** A defect, and how it is mended: by itself, or together with all others of the registration. */
export interface Ailment extends Defect {
  readonly cure?: 'registration' | ((report: Report) => Promise<unknown>);
}

export interface Repair {
  /** What was changed. */
  readonly receipt: Receipt;
  readonly mended: readonly Defect[];
  /** What is not as it should be now. */
  readonly left: readonly Defect[];
  /** Why something that could be mended was not: the consent of an administrator, say. */
  readonly refused?: ErrorValue;
  readonly status: Status;
}

/** Whether a repair would do something about it. */
export const isMendable = ({ changes, kept }: Defect): boolean => changes.length > 0 && !kept;

/** What of a treatment has been done, as is seen of what is left after it. */
export function carriedOut(treated: readonly Defect[], left: readonly Defect[]): readonly Defect[] {
  const key = ({ action, kind, target }: ReceiptEntry) => JSON.stringify([action, kind, target]);
  const undone = new Set(left.flatMap(({ changes }) => changes.map(key)));
  return treated.flatMap(defect => {
    const changes = defect.changes.filter(entry => !undone.has(key(entry)));
    return changes.length > 0 ? [{ ...defect, changes }] : [];
  });
}

/** What a repair of these would change, and what it would keep. */
export function repairReceipt(identity: GatewayIdentity, mechanism: Installable, defects: readonly Defect[]): Receipt {
  const { profile, service } = identity;
  const elevated = defects.some(defect => defect.problem.elevated && isMendable(defect));
  return { schema: 1, verb: 'repair', profile, service, mechanism, elevated, entries: defects.flatMap(({ changes }) => changes) };
}
