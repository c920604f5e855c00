/** The present time. A timer, set to the next change, runs only while something visible depends on the clock. */

import { useEffect, useReducer } from 'react';
import type { KnownProfile } from '../src/desktop/store.ts';
import { nextChangeMs } from '../src/desktop/views.ts';

/** @param shown the profiles whose times are visible */
export function useNow(shown: readonly KnownProfile[]): number {
  const [, tick] = useReducer((count: number) => count + 1, 0);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const schedule = () => {
      clearTimeout(timer);
      const next = shown.flatMap(({ snapshot }) => (snapshot && nextChangeMs(snapshot.status, Date.now())) ?? []);
      if (next.length > 0 && !document.hidden) timer = setTimeout(changed, Math.min(...next));
    };
    const changed = () => {
      tick();
      schedule();
    };
    schedule();
    document.addEventListener('visibilitychange', changed);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', changed);
    };
  }, [shown]);

  return Date.now();
}
