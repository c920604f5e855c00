// The settings row of examples/hermes in a real browser, with the real nanostores and stand-ins for the app's own components.
import { fileURLToPath } from 'node:url';
import type { JSHandle, Page } from 'playwright';
import { beforeAll, expect, it } from 'vitest';
import type { Snapshot, Verb } from '../../src/desktop/ipc.ts';
import { shownError } from '../../src/desktop/shown-error.ts';
import type { ErrorCode } from '../../src/model/error-table.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { describeInChromium } from '../support/chromium.ts';
import type { FakeMain } from './fake-main.ts';
import { bundleFixture, fakeMain, openPanel } from './panel-page.ts';
import { ago, snapshotIn } from './snapshots.ts';

const file = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

const MODULES = [
  {
    find: /^@\/(components\/ui|lib)\/.*$|^@\/(i18n|store\/notifications)$|^\.\/(primitives|settings-manifest)$/,
    replacement: 'fixture/app.tsx',
  },
  { find: /^@\/store\/gateway-service$/, replacement: 'src/store/gateway-service.ts' },
  { find: /^@\/i18n\/en_gateway_service$/, replacement: 'src/i18n/en_gateway_service.ts' },
].map(({ find, replacement }) => ({ find, replacement: file(`examples/hermes/${replacement}`) }));

const PACKAGE = [
  { find: /^hermes-gateway-service\/renderer$/, replacement: file('renderer/index.ts') },
  { find: /^hermes-gateway-service\/renderer\.css$/, replacement: file('renderer/panel.css') },
];

describeInChromium('settings row in the Hermes app', browser => {
  let scripts: { bridge: string; row: string };
  let page: Page;
  let main: JSHandle<FakeMain>;

  beforeAll(async () => {
    const row = await bundleFixture(new URL('../../examples/hermes/fixture/page.tsx', import.meta.url), [...MODULES, ...PACKAGE]);
    scripts = { bridge: await bundleFixture('fake-bridge.ts'), row };
  });

  async function open(snapshot: Snapshot, held: readonly Verb[] = []): Promise<void> {
    page = await openPanel(browser(), scripts.bridge, snapshot);
    main = await fakeMain(page);
    await main.evaluate((fake, verbs) => fake.held.push(...verbs), held);
    await page.evaluate(scripts.row);
  }
  const seen = () => page.evaluate('window.seen') as Promise<{ haptics: string[]; errors: { error: string; title: string }[] }>;
  const asked = () => main.evaluate(fake => fake.calls.map(({ verb }) => verb));
  const control = () => page.getByRole('switch', { name: 'Run gateway as service' });

  it('carries the id of its deep link, and listens once for row and panel', async () => {
    await open(snapshotIn('running'));
    await page.locator('[id="setting-field-advanced.gateway-service"]').getByText('Running for 3 hr 12 min.').waitFor();
    // The page of the panel, which the row has replaced, listens as well.
    expect(await main.evaluate(fake => fake.listening)).toBe(2);
  });

  it('is turned on with a haptic and a dialog that shows every change, and does nothing when that is declined', async () => {
    await open(snapshotIn('not-installed'));
    await control().click();
    const dialog = page.getByRole('dialog', { name: 'Run the gateway as a service?' });
    await dialog.getByText('Create folder').first().waitFor();
    expect(await dialog.locator('p > :not(span)').count()).toBe(0);
    expect(await seen()).toEqual({ haptics: ['selection'], errors: [] });
    await dialog.getByRole('button', { name: 'Abbrechen' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await asked()).not.toContain('set');

    await control().click();
    await dialog.getByRole('button', { name: 'Turn on' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await asked()).toContain('set');
  });

  it('keeps its focus and ignores clicks, without a haptic, while an operation runs', async () => {
    await open(snapshotIn('running'));
    await control().focus();
    const restarting = snapshotIn('running', {}, { operation: { verb: 'restart', since: ago(1_000) } });
    await main.evaluate((fake, next) => fake.push(next), restarting);
    await page.getByText('Restarting…').first().waitFor();
    await control().click();
    expect(await control().evaluate(element => element.matches(':focus'))).toBe(true);
    expect(await seen()).toEqual({ haptics: [], errors: [] });
  });

  const startFails = async (code: ErrorCode, meanwhile: string): Promise<string[]> => {
    await open(snapshotIn('stopped'), ['start']);
    await page.getByRole('button', { name: 'Start' }).click();
    await page.evaluate(meanwhile);
    const lastError = shownError(new GatewayServiceError(code));
    await main.evaluate((fake, error) => fake.refuse(error), lastError);
    for (let times = 0; times < 10; times++)
      await main.evaluate((fake, next) => fake.push(next), snapshotIn('stopped', { restarts: { count: times } }, { lastError }));
    // React has handled the pushes when a later message arrives.
    await page.evaluate(
      'new Promise(done => { const { port1, port2 } = new MessageChannel(); port1.onmessage = () => done(0); port2.postMessage(0); })',
    );
    return (await seen()).errors.map(({ title }) => title);
  };
  const SCROLL_AWAY = "document.querySelector('main').style.marginBlockStart = '200vh'";

  it.each([
    ['leaves a failure to the row while the row is in view', 'timed-out', '', 0],
    ['reports a failure in the language of the app, once in ten pushes, while the row is out of view', 'timed-out', SCROLL_AWAY, 1],
    ['reports a failure once after the user has left the page', 'timed-out', 'leave()', 1],
    ['reports no declined consent', 'consent-declined', SCROLL_AWAY, 0],
  ] as const)('%s', async (_what, code, meanwhile, count) => {
    expect(await startFails(code, meanwhile)).toEqual(Array.from({ length: count }, () => 'Dienst nicht geändert'));
  });

  it('reports the next failure of the same kind too', async () => {
    await startFails('timed-out', SCROLL_AWAY);
    const next = shownError(new GatewayServiceError('timed-out'));
    await main.evaluate((fake, snapshot) => fake.push(snapshot), snapshotIn('stopped', {}, { lastError: next }));
    await main.evaluate(
      (fake, snapshot) => fake.push(snapshot),
      snapshotIn('stopped', {}, { operation: { verb: 'start', since: ago(0) } }),
    );
    await main.evaluate((fake, snapshot) => fake.push(snapshot), snapshotIn('stopped', {}, { lastError: next }));
    await expect.poll(async () => (await seen()).errors.length).toBe(2);
  });

  it('shows nothing on an unsupported system', async () => {
    await open(snapshotIn('unsupported', {}, { supported: false }));
    await page.getByRole('main').waitFor({ state: 'attached' });
    await expect.poll(() => page.getByRole('main').innerHTML()).toBe('');
  });
});
