// A suite that runs on the Wine rig: one rig for its file, and a skip with the reason where there is none.
import { afterAll, beforeAll, describe } from 'vitest';
import { poll } from '../../src/service/poll.ts';
import { available, WineRig } from './rig.ts';

/** Making the template takes some 10 s once, more on a busy machine. */
export const RIG_START_MS = 300_000;

/** A start of Windows Node under Wine on a busy machine, and what it then does. */
const FACT_MS = 60_000;

/** Waits for a fact inside Windows. */
export const until = <T>(what: string, look: () => T | Promise<T>) => poll(look, { what, deadlineMs: FACT_MS });

export function describeOnWine(subject: string, tests: (rig: () => WineRig) => void): void {
  const wine = available();
  describe.skipIf(!wine.ok)(wine.ok ? subject : `${subject} (skipped: ${wine.reason})`, { timeout: 120_000 }, () => {
    let rig: WineRig | undefined;
    beforeAll(async () => {
      rig = await WineRig.start();
    }, RIG_START_MS);
    afterAll(() => rig?.dispose());
    tests(() => {
      if (!rig) throw new Error('the rig is not up');
      return rig;
    });
  });
}
