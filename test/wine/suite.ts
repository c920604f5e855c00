// A suite that runs on the Wine rig: one rig for its file, and a skip with the reason where there is none.
import { afterAll, beforeAll, describe } from 'vitest';
import { available, WineRig } from './rig.ts';

/** Making the template takes some 10 s once, more on a busy machine. */
const RIG_START_MS = 300_000;

/** Waits for a fact, with a deadline. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = 20_000,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

export function describeOnWine(subject: string, tests: (rig: () => WineRig) => void): void {
  const wine = available();
  describe.skipIf(!wine.ok)(wine.ok ? subject : `${subject} (skipped: ${wine.reason})`, { timeout: 60_000 }, () => {
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
