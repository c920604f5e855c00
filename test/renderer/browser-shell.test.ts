// The panel in a browser without Electron: the token, the simulated faults, and a lost server.
import type { Page } from 'playwright';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeInChromium } from '../support/chromium.ts';
import { axeViolations, fitsSideways, keepScreenshot } from './panel-page.ts';
import { ShellServer, TOKEN } from './shell-server.ts';
import { snapshotIn } from './snapshots.ts';

describeInChromium('browser shell', browser => {
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

  it('removes the token from the address and still has it after a reload', async () => {
    expect(page.url()).not.toContain(TOKEN);
    await page.reload();
    await page.getByRole('button', { name: 'Start' }).waitFor();
    expect(page.url()).not.toContain('token');
  });

  it('sends requests over HTTP and shows the pushed changes', async () => {
    await page.getByRole('button', { name: 'Start' }).click();
    await expect.poll(() => server.asked).toContainEqual({ path: 'start', body: { profile: 'default' } });
    server.push(snapshotIn('needs-attention'));
    await page.getByText('Hermes refuses its configuration', { exact: false }).first().waitFor();
  });

  it('has a button for every fault that can be simulated outside the panel', async () => {
    const strip = page.getByRole('complementary', { name: 'Try it' });
    for (const name of await strip.getByRole('button').allTextContents()) await strip.getByRole('button', { name, exact: true }).click();
    await expect
      .poll(() => server.asked.filter(({ path }) => path === 'try').map(({ body }) => body))
      .toEqual(['kill', 'exit-75', 'exit-78', 'repair', 'hang', 'update'].map(what => ({ what })));
  });

  it('shows the notification area, whose menu entries do what they are labelled', async () => {
    const tray = page.getByRole('complementary', { name: 'Notification area' });
    const icon = tray.getByRole('button', { name: 'Hermes gateway: Stopped' });
    await icon.focus();
    await page.keyboard.press('Enter');
    expect(await tray.getByRole('menuitem').allTextContents()).toEqual([
      'Hermes gateway: Stopped',
      'Open Hermes',
      'Start',
      'Open logs',
      'Copy details',
    ]);
    await keepScreenshot(page, 'tray-menu');
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => server.asked).toContainEqual({ path: 'start', body: { profile: 'default' } });
    server.push(snapshotIn('failed'));
    await tray.getByRole('button', { name: 'Hermes gateway: Failed' }).click();
    const width = () => tray.locator('img').evaluate((image: { naturalWidth: number }) => image.naturalWidth);
    await expect.poll(width).toBe(32);
    await tray.getByRole('menuitem', { name: 'Open logs' }).click();
    await page.getByRole('heading', { name: 'Log' }).waitFor();
    expect(await tray.getByRole('menu').count()).toBe(0);
    await tray.getByRole('button').click();
    await tray.getByRole('menuitem', { name: 'Open Hermes' }).click();
    expect(
      await page
        .getByRole('switch')
        .first()
        .evaluate(element => element.matches(':focus')),
    ).toBe(true);
    server.push(snapshotIn('not-installed'));
    await tray.getByRole('button', { name: 'Hermes gateway: Off' }).click();
    await tray.getByRole('menuitem', { name: 'Turn on…' }).click();
    await expect.poll(() => server.asked).toContainEqual({ path: 'preview', body: { profile: 'default', on: true } });
  });

  it('closes the menu on Escape and on a click outside it', async () => {
    const tray = page.getByRole('complementary', { name: 'Notification area' });
    const menu = tray.getByRole('menu');
    await tray.getByRole('button').click();
    await page.keyboard.press('Escape');
    expect(await menu.count()).toBe(0);
    expect(await tray.getByRole('button').evaluate(element => element.matches(':focus'))).toBe(true);
    await tray.getByRole('button').click();
    await page.mouse.click(5, 5);
    expect(await menu.count()).toBe(0);
  });

  it('shows the simulated UAC question and passes every answer on', async () => {
    await page.getByRole('checkbox', { name: 'Ask for an administrator' }).click();
    const said = () => server.asked.filter(({ path }) => path === 'try').map(({ body }) => (body as { what: string }).what);
    await expect.poll(said).toEqual(['consent-on']);
    const dialog = page.getByRole('dialog');
    for (const name of ['Yes', 'No', 'Leave it unanswered']) {
      server.tellConsent({ required: true, asking: true });
      await dialog.getByRole('button', { name, exact: true }).click();
      server.tellConsent({ required: true, asking: false });
      await dialog.waitFor({ state: 'detached' });
    }
    server.tellConsent({ required: true, asking: true });
    await dialog.waitFor();
    await keepScreenshot(page, 'consent');
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await expect.poll(said).toEqual(['consent-on', 'consent-yes', 'consent-no', 'consent-never', 'consent-no']);
    expect(await page.getByRole('checkbox').isChecked()).toBe(true);
  });

  it('mirrors the page in a right-to-left language', async () => {
    await page.goto(`${server.url}&locale=ar-XB`);
    await page.getByRole('switch').first().waitFor();
    expect(await page.evaluate('[document.documentElement.lang, document.documentElement.dir]')).toEqual(['ar-XB', 'rtl']);
    const icon = await page.getByRole('complementary', { name: 'Notification area' }).getByRole('button').boundingBox();
    expect(icon?.x).toBeLessThan(360);
    expect(await fitsSideways(page)).toBe(true);
    await keepScreenshot(page, 'browser-shell-rtl');
  });

  it('passes axe and fits 320 pixels', async () => {
    await keepScreenshot(page, 'browser-shell');
    await page.setViewportSize({ width: 320, height: 480 });
    expect(await fitsSideways(page)).toBe(true);
    await keepScreenshot(page, 'browser-shell-320');
    expect(await axeViolations(page)).toEqual([]);
  });

  it('reports a lost connection, and reconnects with the current state', async () => {
    await server.close();
    await page.getByRole('alert').getByText('The connection to the gateway service is lost.').waitFor();
    await keepScreenshot(page, 'connection-lost');
    await page.getByRole('complementary').getByRole('button', { name: 'Kill' }).click();
    await page.getByText('The app does not answer.').waitFor();
    server.snapshot = snapshotIn('failed');
    await server.listen();
    await page.getByText('The gateway failed and is not restarted.').first().waitFor({ timeout: 20_000 });
    expect(await page.getByText('The connection to the gateway service is lost.').count()).toBe(0);
  });

  it('subscribes once, and unsubscribes when the page is closed', async () => {
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

  it('asks for the full address when a restarted server does not accept its token', async () => {
    await server.close();
    await page.getByRole('alert').getByText('The connection to the gateway service is lost.').waitFor();
    server.token = 'a-token-of-another-start';
    await server.listen();
    await page.getByRole('alert').getByText('Open the whole address', { exact: false }).waitFor({ timeout: 20_000 });
    expect(await page.getByRole('button').count()).toBe(0);
  });
});
