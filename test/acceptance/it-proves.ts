/** A test that is a line of the acceptance table: its result and the figure it measured are recorded with the run. */

import { it } from 'vitest';
import { type ProofId, proofOf } from './criteria.ts';

declare module 'vitest' {
  interface TaskMeta {
    proof?: ProofId;
    figure?: string;
  }
}

export interface ProvesOptions {
  /** Why it cannot be shown here, if it cannot. */
  readonly skipped?: string | undefined;
  readonly timeoutMs?: number;
}

/** @param show does it for real, and returns the figure that the table shows beside it, if there is one. */
export function itProves(id: ProofId, show: () => Promise<string | undefined>, { skipped, timeoutMs = 60_000 }: ProvesOptions = {}): void {
  const { shows } = proofOf(id);
  const name = skipped === undefined ? shows : `${shows} (skipped: ${skipped})`;
  it(name, { meta: { proof: id }, skip: skipped !== undefined, timeout: timeoutMs }, async ({ task }) => {
    const figure = await show();
    if (figure !== undefined) task.meta.figure = figure;
  });
}
