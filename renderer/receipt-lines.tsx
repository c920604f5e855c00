/** The lines of a receipt: what will be, or was, changed. */

import type { Messages } from '../src/desktop/messages.ts';
import type { Receipt } from '../src/desktop/store.ts';
import { shownTarget } from '../src/desktop/views.ts';

interface ReceiptLinesProps {
  readonly receipt: Receipt;
  /** The accessible name of the list. */
  readonly label: string;
  readonly messages: Messages;
}

export function ReceiptLines({ receipt, label, messages }: ReceiptLinesProps) {
  return (
    // A long receipt scrolls, so the keyboard must be able to reach it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable regions have to be focusable
    <ul tabIndex={0} aria-label={label}>
      {receipt.rows.map(row => (
        <li key={messages.receiptLine(row)}>
          <span className="hgs-muted">{messages.receiptWhat(row)}</span>
          <span>
            <bdi>{shownTarget(row, receipt.rows)}</bdi> <bdi className="hgs-muted">{messages.receiptDetail(row)}</bdi>
          </span>
        </li>
      ))}
    </ul>
  );
}
