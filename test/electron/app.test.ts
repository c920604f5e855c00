// The real app: panel, preload, IPC, tray and window rules in a real Electron, with the sample gateway as Hermes' own launcher.
import type { ElectronApplication, Page } from 'playwright';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PAGE_URL } from '../../main/window-policy.ts';
import { NOBODY, Sandbox } from '../support/sandbox.ts';
import { describeInElectron, launchApp } from './electron-app.ts';

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

  it('switches the gateway on and off by its panel', async () => {
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

  it('leaves the gateway running when it ends', async () => {
    await page.getByRole('switch', { name: 'Run gateway as service' }).click();
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByText('Running', { exact: false }).first().waitFor();
    const [pid = NOBODY] = sandbox.gateways(home);
    await app.close();
    expect(sandbox.gateways(home)).toEqual([pid]);
  });

  it('gives its page verbs and nothing of Node or Electron', async () => {
    const seen = await page.evaluate(() => ({
      globals: ['require', 'process', 'module', 'Buffer', 'ipcRenderer'].filter(name => name in globalThis),
      verbs: Object.keys((globalThis as unknown as { hermesDesktop: { gatewayService: object } }).hermesDesktop.gatewayService).sort(),
    }));
    expect(seen.globals).toEqual([]);
    expect(seen.verbs).toEqual(['get', 'logs', 'onChanged', 'preview', 'repair', 'restart', 'set', 'start', 'stop']);
  });

  it('keeps its page where it is', async () => {
    const opened = await page.evaluate(`(() => {
      Object.assign(document.createElement('a'), { href: 'https://example.org/' }).click();
      return window.open('https://example.org/') !== null;
    })()`);
    expect(opened).toBe(false);
    expect(page.url()).toBe(PAGE_URL);
    expect(app.windows()).toHaveLength(1);
  });

  it('hides its window instead of closing it, and shows it again at a second start', async () => {
    const isVisible = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map(window => window.isVisible()));
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await expect.poll(isVisible).toEqual([false]);
    await expect(launchApp(sandbox, home)).rejects.toThrow();
    await expect.poll(isVisible).toEqual([true]);
  });
});
