/**
 * A real browser for the suites that need one, the same as that of the story. Where it is missing, tests skip and say why in their name.
 */

import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe } from 'vitest';
import { findChromium, launchChromium } from '../../demo/story/chromium.ts';

/** Said in the name of every test that is skipped without a browser. */
const NEEDS_CHROMIUM = 'needs a Chromium';

/** A suite that shares one browser. Without one, every test of it is skipped, and the suite's name says why. */
export function describeInChromium(name: string, suite: (browser: () => Browser) => void): void {
  const executable = findChromium();
  const found = executable !== undefined;
  describe.skipIf(!found)(found ? name : `${name} (skipped: ${NEEDS_CHROMIUM})`, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      browser = await launchChromium(executable ?? '');
    });
    afterAll(() => browser?.close());
    suite(() => {
      if (!browser) throw new Error('the browser is not up yet');
      return browser;
    });
  });
}
