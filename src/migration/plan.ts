/**
 * What a migration will do, in its order: pure, and the same for the receipt and the steps. What a step removes is recorded first; nothing
 * is removed that the receipt does not show.
 */

import { noted, type ReceiptRow } from '../model/receipt.ts';
import type { Autostart, Found, LookAlike } from './autostarts.ts';
import { isSameAutostart, type MigrationRecord } from './migration-record.ts';

export type Step =
  | { readonly action: 'take'; readonly autostart: Autostart; readonly rights: boolean }
  | { readonly action: 'put-back'; readonly autostart: Autostart }
  /** Cannot be restored without an administrator; the user gets the remedy. */
  | { readonly action: 'leave-disabled'; readonly autostart: Autostart }
  | { readonly action: 'leave'; readonly lookAlike: LookAlike };

/** Tasks first: if Windows refuses one, no Startup entry has been removed yet. Services last: they take the longest to stop. */
const ORDER = { task: 0, 'startup-entry': 1, service: 2 } as const satisfies Record<Autostart['kind'], number>;

const inOrder = (one: Autostart, other: Autostart): number =>
  ORDER[one.kind] - ORDER[other.kind] || (one.name < other.name ? -1 : Number(one.name > other.name));

/** The steps of switching on. Whether a task needs rights, because an administrator made it, is known only when it is tried. */
export function takingPlan({ autostarts, lookAlikes }: Found): readonly Step[] {
  return [
    ...autostarts.toSorted(inOrder).map(autostart => ({ action: 'take', autostart, rights: autostart.kind === 'service' }) as const),
    ...lookAlikes.map(lookAlike => ({ action: 'leave', lookAlike }) as const),
  ];
}

/** The steps of switching off: everything that was removed and does not exist again already. */
export function puttingBackPlan({ taken }: MigrationRecord, { autostarts }: Pick<Found, 'autostarts'>): readonly Step[] {
  return taken
    .filter(each => !autostarts.some(present => isSameAutostart(present, each)) && !isDebris(each))
    .toSorted((one, other) => inOrder(other, one))
    .map(autostart => ({ action: autostart.kind === 'service' ? 'leave-disabled' : 'put-back', autostart }) as const);
}

/** The rest of Hermes' own interrupted write in the Startup folder opens in an editor at every sign-in; it is not restored. */
function isDebris({ kind, name }: Autostart): boolean {
  return kind === 'startup-entry' && /\.tmp$/i.test(name);
}

/** The rows of the receipt. */
export function planReceipt(steps: readonly Step[], unasked: Found['unasked']): readonly ReceiptRow[] {
  return [
    ...steps.map(stepRow),
    ...unasked.map(({ kind, why }) => ({ action: 'keep', kind, target: KIND_NAMES[kind], ...noted('autostart-unasked', why) }) as const),
  ];
}

/** Windows' name of the place that could not be queried. */
const KIND_NAMES = {
  task: 'Task Scheduler',
  'startup-entry': 'Startup',
  service: 'Services',
} as const satisfies Record<Autostart['kind'], string>;

function stepRow(step: Step): ReceiptRow {
  switch (step.action) {
    case 'take': {
      const { kind, name: target } = step.autostart;
      return kind === 'service'
        ? { action: 'change', kind, target, ...noted('autostart-disabled') }
        : { action: 'remove', kind, target, ...noted('autostart-taken') };
    }
    case 'put-back':
      return { action: 'create', kind: step.autostart.kind, target: step.autostart.name, ...noted('autostart-back') };
    case 'leave-disabled':
      return { action: 'keep', kind: 'service', target: step.autostart.name, ...noted('autostart-stays-disabled') };
    case 'leave': {
      const { kind, name: target, why } = step.lookAlike;
      return { action: 'keep', kind, target, ...noted(`autostart-${why}`) };
    }
  }
}
