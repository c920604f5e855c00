/**
 * How soon a change of the gateway is read in the page: from the gateway that changes its state on request, through its files, the runner,
 * the control pipe, the controller and the event stream, to the text in a real browser.
 */

import { fileURLToPath } from 'node:url';
import { openBrowserShell } from '../../demo/story/browser.ts';
import { findChromium, launchChromium } from '../../demo/story/chromium.ts';
import { GatewayServiceController } from '../../src/desktop/controller.ts';
import { controlPath, request } from '../../src/gateway/control-socket.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { poll } from '../../src/model/poll.ts';
import { EmbeddedGateway } from '../support/embedded-gateway.ts';
import type { Part } from './figure.ts';

const NAME = 'change of the gateway → text in the page';
const CHANGES = 100;
const PAGES = fileURLToPath(new URL('../../dist/demo/page', import.meta.url));
const ANNOUNCEMENT = '.hgs-panel [role=status]';

/** Tells of every new text of the announcement, at the moment when the page has it. */
const OBSERVER = `
  let last = '';
  new MutationObserver(() => {
    const text = document.querySelector('${ANNOUNCEMENT}')?.textContent ?? '';
    if (text === last) return;
    last = text;
    window.announced(Date.now());
  }).observe(document, { subtree: true, childList: true, characterData: true });
`;

export const page: Part = {
  name: 'page',
  measure: async () => {
    const executable = findChromium();
    if (executable === undefined) return [{ name: NAME, skipped: 'needs a Chromium' }];
    const gateway = await EmbeddedGateway.install();
    const { manager, identity } = gateway;
    const shell = await openBrowserShell({
      controller: new GatewayServiceController({ manager, identities: [identity] }),
      attempt: () => Promise.reject(new GatewayServiceError('unsupported')),
      pages: PAGES,
    });
    try {
      const browser = await launchChromium(executable);
      try {
        const announcedAt: number[] = [];
        const tab = await browser.newPage();
        await tab.exposeFunction('announced', (at: number) => announcedAt.push(at));
        await tab.addInitScript(OBSERVER);
        await tab.goto(shell.url);
        await poll(() => announcedAt.length > 0, { what: 'the page to say how the gateway is', deadlineMs: 10_000, everyMs: 5 });
        const values: number[] = [];
        for (let change = 0; change < CHANGES; change += 1) {
          const known = announcedAt.length;
          const toldAt = Date.now();
          await request(controlPath(identity.home), `test-state ${change % 2 === 0 ? 'degraded' : 'running'}`);
          await poll(() => announcedAt.length > known, { what: 'the page to say it', deadlineMs: 10_000, everyMs: 5 });
          values.push((announcedAt[known] ?? Number.NaN) - toldAt);
        }
        return [{ name: NAME, unit: 'ms', values, target: { bound: 'below', value: 150, judged: 'p95' } }];
      } finally {
        await browser.close();
      }
    } finally {
      await shell.close();
      await gateway.dispose();
    }
  },
};
