/** The button that copies the details for a bug report, with the end of the log as it is now. */

import { formatDetails } from '../src/desktop/details.ts';
import type { Snapshot } from '../src/desktop/store.ts';
import type { ActionTargets } from './action-button.tsx';
import { useCopy } from './use-copy.tsx';

interface CopyDetailsProps extends Pick<ActionTargets, 'store' | 'messages' | 'components'> {
  readonly snapshot: Snapshot;
  readonly versions: Readonly<Record<string, string>>;
}

export function CopyDetails({ snapshot, versions, store, messages, components: { Button } }: CopyDetailsProps) {
  const [copy, said] = useCopy(messages);
  return (
    <>
      <Button onClick={() => void store.logs().then(log => copy(formatDetails(snapshot, versions, log)))}>{messages.details.copy}</Button>
      {said}
    </>
  );
}
