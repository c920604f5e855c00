// Every phase in the built page and a real browser: its texts, its actions and its accessibility.

import type { Page } from 'playwright';
import { beforeAll, expect, it } from 'vitest';
import { catalogueFor } from '../../demo/pseudo-locales.ts';
import { en } from '../../src/desktop/messages-en.ts';
import { offerOf, PHASE_VIEWS, type PhaseAction } from '../../src/desktop/views.ts';
import { KNOWN_ENDS } from '../../src/model/known-end.ts';
import { problem } from '../../src/model/problems.ts';
import { PHASES, type Phase } from '../../src/model/status.ts';
import { describeInChromium } from '../support/chromium.ts';
import { axeViolations, bundleFixture, fakeMain, fitsSideways, keepScreenshot, openPanel, type PanelOptions } from './panel-page.ts';
import { ago, NOW, snapshotIn, statusIn } from './snapshots.ts';

describeInChromium('phases in the panel', browser => {
  let bridge: string;

  beforeAll(async () => {
    bridge = await bundleFixture('fake-bridge.ts');
  });

  const open = (phase: Phase, options: PanelOptions = {}) => openPanel(browser(), bridge, snapshotIn(phase), options);
  const openDetails = async (opened: Page) => {
    await opened.getByRole('button', { name: 'Details' }).click();
    await opened.getByText('gateway.log').waitFor();
    await opened.getByText('Facts').click();
  };

  /** What it looks like, and what axe says, by day and by night. */
  const judge = async (opened: Page, name: string) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await opened.emulateMedia({ colorScheme });
      await keepScreenshot(opened, `${name}-${colorScheme}`);
      expect(await axeViolations(opened), colorScheme).toEqual([]);
    }
  };

  const show = async (opened: Page, phase: Phase) => {
    const main = await fakeMain(opened);
    await main.evaluate((fake, snapshot) => fake.push(snapshot), snapshotIn(phase));
    await opened
      .getByRole('status')
      .getByText(en.announcement(statusIn(phase)), { exact: true })
      .waitFor({ state: 'attached' });
  };

  const small = { width: 720, height: 120 };
  it.each<[string, PanelOptions]>([
    ['light', { colorScheme: 'light', viewport: small }],
    ['dark', { colorScheme: 'dark', viewport: small }],
    ['forced-colours', { forcedColors: 'active', colorScheme: 'dark', viewport: small }],
    ['reduced-motion', { reducedMotion: 'reduce', viewport: small }],
    ['320-pixels', { viewport: { width: 320, height: 160 } }],
    ['200-per-cent', { viewport: { width: 360, height: 160 }, deviceScaleFactor: 2 }],
  ])('shows every phase in %s without overflow or axe violations', async (mode, options) => {
    const opened = await open('running', options);
    for (const phase of PHASES) {
      await show(opened, phase);
      await keepScreenshot(opened, `${mode}/${phase}`);
      // Neither motion nor scale changes what axe looks at.
      if (!options.reducedMotion && !options.deviceScaleFactor) expect(await axeViolations(opened), phase).toEqual([]);
      expect(await fitsSideways(opened), phase).toBe(true);
      if (options.reducedMotion) expect(await opened.evaluate('document.getAnimations().length'), phase).toBe(0);
    }
  });

  it('explains every phase, and offers at most one action in its row', async () => {
    const opened = await open('running', { viewport: small });
    for (const phase of PHASES) {
      await show(opened, phase);
      const { status } = snapshotIn(phase);
      await opened.getByText(en.sentence(status, NOW), { exact: true }).waitFor();
      const control = opened.getByRole('switch', { name: 'Run gateway as service' });
      expect(await control.getAttribute('aria-checked'), phase).toBe(String(PHASE_VIEWS[phase].switchOn));
      const { row, below } = offerOf({ status });
      const labels = (actions: readonly PhaseAction[]) => actions.map(({ verb }) => en.action(verb, phase));
      const buttons = await opened.getByRole('button').allTextContents();
      expect(buttons, phase).toEqual([...labels(row ? [row] : []), 'Details', ...labels(below?.actions ?? [])]);
    }
  });

  it('locks the switch that an organisation manages, and says so', async () => {
    const managed = { ...snapshotIn('running'), status: statusIn('running', { policy: { on: true, mechanism: 'service' } }) };
    const opened = await openPanel(browser(), bridge, managed, { viewport: { width: 320, height: 180 } });
    const control = opened.getByRole('switch', { disabled: true });
    await opened.getByText('Managed by your organisation: on, Windows service.').waitFor();
    expect(await control.getAttribute('aria-checked')).toBe('true');
    expect(await fitsSideways(opened)).toBe(true);
    await judge(opened, 'managed');
  });

  it('reaches every control of every phase with the Tab key, each with a focus ring', async () => {
    const opened = await open('running', { viewport: small });
    for (const phase of PHASES) {
      await show(opened, phase);
      // Tab goes on from here, whatever had the focus before.
      await opened.evaluate('document.body.tabIndex = -1; document.body.focus()');
      const controls = await opened.getByRole('region').locator('button').count();
      const visited: unknown[] = [];
      for (let each = 0; each < controls; each += 1) {
        await opened.keyboard.press('Tab');
        visited.push(
          await opened.evaluate(`(({ activeElement }) => [activeElement.closest('.hgs-panel') !== null,
            getComputedStyle(activeElement).outlineStyle])(document)`),
        );
      }
      expect(visited, phase).toEqual(Array(controls).fill([true, 'solid']));
    }
  });

  it('shows all details in the order of need, and passes axe in light and dark', async () => {
    const opened = await open('restarting');
    await openDetails(opened);
    const ladder = opened.getByRole('list', { name: 'Restart delays in seconds' });
    expect(await ladder.getByRole('listitem').allTextContents()).toEqual(['1', '2', '4', '9', '14', '25', '36', '49', '64']);
    expect(await ladder.locator('[aria-current=step]').textContent()).toBe('14');
    const order = [
      'Problems',
      'Last exit',
      'Stop',
      'Restart delays',
      'Last 24 hours',
      'Log',
      'History',
      'Restart when it hangs',
      'Recovery',
      'Facts',
    ];
    const parts = await opened.locator('.hgs-details > *').allTextContents();
    expect(parts.map((part, place) => part.startsWith(order[place] ?? ''))).toEqual(order.map(() => true));
    for (const text of ['Windows service', '4180', 'Restarted after a failure.', 'The gateway has failed several times in a row.'])
      await opened.getByText(text).first().waitFor();
    await judge(opened, 'details');
    await opened.getByRole('button', { name: 'Learn more: The gateway has failed several times in a row.' }).click();
    const main = await fakeMain(opened);
    expect(await main.evaluate(fake => fake.calls.at(-1))).toEqual({
      verb: 'learnMore',
      payload: { profile: 'default', problem: 'crash-loop' },
    });
  });

  it('shows no restart delays while none of them counts, and nothing about restarts while it is off', async () => {
    const opened = await open('running');
    await openDetails(opened);
    await opened.getByText('2 restarts, last', { exact: false }).waitFor();
    expect(await opened.getByText('Restart delays', { exact: false }).count()).toBe(0);
    await show(opened, 'not-installed');
    await opened.getByText(en.details.turningOn).waitFor();
    for (const text of ['Restarts', 'Restart delays in seconds', 'Last 24 hours', 'Log'])
      expect(await opened.getByText(text, { exact: true }).count(), text).toBe(0);
  });

  it('shows a dialog before every change, and passes axe in light and dark', async () => {
    const opened = await open('not-installed');
    await opened.getByRole('switch').first().click();
    const dialog = opened.getByRole('dialog', { name: 'Run the gateway as a service?' });
    await dialog.getByText('Windows will ask for an administrator, once.', { exact: false }).waitFor();
    expect(await dialog.getByText('1, 2, 4, 9, 16, 25, 36, 49, 64 s', { exact: false }).isVisible()).toBe(false);
    await dialog.getByText('Show all 6 changes').click();
    await dialog.getByText('1, 2, 4, 9, 16, 25, 36, 49, 64 s', { exact: false }).waitFor();
    // Said to those who do not see the shield.
    const said = `document.querySelector('dialog').getAttribute('aria-describedby').split(' ')
      .map(id => document.getElementById(id).textContent).join(' ')`;
    expect(await opened.evaluate(said)).toContain('Windows will ask for an administrator, once.');
    await judge(opened, 'confirm');
  });

  it.each([720, 480, 320])(
    'keeps the height of its row and the place of its controls through all phases at a width of %d pixels',
    async width => {
      const opened = await open('running', { viewport: { width, height: 480 } });
      const main = await fakeMain(opened);
      const places = new Set<string>();
      for (const phase of PHASES) {
        await main.evaluate((fake, snapshot) => fake.push(snapshot), snapshotIn(phase));
        await opened.getByText(en.sentence(snapshotIn(phase).status, NOW), { exact: true }).waitFor();
        const row = await opened.locator('.hgs-row').first().boundingBox();
        const control = await opened.getByRole('switch').first().boundingBox();
        const details = await opened.getByRole('button', { name: 'Details' }).boundingBox();
        places.add(JSON.stringify([row?.height, control, details]));
      }
      expect([...places]).toHaveLength(1);
    },
  );

  it.each([
    [720, 3],
    [480, 4],
    [320, 6],
  ])('shows the longest cause at a width of %d pixels in at most %d lines, without overflow', async (width, lines) => {
    const opened = await open('running', { viewport: { width, height: 480 } });
    const main = await fakeMain(opened);
    const said = { code: 1, reason: 'The gateway failed (exit code 1).', at: ago(2_000) };
    const ends = [
      { ...said, cause: 'no such model '.repeat(14).trim() },
      { ...said, cause: 'x'.repeat(200) },
      ...KNOWN_ENDS.map(known => ({ ...said, cause: `telegram: ${'no such model '.repeat(14)}`, known })),
    ];
    for (const phase of ['restarting', 'failed', 'needs-attention'] as const) {
      for (const lastExit of ends) {
        const snapshot = snapshotIn(phase, { lastExit });
        await main.evaluate((fake, next) => fake.push(next), snapshot);
        await opened.getByText(en.sentence(snapshot.status, NOW), { exact: true }).waitFor();
        const shown =
          (await opened.evaluate(`(element => element.getBoundingClientRect().height / parseFloat(getComputedStyle(element).lineHeight))(
          document.querySelector('.hgs-sentence'))`)) as number;
        // A word as long as a line begins on the next one.
        const most = lastExit.cause.includes(' ') ? lines : lines + 1;
        expect(shown, `${phase}: ${lastExit.cause}`).toBeLessThanOrEqual(most + 0.1);
        expect(await fitsSideways(opened), `${phase}: ${lastExit.cause}`).toBe(true);
      }
    }
    await keepScreenshot(opened, `longest-cause-${width}`);
  });

  it('causes no layout shift from the first answer through all phases, as measured by the browser', async () => {
    const opened = await openPanel(browser(), bridge, snapshotIn('running'), { viewport: { width: 720, height: 480 }, held: ['get'] });
    await opened.getByText(en.asking).first().waitFor();
    // What a browser calls a layout shift (https://web.dev/articles/cls); those before this are in the buffer.
    await opened.evaluate(`globalThis.shifts = []; new PerformanceObserver(list => shifts.push(...list.getEntries()
      .map(({ value, sources }) => value + sources.map(({ node }) => ' ' + node?.className)))).observe({ type: 'layout-shift', buffered: true })`);
    const shifts = () => opened.evaluate('shifts') as Promise<string[]>;
    for (const phase of ['running', ...PHASES] as const) {
      await show(opened, phase);
      // Drawn: a shift is one between two frames.
      await opened.screenshot();
    }
    expect(await shifts()).toEqual([]);
    // The measure itself works.
    await opened.evaluate(`document.querySelector('.hgs-panel').style.marginBlockStart = '40px'`);
    await opened.screenshot();
    await expect.poll(shifts).toHaveLength(1);
  });

  it('shows a row without controls until the first answer arrives', async () => {
    const opened = await openPanel(browser(), bridge, snapshotIn('running'), { viewport: small, held: ['get'] });
    await opened.getByText(en.asking).first().waitFor();
    expect(await opened.getByRole('switch').first().getAttribute('aria-disabled')).toBe('true');
    expect(await opened.getByRole('button', { name: 'Details' }).getAttribute('aria-disabled')).toBe('true');
    await keepScreenshot(opened, 'asking');
    expect(await axeViolations(opened)).toEqual([]);
  });

  it('offers a repair, with the shield, when the service is disabled', async () => {
    const page = await openPanel(
      browser(),
      bridge,
      snapshotIn('stopped', { desired: 'running', startType: 'disabled', problems: [problem('start-disabled')] }),
      { viewport: small },
    );
    await page.getByText('Disabled in Services, so it cannot start. Repair it first.').first().waitFor();
    expect(await page.getByRole('button', { name: 'Repair (asks for an administrator)' }).locator('svg').count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Start', exact: true }).count()).toBe(0);
    await keepScreenshot(page, 'disabled');
    expect(await axeViolations(page)).toEqual([]);
  });

  it('fits a window 320 pixels wide with everything open', async () => {
    const opened = await open('restarting', { viewport: { width: 320, height: 480 } });
    expect(await fitsSideways(opened)).toBe(true);
    await openDetails(opened);
    expect(await fitsSideways(opened)).toBe(true);
    await keepScreenshot(opened, 'details-320');
    await opened.getByRole('switch').first().click();
    const confirm = await opened.getByRole('button', { name: 'Turn off' }).boundingBox();
    expect((confirm?.y ?? 0) + (confirm?.height ?? 0)).toBeLessThanOrEqual(480);
    expect(await fitsSideways(opened)).toBe(true);
    await keepScreenshot(opened, 'confirm-320');
  });

  it('shows the switch, the marks and the restart delays in forced colours', async () => {
    const opened = await open('restarting', { forcedColors: 'active', colorScheme: 'dark' });
    await openDetails(opened);
    const [thumb, track] = (await opened.evaluate(`[...document.querySelectorAll('.hgs-switch-thumb, .hgs-switch')]
      .reverse().map(element => getComputedStyle(element).backgroundColor)`)) as [string, string];
    expect(thumb).not.toBe(track);
    await keepScreenshot(opened, 'details-forced');
    expect(await axeViolations(opened)).toEqual([]);
  });

  it('animates nothing with reduced motion', async () => {
    const opened = await open('starting', { reducedMotion: 'reduce' });
    await openDetails(opened);
    expect(await opened.evaluate('document.getAnimations().length')).toBe(0);
  });

  it('animates its one mark while it is busy without reduced motion', async () => {
    const opened = await open('starting', { reducedMotion: 'no-preference' });
    expect(await opened.evaluate('document.getAnimations().length')).toBe(1);
  });

  it.each(['ar-XB', 'en-XA'])('fits in %s with everything open, also at 320 pixels, and passes axe', async language => {
    const { messages } = catalogueFor(language);
    const opened = await open('restarting', { language });
    await opened.getByRole('button', { name: messages.details.open }).click();
    await opened.getByText('gateway.log').waitFor();
    await opened.getByText(messages.details.facts).click();
    await judge(opened, `details-${language}`);
    expect(await fitsSideways(opened)).toBe(true);
    await opened.setViewportSize({ width: 320, height: 640 });
    expect(await fitsSideways(opened)).toBe(true);
    await keepScreenshot(opened, `details-${language}-320`);
    await opened.getByRole('switch').first().click();
    await opened.getByRole('dialog').waitFor();
    expect(await fitsSideways(opened)).toBe(true);
    await opened.setViewportSize({ width: 720, height: 480 });
    await judge(opened, `confirm-${language}`);
  });

  it('shows only text of the catalogue, except names, paths and log lines', async () => {
    const opened = await open('restarting', { language: 'en-XA' });
    await opened.getByRole('button', { name: /Dé/ }).click();
    await opened.getByText('gateway.log').waitFor();
    await opened.getByRole('switch').first().click();
    await opened.getByRole('dialog').waitFor();
    const plain = await opened.evaluate(`(() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const found = [];
      while (walker.nextNode()) {
        const { textContent, parentElement } = walker.currentNode;
        if (/\\p{L}/u.test(textContent) && !parentElement.closest('bdi, pre') && !textContent.startsWith('[')) found.push(textContent);
      }
      return found;
    })()`);
    expect(plain).toEqual([]);
  });

  it('mirrors the panel from right to left', async () => {
    const { messages } = catalogueFor('ar-XB');
    const opened = await open('running', { language: 'ar-XB' });
    const control = await opened.getByRole('switch').first().boundingBox();
    const title = await opened.getByText(messages.title({ profile: '', profiles: [] }), { exact: true }).boundingBox();
    expect(control?.x).toBeLessThan(title?.x ?? 0);
  });
});
