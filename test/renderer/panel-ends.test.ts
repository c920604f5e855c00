// What the panel offers and shows about the ends of a gateway: help, the log at the end, and the last 24 hours. In a real browser.
import { beforeAll, expect, it } from 'vitest';
import type { Snapshot } from '../../src/desktop/ipc.ts';
import { en } from '../../src/desktop/messages-en.ts';
import type { HistoryRecord } from '../../src/model/history.ts';
import type { KnownEnd } from '../../src/model/known-end.ts';
import type { Phase } from '../../src/model/status.ts';
import { describeInChromium } from '../support/chromium.ts';
import { axeViolations, bundleFixture, fakeMain, fitsSideways, keepScreenshot, openPanel, type PanelOptions } from './panel-page.ts';
import { ago, LOG_LINES, NOW, snapshotIn } from './snapshots.ts';

describeInChromium('ends in the panel', browser => {
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
    expect(await marked.textContent()).toBe(`${cause}\n`);
    const inView = `(([mark, log]) => mark.top >= log.top && mark.bottom <= log.bottom && log.top >= 0 && log.bottom <= innerHeight)(
      ['mark', '.hgs-log'].map(name => document.querySelector(name).getBoundingClientRect()))`;
    await expect.poll(() => page.evaluate(inView)).toBe(true);
    expect(await page.evaluate('document.activeElement.className')).toBe('hgs-log');
    // All lines are there.
    expect(await page.locator('.hgs-log pre span, .hgs-log mark').count()).toBe(lines.length);
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
    expect(await page.locator('mark').textContent()).toBe(`${cause}\n`);
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
    const end = (time: string) => `--- ${time} gateway ended: The gateway reports an error in its configuration (exit code 78).`;
    await main.evaluate(
      (fake, lines) => Object.assign(fake.log, { lines }),
      [...LOG_LINES, end('2026-02-06T10:29:58.000+01:00'), ...LOG_LINES],
    );
    await page.getByRole('button', { name: 'Details' }).click();
    await page.locator('mark').waitFor();
    expect(await page.locator('mark').textContent()).toBe(`${end('9:29:58 AM')}\n`);
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

  const CRASH = { at: ago(5 * 3_600_000), cause: 'OSError: [Errno 28] No space left on device' };
  const crashed = () => {
    const history: HistoryRecord[] = [
      { at: ago(20 * 3_600_000), kind: 'started', pid: 7, cause: 'asked' },
      {
        ...CRASH,
        kind: 'ended',
        pid: 7,
        code: 1,
        outcome: 'failure',
        reason: 'The gateway failed (exit code 1).',
        uptimeMs: 15 * 3_600_000,
      },
      { at: ago(4 * 3_600_000), kind: 'started', pid: 8, cause: 'recovery' },
      { at: ago(3 * 3_600_000), kind: 'noted', what: 'held', reason: 'an update' },
      { at: ago(2 * 3_600_000), kind: 'noted', what: 'slept', reason: 'the computer slept', sleptMs: 1_800_000 },
    ];
    return snapshotIn('running', {}, { history });
  };
  const openLog = async (snapshot: Snapshot, options: PanelOptions = {}) => {
    const page = await openPanel(browser(), bridge, snapshot, options);
    await page.getByRole('button', { name: 'Details' }).click();
    await page.getByText('gateway.log').waitFor();
    return { page, main: await fakeMain(page) };
  };

  it('shows the last 24 hours as a strip with its text, whose marks lead to the log at that crash', async () => {
    const { page, main } = await openLog(crashed());
    const day = page.getByRole('region', { name: 'Last 24 hours' });
    expect(await day.getByRole('listitem').allTextContents()).toEqual([
      'Up: 18 hr 30 min',
      'Down: 1 hr',
      'Asleep: 30 min',
      'Not recorded: 4 hr',
      '1 crash',
    ]);
    const states = await day.locator('.hgs-day > span').evaluateAll(spans => spans.map(span => span.dataset['state']));
    expect(states).toEqual(['unknown', 'up', 'down', 'up', 'sleep', 'up']);
    await main.evaluate(
      (fake, lines) => Object.assign(fake.log, { lines }),
      [...LOG_LINES, CRASH.cause, `--- ${CRASH.at} gateway ended: The gateway failed (exit code 1).`, ...LOG_LINES],
    );
    await day.getByRole('button', { name: `1 crash, 4:30:00 AM: ${CRASH.cause}` }).click();
    await page.locator('mark').waitFor();
    expect(await main.evaluate(fake => fake.calls.at(-1)?.payload)).toMatchObject({ end: CRASH });
    expect(await page.locator('mark').textContent()).toBe(`${CRASH.cause}\n`);
    expect(await page.evaluate('document.activeElement.className')).toBe('hgs-log');
  });

  it.each<[string, PanelOptions]>([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['forced-colours', { forcedColors: 'active', colorScheme: 'dark' }],
    ['320', { viewport: { width: 320, height: 640 } }],
  ])('shows the strip and the tones of the log in %s without overflow or axe violations', async (look, options) => {
    const { page, main } = await openLog(crashed(), options);
    await main.evaluate(
      (fake, lines) => {
        for (const line of lines) fake.print(line);
      },
      [
        '2026-02-05 09:00:07,120 WARNING gateway.run: slow',
        'Traceback (most recent call last):',
        '  File "/hermes/gateway.py", line 3, in run',
        CRASH.cause,
        `--- ${CRASH.at} gateway ended: The gateway failed (exit code 1).`,
      ],
    );
    await page.getByRole('button', { name: 'Last crash' }).click();
    await page.locator('mark').waitFor();
    // The day and the time of the history, without those of the gateway.
    await page.getByText('Feb 5, 9:00 AM WARNING gateway.run: slow').waitFor();
    await keepScreenshot(page, `log-${look}`);
    expect(await axeViolations(page)).toEqual([]);
    expect(await fitsSideways(page)).toBe(true);
  });

  it('follows the log on request while the page is visible, and stays at its end', async () => {
    const { page, main } = await openLog(snapshotIn('running'));
    const log = page.getByRole('log', { name: 'Log' });
    expect(await log.getAttribute('aria-live')).toBe('off');
    const follow = page.getByRole('button', { name: 'Follow' });
    await follow.click();
    const reads = () => main.evaluate(fake => fake.calls.filter(({ verb }) => verb === 'logs').length);
    await expect.poll(reads).toBe(3);
    const [first] = await log.locator('span').all();
    await first?.evaluate(line => line.setAttribute('data-kept', ''));
    await main.evaluate(fake => fake.print('a fresh line'));
    await log.getByText('a fresh line').waitFor();
    expect(await log.getAttribute('aria-live')).toBe('polite');
    // A line keeps its element, so that only new ones are read out.
    expect(await log.locator('[data-kept]').count()).toBe(1);
    const hiddenBelow = `(({ bottom }, log) => bottom - log.bottom)(
      ...['.hgs-log pre', '.hgs-log'].map(name => document.querySelector(name).getBoundingClientRect()))`;
    expect(await page.evaluate(hiddenBelow)).toBeLessThanOrEqual(0);
    expect(await axeViolations(page)).toEqual([]);
    await follow.click();
    expect(await follow.getAttribute('aria-pressed')).toBe('false');
    await main.evaluate(fake => fake.print('a line that nobody follows'));
    await expect.poll(reads).toBe(5);
    expect(await page.getByText('a line that nobody follows').count()).toBe(0);
  });

  it('copies the lines that are shown, without secrets, in their own times', async () => {
    const { page, main } = await openLog(snapshotIn('running'));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await main.evaluate(fake => fake.print('2026-02-06 09:24:07 ERROR TELEGRAM_BOT_TOKEN=s3cr3t'));
    await page.getByRole('button', { name: 'Follow' }).click();
    await page.getByRole('searchbox', { name: 'Filter the log' }).fill('error');
    await page.getByText('1 of 25').waitFor();
    await page.getByRole('button', { name: 'Copy these lines of the log' }).click();
    await page.getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('2026-02-06 09:24:07 ERROR TELEGRAM_BOT_TOKEN=…');
  });
});
