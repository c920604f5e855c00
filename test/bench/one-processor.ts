/** What is measured below Wine has one processor; `processors.ts` says why. */

import { allowedProcessors, keepTo } from '../support/processors.ts';

/** Keeps this process, and whatever it starts meanwhile, to the first processor that it may use. Where that cannot be done, it says so. */
export async function onOneProcessor<T>(work: () => Promise<T>): Promise<T> {
  const all = allowedProcessors();
  if (!keepTo(all.slice(0, 1))) process.stderr.write('no taskset: measured on all processors\n');
  try {
    return await work();
  } finally {
    keepTo(all);
  }
}
