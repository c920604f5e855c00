/** What a migration does, in order; pure. Nothing is removed that the receipt does not show and that was not recorded. */

import { noted, type ReceiptRow } from '../model/receipt.ts';
import type { Found } from './autostarts.ts';
import { type Autostart, isSameAutostart, type MigrationRecord } from './migration-record.ts';

/** Tasks first: if Windows refuses one, no Startup entry has been removed yet. Services last: they take the longest to stop. */
const ORDER = { task: 0, 'startup-entry': 1, service: 2 } as const satisfies Record<Autostart['kind'], number>;

const inOrder = (one: Autostart, other: Autostart): number =>
  ORDER[one.kind] - ORDER[other.kind] || (one.name < other.name ? -1 : Number(one.name > other.name));

/** What switching on removes. Whether a task needs rights, because an administrator made it, is known only when it is tried. */
export function toTake({ autostarts }: Pick<Found, 'autostarts'>): readonly Autostart[] {
  return autostarts.toSorted(inOrder);
}

/** What switching off restores: everything that was removed and does not exist again already. Services stay disabled. */
export function toRestore({ taken }: MigrationRecord, { autostarts }: Pick<Found, 'autostarts'>): readonly Autostart[] {
  return taken
    .filter(each => !autostarts.some(present => isSameAutostart(present, each)) && !isDebris(each))
    .toSorted((one, other) => inOrder(other, one));
}

/** The rest of Hermes' own interrupted write in the Startup folder opens in an editor at every sign-in; it is not restored. */
function isDebris({ kind, name }: Autostart): boolean {
  return kind === 'startup-entry' && /\.tmp$/i.test(name);
}

/** Windows' name of the place that could not be queried. */
const PLACES: Readonly<Record<Autostart['kind'], string>> = { task: 'Task Scheduler', 'startup-entry': 'Startup', service: 'Services' };

export function takingReceipt(found: Found): readonly ReceiptRow[] {
  return [
    ...toTake(found).map(({ kind, name: target }): ReceiptRow => {
      if (kind === 'service') return { action: 'change', kind, target, ...noted('autostart-disabled') };
      return { action: 'remove', kind, target, ...noted('autostart-taken') };
    }),
    ...found.lookAlikes.map(({ kind, name, why }) => ({ action: 'keep', kind, target: name, ...noted(`autostart-${why}`) }) as const),
    ...unaskedReceipt(found),
  ];
}

/** A service cannot be enabled without an administrator; the user gets the remedy. */
export function restoringReceipt(record: MigrationRecord, found: Found): readonly ReceiptRow[] {
  const restored = toRestore(record, found).map(({ kind, name: target }): ReceiptRow => {
    if (kind === 'service') return { action: 'keep', kind, target, ...noted('autostart-stays-disabled') };
    return { action: 'create', kind, target, ...noted('autostart-back') };
  });
  return [...restored, ...unaskedReceipt(found)];
}

function unaskedReceipt({ unasked }: Found): readonly ReceiptRow[] {
  return unasked.map(({ kind, why }) => ({ action: 'keep', kind, target: PLACES[kind], ...noted('autostart-unasked', why) }));
}
