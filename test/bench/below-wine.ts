/** A part of the bench that is measured below Wine, on one processor (see `processors.ts` for the reason). */

import { allowedProcessors, keepTo } from '../support/processors.ts';
import { available } from '../wine/rig.ts';
import type { Outcome, Part } from './figure.ts';

/** @param what what is not measured where there is no Wine */
export function belowWine(name: string, what: string, measure: Part['measure']): Part {
  return {
    name,
    measure: async runs => {
      const rigs = available();
      return rigs.ok ? onOneProcessor(() => measure(runs)) : [{ name: `${what}, through Wine`, skipped: rigs.reason }];
    },
  };
}

/** Limits this process and its child processes to the first processor that it may use. Reports where that is not possible. */
async function onOneProcessor(work: () => Promise<readonly Outcome[]>): Promise<readonly Outcome[]> {
  const all = allowedProcessors();
  if (!keepTo(all.slice(0, 1))) process.stderr.write('no taskset: measured on all processors\n');
  try {
    return await work();
  } finally {
    keepTo(all);
  }
}
