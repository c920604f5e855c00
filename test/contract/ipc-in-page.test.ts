// The built page and the built preload in a real browser, the registration of the main process behind them: everything between a click and
// the manager, with a bus in the place of Electron's IPC.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPages } from '../../main/app-pages.ts';
import { PAGE_URL } from '../../main/window-policy.ts';
import { describeInChromium } from '../support/chromium.ts';
import { type FakePage, OWN_PAGE } from '../support/fake-electron.ts';
import { IDENTITIES, registered } from '../support/registered.ts';
import { REPOSITORY } from '../support/sandbox.ts';

const [DEFAULT] = IDENTITIES;
/** The app's own scheme is Electron's; a name below localhost is a secure context as well, and nothing listens there. */
const ORIGIN = 'http://hermes-gateway.localhost';
const preload = readFileSync(path.join(REPOSITORY, 'dist/main/preload.cjs'), 'utf8');

/** What Electron gives a preload, over the bindings of a test. */
const AROUND_PRELOAD = `
  const heard = new Map();
  window.__push = (channel, snapshot) => { for (const listener of heard.get(channel) ?? []) listener({}, snapshot); };
  const ipcRenderer = {
    invoke: (channel, payload) => window.__invoke(channel, payload),
    send: (channel, payload) => void window.__send(channel, payload),
    on: (channel, listener) => heard.set(channel, [...(heard.get(channel) ?? []), listener]),
    off: (channel, listener) => heard.set(channel, (heard.get(channel) ?? []).filter(each => each !== listener)),
  };
  const contextBridge = { exposeInMainWorld: (name, value) => { window[name] = value; } };
  (require => { ${preload} })(() => ({ contextBridge, ipcRenderer }));
`;

describeInChromium('the page of the app', browser => {
  let main: ReturnType<typeof registered>;
  let contents: FakePage;
  let page: Page;
  const problems: string[] = [];

  beforeEach(async () => {
    main = registered();
    contents = main.electron.openPage(OWN_PAGE);
    page = await browser().newPage();
    page.on('console', message => message.type() === 'error' && problems.push(message.text()));
    const serve = openPages(path.join(REPOSITORY, 'dist/renderer'));
    await page.route(`${ORIGIN}/**`, async route => {
      const response = serve({ method: 'GET', url: PAGE_URL.replace('/index.html', new URL(route.request().url()).pathname) });
      await route.fulfill({
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: Buffer.from(await response.arrayBuffer()),
      });
    });
    await page.exposeFunction('__invoke', (channel: string, payload: unknown) => contents.ipcRenderer.invoke(channel, payload));
    await page.exposeFunction('__send', (channel: string, payload: unknown) => contents.ipcRenderer.send(channel, payload));
    contents.inbox.on('hermes:gateway-service:changed', (_event: unknown, snapshot: unknown) => {
      void page
        .evaluate(each => (globalThis as unknown as Pushing).__push('hermes:gateway-service:changed', each), snapshot)
        .catch(() => undefined);
    });
    await page.addInitScript(AROUND_PRELOAD);
    await page.goto(`${ORIGIN}/index.html`);
  });
  afterEach(async () => {
    await page.close();
  });

  it("shows every chosen profile under the app's content security policy without a browser error", async () => {
    await page.getByRole('switch', { name: 'Run gateway as service: default' }).waitFor();
    await page.getByRole('combobox', { name: 'Profile' }).selectOption('work');
    await page.getByRole('switch', { name: 'Run gateway as service: work' }).waitFor();
    expect(problems).toEqual([]);
  });

  it('installs the service by a click and shows the following phases of the gateway', async () => {
    await page.getByRole('switch', { name: 'Run gateway as service: default' }).click();
    await page.getByRole('button', { name: 'Turn on' }).click();
    await expect.poll(() => main.manager.registered).toEqual(['HermesGateway']);
    await page.getByRole('button', { name: 'Restart' }).waitFor();
    main.manager.crash((await main.manager.status(DEFAULT)).gatewayPid ?? 0);
    await page.getByRole('button', { name: 'Try now' }).waitFor();
  });
});

interface Pushing {
  __push(channel: string, snapshot: unknown): void;
}
