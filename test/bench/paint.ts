/**
 * How soon the panel is shown, and whether its layout is stable: the first paint of a fresh page in a real browser, the moment when it
 * shows what is so, and every shift of its layout on the way through the changes of a gateway.
 */

import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright';
import { openBrowserShell } from '../../demo/story/browser.ts';
import { findChromium, launchChromium } from '../../demo/story/chromium.ts';
import { GatewayServiceController } from '../../src/desktop/controller.ts';
import { controlPath, request } from '../../src/gateway/control-socket.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { poll } from '../../src/model/poll.ts';
import { EmbeddedGateway } from '../support/embedded-gateway.ts';
import type { Outcome, Part } from './figure.ts';

const PAINT = 'page opened → first paint';
const KNOWN = 'page opened → panel with the state of the gateway';
const SHIFT = 'layout shift from the first paint through 10 changes';
const CHANGES = 10;
const PAGES = fileURLToPath(new URL('../../dist/demo/page', import.meta.url));

/**
 * Sums up what the browser calls layout shift (https://web.dev/articles/cls), in thousandths of the window; notes when the switch is known.
 */
const OBSERVER = `
  window.shifted = 0;
  new PerformanceObserver(list => {
    for (const { value } of list.getEntries()) window.shifted += value;
  }).observe({ type: 'layout-shift', buffered: true });
  new MutationObserver(() => {
    if (document.querySelector('.hgs-panel [role=switch][aria-disabled=false]')) window.knownAt ??= performance.now();
  }).observe(document, { subtree: true, childList: true, attributes: true });
`;

export const paint: Part = {
  name: 'paint',
  measure: async runs => {
    const executable = findChromium();
    if (executable === undefined) return [PAINT, KNOWN, SHIFT].map(name => ({ name, skipped: 'needs a Chromium' }));
    const gateway = await EmbeddedGateway.install();
    const { manager, identity } = gateway;
    const shell = await openBrowserShell({
      controller: new GatewayServiceController({ manager, identities: [identity] }),
      attempt: () => Promise.reject(new GatewayServiceError('unsupported')),
      pages: PAGES,
    });
    const browser = await launchChromium(executable);
    try {
      return await measured(browser, shell.url, runs, word => request(controlPath(identity.home), `test-state ${word}`));
    } finally {
      await browser.close();
      await shell.close();
      await gateway.dispose();
    }
  },
};

async function measured(browser: Browser, url: string, runs: number, tell: (word: string) => Promise<unknown>): Promise<Outcome[]> {
  const [paintedMs, knownMs, shifts]: [number[], number[], number[]] = [[], [], []];
  for (let run = 0; run < runs; run += 1) {
    // A new context has an empty cache.
    const context = await browser.newContext();
    const tab = await context.newPage();
    await tab.addInitScript(OBSERVER);
    await tab.goto(url);
    const shown = () => tab.evaluate('window.knownAt !== undefined && performance.getEntriesByName("first-contentful-paint").length > 0');
    await poll(shown, { what: 'the panel to be painted', deadlineMs: 10_000, everyMs: 20 });
    paintedMs.push((await tab.evaluate('performance.getEntriesByName("first-contentful-paint")[0].startTime')) as number);
    knownMs.push((await tab.evaluate('window.knownAt')) as number);
    for (let change = 0; change < CHANGES; change += 1) {
      const words = change % 2 === 0 ? 'reports a problem' : 'Hermes restarts it';
      await tell(change % 2 === 0 ? 'degraded' : 'running');
      await tab.getByText(words, { exact: false }).first().waitFor();
    }
    shifts.push((await tab.evaluate('window.shifted')) as number);
    await context.close();
  }
  return [
    { name: PAINT, unit: 'ms', values: paintedMs, target: { bound: 'below', value: 300 } },
    { name: KNOWN, unit: 'ms', values: knownMs },
    { name: SHIFT, unit: '', values: shifts, target: { bound: 'at most', value: 0, judged: 'max' } },
  ];
}
