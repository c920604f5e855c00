/**
 * A real browser for the tests that need one: Debian's Chromium, driven by Playwright, with everything off that would leave the machine.
 * Where it is missing, tests skip and say why in their name.
 */

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, describe } from 'vitest';

/** Said in the name of every test that is skipped without a browser. */
export const NEEDS_CHROMIUM = "needs Debian's chromium";

/** Path of the browser: `CHROMIUM`, else Debian's. */
export function findChromium(): string | undefined {
  return [process.env['CHROMIUM'], '/usr/bin/chromium'].find(file => file && existsSync(file));
}

/** @throws Error where there is none. */
export function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(NEEDS_CHROMIUM);
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A suite that shares one browser. Without one, every test of it is skipped, and the suite's name says why. */
export function describeInChromium(name: string, suite: (browser: () => Browser) => void): void {
  const found = findChromium() !== undefined;
  describe.skipIf(!found)(found ? name : `${name} (skipped: ${NEEDS_CHROMIUM})`, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterAll(() => browser?.close());
    suite(() => {
      if (!browser) throw new Error('the browser is not up yet');
      return browser;
    });
  });
}
