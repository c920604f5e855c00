// The panel in a browser without Electron: the token, the stand-ins, and a server that goes away.
import type { Page } from 'playwright';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeInChromium } from '../support/chromium.ts';
import { axeViolations, fitsSideways, keepScreenshot } from './panel-page.ts';
import { ShellServer, TOKEN } from './shell-server.ts';
import { snapshotIn } from './snapshots.ts';

describeInChromium('the browser shell', browser => {
  let server: ShellServer;
  let page: Page;

  beforeEach(async () => {
    server = new ShellServer(snapshotIn('stopped'));
    await server.listen();
    page = await browser().newPage({ viewport: { width: 720, height: 320 } });
    await page.goto(server.url);
    await page.getByRole('button', { name: 'Start' }).waitFor();
  });
  afterEach(async () => {
    await page.close();
    await server.close();
  });

  it('takes the token out of the address and still has it after a reload', async () => {
    expect(page.url()).not.toContain(TOKEN);
    await page.reload();
    await page.getByRole('button', { name: 'Start' }).waitFor();
    expect(page.url()).not.toContain('token');
  });

  it('asks over HTTP and follows the pushes', async () => {
    await page.getByRole('button', { name: 'Start' }).click();
    await expect.poll(() => server.asked).toContainEqual({ path: 'start', body: { profile: 'default' } });
    server.push(snapshotIn('needs-attention'));
    await page.getByText('Hermes refuses its configuration', { exact: false }).first().waitFor();
  });

  it('has a stand-in for everything that can happen to a gateway, apart from the panel', async () => {
    const strip = page.getByRole('complementary', { name: 'Try it' });
    for (const name of await strip.getByRole('button').allTextContents()) await strip.getByRole('button', { name, exact: true }).click();
    await expect
      .poll(() => server.asked.filter(({ path }) => path === 'try').map(({ body }) => body))
      .toEqual(['kill', 'exit-75', 'exit-78', 'repair', 'hang', 'update'].map(what => ({ what })));
  });

  it('passes axe and fits 320 pixels', async () => {
    await keepScreenshot(page, 'browser-shell');
    await page.setViewportSize({ width: 320, height: 480 });
    expect(await fitsSideways(page)).toBe(true);
    await keepScreenshot(page, 'browser-shell-320');
    expect(await axeViolations(page)).toEqual([]);
  });

  it('says that the connection is lost, and comes back by itself with the truth', async () => {
    await server.close();
    await page.getByRole('alert').getByText('The connection to the gateway service is lost.').waitFor();
    await keepScreenshot(page, 'connection-lost');
    await page.getByRole('complementary').getByRole('button', { name: 'Kill' }).click();
    await page.getByText('The app does not answer.').waitFor();
    server.snapshot = snapshotIn('failed');
    await server.listen();
    await page.getByText('The gateway failed, and nothing will restart it.').first().waitFor({ timeout: 20_000 });
    expect(await page.getByText('The connection to the gateway service is lost.').count()).toBe(0);
  });

  it('listens once, and no more when the page is gone', async () => {
    expect(server.listening).toBe(1);
    await page.goto('about:blank');
    await expect.poll(() => server.listening).toBe(0);
  });

  it('shows nothing of the gateway to a page without the token', async () => {
    const stranger = await browser().newPage();
    await stranger.goto(new URL('/', server.url).href);
    await stranger.getByRole('alert').getByText('Open the whole address that "npm start" printed', { exact: false }).waitFor();
    expect(await stranger.getByRole('button').count()).toBe(0);
    await keepScreenshot(stranger, 'no-token');
    expect(await axeViolations(stranger)).toEqual([]);
    await stranger.close();
  });

  it('says so as well when another start no longer knows its token', async () => {
    await server.close();
    await page.getByRole('alert').getByText('The connection to the gateway service is lost.').waitFor();
    server.token = 'a-token-of-another-start';
    await server.listen();
    await page.getByRole('alert').getByText('Open the whole address', { exact: false }).waitFor({ timeout: 20_000 });
    expect(await page.getByRole('button').count()).toBe(0);
  });
});
