// What the panel offers after the end of a gateway that is recognised, in a real browser.
import { beforeAll, expect, it } from 'vitest';
import { en } from '../../src/desktop/messages-en.ts';
import type { KnownEnd } from '../../src/model/known-end.ts';
import type { Phase } from '../../src/model/status.ts';
import { describeInChromium } from '../support/chromium.ts';
import { axeViolations, bundleFixture, fakeMain, fitsSideways, keepScreenshot, openPanel } from './panel-page.ts';
import { ago, LOG_LINES, NOW, snapshotIn } from './snapshots.ts';

describeInChromium('recognised end in the panel', browser => {
  let bridge: string;

  beforeAll(async () => {
    bridge = await bundleFixture('fake-bridge.ts');
  });

  const endedBy = (phase: Phase, known: KnownEnd, cause: string) =>
    snapshotIn(phase, { lastExit: { code: 1, reason: 'The gateway failed (exit code 1).', at: ago(2_000), cause, known } });

  it('shows in the row why it ended, and below it what helps with the button for it', async () => {
    const snapshot = endedBy('restarting', 'token-rejected', 'telegram: Telegram bot token rejected: Unauthorized.');
    const page = await openPanel(browser(), bridge, snapshot, { viewport: { width: 720, height: 240 } });
    await page.getByText('Keeps crashing: the token of the Telegram bot was rejected', { exact: false }).first().waitFor();
    await page.getByText(en.help(snapshot.status) ?? '', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Show configuration' }).click();
    const main = await fakeMain(page);
    expect(await main.evaluate(fake => fake.calls.at(-1))).toEqual({ verb: 'showConfiguration', payload: { profile: 'default' } });
    // Its own action stays.
    await page.getByRole('button', { name: 'Try now' }).waitFor();
    await keepScreenshot(page, 'end-token-rejected');
    expect(await axeViolations(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 320 });
    expect(await fitsSideways(page)).toBe(true);
    await keepScreenshot(page, 'end-token-rejected-320');
  });

  it('shows the log at the line of the cause', async () => {
    const cause = 'OSError: [Errno 28] No space left on device';
    const snapshot = endedBy('failed', 'disk-full', cause);
    const page = await openPanel(browser(), bridge, snapshot);
    const main = await fakeMain(page);
    const lines = [...LOG_LINES, cause, ...LOG_LINES];
    await main.evaluate((fake, shown) => Object.assign(fake.log, { lines: shown }), lines);
    await page.getByRole('button', { name: 'Show log' }).click();
    const marked = page.locator('mark');
    await marked.waitFor();
    expect(await marked.textContent()).toBe(cause);
    const inView = `(([mark, log]) => mark.top >= log.top && mark.bottom <= log.bottom && log.top >= 0 && log.bottom <= innerHeight)(
      ['mark', '.hgs-log'].map(name => document.querySelector(name).getBoundingClientRect()))`;
    await expect.poll(() => page.evaluate(inView)).toBe(true);
    expect(await page.evaluate('document.activeElement.className')).toBe('hgs-log');
    // All lines are there, once and in their order.
    expect(await page.locator('.hgs-log pre').textContent()).toBe(lines.join('\n'));
    await keepScreenshot(page, 'end-log');
    expect(await axeViolations(page)).toEqual([]);
  });

  it("offers the app's own update where a package of Hermes is missing", async () => {
    const missing = endedBy('failed', 'module-missing', "ModuleNotFoundError: No module named 'telegram'");
    const page = await openPanel(browser(), bridge, { ...missing, canUpdateHermes: true }, { viewport: { width: 720, height: 240 } });
    await page.getByText(en.help(missing.status, true) ?? '', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Show log' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Update Hermes' }).click();
    const main = await fakeMain(page);
    expect(await main.evaluate(fake => fake.calls.at(-1))).toEqual({ verb: 'updateHermes', payload: { profile: 'default' } });
    await keepScreenshot(page, 'end-module-missing');
    expect(await axeViolations(page)).toEqual([]);
  });

  it('selects the profile of a notification that was clicked, and shows its log at the line of the cause', async () => {
    const profiles = ['default', 'work'];
    const page = await openPanel(browser(), bridge, snapshotIn('running', {}, { profiles }));
    const main = await fakeMain(page);
    const cause = 'OSError: [Errno 28] No space left on device';
    const work = { ...endedBy('failed', 'disk-full', cause), profile: 'work', profiles };
    await main.evaluate((fake, lines) => Object.assign(fake.log, { lines }), [...LOG_LINES, cause]);
    await main.evaluate((fake, snapshot) => fake.push(snapshot, 'log'), { ...work, status: { ...work.status, profile: 'work' } });
    await page.getByText('Run gateway as service: work', { exact: true }).waitFor();
    await page.locator('mark').waitFor();
    expect(await page.locator('mark').textContent()).toBe(cause);
    expect(await page.evaluate('document.activeElement.className')).toBe('hgs-log');
    // Another click asks again.
    await page.getByRole('button', { name: 'Details', exact: true }).click();
    await main.evaluate(fake => fake.known['work'] && fake.push(fake.known['work'], 'log'));
    await page.locator('mark').waitFor();
  });

  it('asks before it turns on what the menu of the tray turns on', async () => {
    const off = snapshotIn('not-installed');
    const page = await openPanel(browser(), bridge, off);
    const main = await fakeMain(page);
    await main.evaluate((fake, snapshot) => fake.push(snapshot, 'turnOn'), off);
    await page.getByRole('dialog').waitFor();
    expect(await main.evaluate(fake => fake.calls.at(-1))).toMatchObject({ verb: 'preview', payload: { on: true } });
  });

  it('opens the log of a gateway that needs attention at the end of its last life', async () => {
    const snapshot = endedBy('needs-attention', 'configuration', 'no such model');
    const page = await openPanel(browser(), bridge, snapshot);
    const main = await fakeMain(page);
    const end = '--- 2026-02-06T10:29:58.000+01:00 gateway ended: The gateway reports an error in its configuration (exit code 78).';
    await main.evaluate((fake, lines) => Object.assign(fake.log, { lines }), [...LOG_LINES, end, ...LOG_LINES]);
    await page.getByRole('button', { name: 'Details' }).click();
    await page.locator('mark').waitFor();
    expect(await page.locator('mark').textContent()).toBe(end);
    const inLog = `(([mark, log]) => mark.top >= log.top && mark.bottom <= log.bottom)(
      ['mark', '.hgs-log'].map(name => document.querySelector(name).getBoundingClientRect()))`;
    await expect.poll(() => page.evaluate(inLog)).toBe(true);
    // What the user looks at stays where it is.
    expect(await page.evaluate('[scrollY, document.activeElement.textContent]')).toEqual([0, 'Details']);
  });

  it('shows nothing below the row when the end is not recognised or the gateway has recovered', async () => {
    for (const snapshot of [snapshotIn('failed'), endedBy('running', 'disk-full', 'OSError: [Errno 28] No space left on device')]) {
      const page = await openPanel(browser(), bridge, snapshot);
      await page.getByText(en.sentence(snapshot.status, NOW), { exact: true }).waitFor();
      expect(await page.locator('.hgs-failure').count()).toBe(0);
    }
  });
});
