/** The end of the log: read again after every change of the gateway and, where it is followed, of the log; never by time. */

import { useEffect, useReducer, useState } from 'react';
import type { RecordedEnd } from '../src/desktop/log-lines.ts';
import type { GatewayServiceStore, LogTail, Snapshot } from '../src/desktop/store.ts';

export interface LogRequest {
  /** Where this end is in it. */
  readonly end: RecordedEnd | undefined;
  /** Read it again whenever it has grown, while the page is visible. */
  readonly follows: boolean;
  onLost(): void;
}

/** Number of lines to request. */
const LINES = 200;

export function useLog(
  store: GatewayServiceStore,
  { status, history }: Snapshot,
  { end, follows, onLost }: LogRequest,
): LogTail | undefined {
  const [log, setLog] = useState<LogTail>();
  const [looks, look] = useReducer((count: number) => count + 1, 0);
  const change = follows || `${status.phase} ${status.gatewayPid} ${history.at(-1)?.at}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: every change is a reason to read the log again
  useEffect(() => {
    let outdated = false;
    const read = async () => {
      let known: string | undefined;
      do {
        // The main process answers when the log has changed.
        const tail = await store.logs({ lines: LINES, end: end && { at: end.at, cause: end.cause }, known });
        if (outdated) return;
        // After a failure the shown lines stay; the store has the error.
        if (!tail) return onLost();
        setLog(tail);
        known = tail.stamp;
      } while (follows && !document.hidden);
    };
    void read();
    if (follows) document.addEventListener('visibilitychange', look);
    return () => {
      outdated = true;
      document.removeEventListener('visibilitychange', look);
    };
  }, [store, change, end?.at, looks]);

  return log;
}
