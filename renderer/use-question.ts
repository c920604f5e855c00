/** The question before a change: the receipt of what would change, as long as it still applies. */

import { useEffect, useState } from 'react';
import type { GatewayServiceStore, Receipt, SwitchChoice } from '../src/desktop/store.ts';
import { can, type Observed, switchOn } from '../src/desktop/views.ts';

export function useQuestion(store: GatewayServiceStore, observed: Observed | undefined) {
  const [previewing, setPreviewing] = useState(false);
  const [receipt, setReceipt] = useState<Receipt>();
  const question = receipt && observed && stillApplies(receipt, observed) ? receipt : undefined;
  useEffect(() => {
    if (receipt && !question) setReceipt(undefined);
  });

  async function ask(preview: Promise<Receipt | undefined>): Promise<void> {
    setPreviewing(true);
    setReceipt(await preview);
    setPreviewing(false);
  }

  return {
    question,
    previewing,
    /** Turning off keeps the history and the log, unless the user chooses otherwise. */
    askSwitch: (on: boolean, choice: SwitchChoice = on ? {} : { keepLogs: true }) => void ask(store.preview(on, choice)),
    /** A repair without changes only starts the gateway, so it needs no confirmation. */
    askRepair: () => void ask(store.previewRepair().then(found => (found?.rows.length === 0 ? void store.repair() : found))),
    close: () => setReceipt(undefined),
  };
}

/** A question is void after another program made the change, during another operation, and after another profile was selected. */
function stillApplies({ profile, verb, mechanism }: Receipt, observed: Observed): boolean {
  if (profile !== observed.status.profile || observed.operation) return false;
  if (verb === 'repair') return can('repair', observed);
  return verb === 'install' ? observed.status.mechanism !== mechanism : switchOn(observed);
}
