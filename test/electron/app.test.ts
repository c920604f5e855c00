// The real app: panel, preload, IPC, tray and window rules in a real Electron, with the sample gateway as Hermes' own launcher.
import type { ElectronApplication, Page } from 'playwright';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PAGE_URL } from '../../main/window-policy.ts';
import { VERB_NAMES } from '../../src/desktop/ipc.ts';
import { NOBODY, Sandbox } from '../support/sandbox.ts';
import { describeInElectron, launchApp, startAgain } from './electron-app.ts';

describeInElectron('the app', () => {
  let sandbox: Sandbox;
  let home: string;
  let app: ElectronApplication;
  let page: Page;

  beforeEach(async () => {
    sandbox = new Sandbox();
    ({ home } = sandbox.identity());
    sandbox.putLauncher(home);
    app = await launchApp(sandbox, home);
    page = await app.firstWindow();
    await page.getByRole('switch', { name: 'Run gateway as service' }).waitFor();
  });
  afterEach(async () => {
    await app?.close();
    await sandbox?.dispose();
  });

  it('turns the gateway on and off by the panel of the app', async () => {
    const toggle = page.getByRole('switch', { name: 'Run gateway as service' });
    await toggle.click();
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByText('Running', { exact: false }).first().waitFor();
    expect(sandbox.gateways(home)).toHaveLength(1);
    await toggle.click();
    await page.getByRole('button', { name: 'Turn off' }).click();
    await page.getByText('Off.', { exact: false }).first().waitFor();
    expect(sandbox.gateways(home)).toEqual([]);
  });

  it('keeps the gateway running when the app ends', async () => {
    await page.getByRole('switch', { name: 'Run gateway as service' }).click();
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByText('Running', { exact: false }).first().waitFor();
    const [pid = NOBODY] = sandbox.gateways(home);
    await app.close();
    expect(sandbox.gateways(home)).toEqual([pid]);
  });

  it('gives the page only the verbs, and no access to Node or Electron', async () => {
    const seen = await page.evaluate(() => ({
      globals: ['require', 'process', 'module', 'Buffer', 'ipcRenderer'].filter(name => name in globalThis),
      verbs: Object.keys((globalThis as unknown as { hermesDesktop: { gatewayService: object } }).hermesDesktop.gatewayService).sort(),
    }));
    expect(seen.globals).toEqual([]);
    expect(seen.verbs).toEqual([...VERB_NAMES, 'onChanged'].sort());
  });

  it('blocks navigation away from the page of the app', async () => {
    const opened = await page.evaluate(`(() => {
      Object.assign(document.createElement('a'), { href: 'https://example.org/' }).click();
      return window.open('https://example.org/') !== null;
    })()`);
    expect(opened).toBe(false);
    expect(page.url()).toBe(PAGE_URL);
    expect(app.windows()).toHaveLength(1);
  });

  it('runs no foreign script, loads nothing from other origins, and grants no unneeded permission', async () => {
    const done = await page.evaluate(`(async () => {
      const script = Object.assign(document.createElement('script'), { textContent: 'window.ranInline = true' });
      document.head.append(script);
      const fetched = await fetch('https://example.org/').then(() => true, () => false);
      return { inline: 'ranInline' in window, fetched, notifies: await Notification.requestPermission() };
    })()`);
    expect(done).toEqual({ inline: false, fetched: false, notifies: 'denied' });
  });

  it('answers the page over the real bridge, and returns errors as values', async () => {
    const replies = await page.evaluate(`(async ({ gatewayService, loginItem }) => [
      await gatewayService.get(), await gatewayService.start('nobody'), await gatewayService.set({ profile: 5, on: 'yes' }), await loginItem.get(),
    ])(hermesDesktop)`);
    expect(replies).toMatchObject([
      { ok: true, value: { schema: 1, status: { phase: 'not-installed' } } },
      { ok: false, error: { code: 'profile-missing' } },
      { ok: false, error: { code: 'bad-request' } },
      { ok: true, value: { supported: false } },
    ]);
  });

  it('hides the window in the tray instead of closing it, and shows it again when the app is started a second time', async () => {
    const isVisible = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map(window => window.isVisible()));
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await expect.poll(isVisible).toEqual([false]);
    expect(await startAgain(sandbox, home)).toBe(0);
    await expect.poll(isVisible).toEqual([true]);
  });

  it('quits on request, whether its window is hidden or not', async () => {
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    const ended = app.waitForEvent('close');
    await app.evaluate(({ app: its }) => its.quit());
    await ended;
  });
});
