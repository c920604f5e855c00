/** The present time. A timer, set to the next change, runs only while something visible depends on the clock. */

import { useEffect, useReducer } from 'react';
import type { Status } from '../src/desktop/store.ts';
import { nextChangeMs } from '../src/desktop/views.ts';

export function useNow(status: Status | undefined): number {
  const [, tick] = useReducer((count: number) => count + 1, 0);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const schedule = () => {
      clearTimeout(timer);
      const next = status && !document.hidden ? nextChangeMs(status, Date.now()) : undefined;
      if (next !== undefined) timer = setTimeout(changed, next);
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
  }, [status]);

  return Date.now();
}
