/** Copying a text, and what to say about it. */

import { type ReactNode, useState } from 'react';
import type { Messages } from '../src/desktop/messages.ts';

export function useCopy({ details }: Messages): [copy: (text: string) => void, said: ReactNode] {
  const [copied, setCopied] = useState<'copied' | 'copyFailed'>();
  const copy = (text: string) =>
    navigator.clipboard.writeText(text).then(
      () => setCopied('copied'),
      () => setCopied('copyFailed'),
    );
  return [
    text => void copy(text),
    <span key="copied" className="hgs-muted" role="status">
      {copied && details[copied]}
    </span>,
  ];
}
