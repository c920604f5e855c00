// Reactions of the panel to the user and to time: keyboard, operations, refusals, count-downs, focus.
import type { JSHandle, Page } from 'playwright';
import { beforeAll, expect, it } from 'vitest';
import type { Snapshot, Verb } from '../../src/desktop/ipc.ts';
import { shownError } from '../../src/desktop/shown-error.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import type { Operation, OperationStep } from '../../src/model/operation-steps.ts';
import { problem } from '../../src/model/problems.ts';
import type { Phase } from '../../src/model/status.ts';
import { describeInChromium } from '../support/chromium.ts';
import type { FakeMain } from './fake-main.ts';
import { axeViolations, bundleFixture, fakeMain, fitsSideways, keepScreenshot, openDist, openPanel } from './panel-page.ts';
import { ago, receiptFor, signInReceipt, snapshotIn } from './snapshots.ts';

describeInChromium('use of the panel', browser => {
  let bridge: string;
  let page: Page;
  let main: JSHandle<FakeMain>;

  beforeAll(async () => {
    bridge = await bundleFixture('fake-bridge.ts');
  });

  async function open(snapshot: Snapshot, held: readonly Verb[] = []): Promise<void> {
    page = await openPanel(browser(), bridge, snapshot);
    main = await fakeMain(page);
    await main.evaluate((fake, verbs) => fake.held.push(...verbs), held);
  }
  const push = (snapshot: Snapshot) => main.evaluate((fake, next) => fake.push(next), snapshot);
  const answer = (phase: Phase) => main.evaluate((fake, value) => fake.answer(value), snapshotIn(phase));
  const refuse = (error: GatewayServiceError, verb?: Operation) =>
    main.evaluate((fake, value) => fake.refuse(value), shownError(error, verb));
  const asked = () => main.evaluate(fake => fake.calls.map(({ verb, payload }) => ({ verb, payload })));
  const focused = () =>
    page.evaluate('document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent') as Promise<string>;
  const control = () => page.getByRole('switch').first();
  const turnedOn = () => control().getAttribute('aria-checked');

  it('turns the gateway on with the keyboard alone, and shows the receipt first', async () => {
    await open(snapshotIn('not-installed'), ['set']);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Details');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.getByRole('dialog').waitFor();
    expect((await asked()).at(-1)).toEqual({ verb: 'preview', payload: { profile: 'default', on: true } });
    expect(await focused()).toBe('Turn on');
    expect(await page.getByRole('dialog').locator('p').first().textContent()).toMatch(/^Your bots keep answering/);
    expect(await turnedOn()).toBe('false');
    await page.keyboard.press('Enter');
    await page.getByText('Turning on…').first().waitFor();
    expect((await asked()).at(-1)).toEqual({ verb: 'set', payload: { profile: 'default', on: true, mechanism: 'service' } });
    expect(await turnedOn()).toBe('true');
    expect(await control().getAttribute('aria-busy')).toBe('true');
    await answer('running');
    await page.getByText('Running for 3 hr 12 min.', { exact: false }).first().waitFor();
    expect(await control().getAttribute('aria-busy')).toBe('false');
    expect(await control().evaluate(element => element.matches(':focus'))).toBe(true);
  });

  it('shows how long the agent has been finishing its work, and ends the wait on request', async () => {
    await open(snapshotIn('running'), ['stop']);
    await page.getByRole('button', { name: 'Details' }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByText('Stopping…').first().waitFor();
    const operation = { verb: 'stop', step: 'stopping', since: ago(13_000) } as const;
    const status = { finishingWorkSince: ago(12_000) };
    await push(snapshotIn('stopping', status, { operation }));
    await page.getByText(/^Stopping\. The agent is finishing its work: 1[2-9] s\.$/).waitFor();
    await keepScreenshot(page, 'finishing-work');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Stop now' }).first().click();
    await expect.poll(async () => (await asked()).at(-1)).toEqual({ verb: 'stopNow', payload: { profile: 'default' } });
    await answer('stopped');
    await page.getByText('Stopped. It stays stopped until you start it.').first().waitFor();
  });

  it('shows what a repair changes and what it keeps, before and after the repair', async () => {
    const receipt = receiptFor('repair');
    await open(snapshotIn('running', { problems: [problem('ladder-changed')] }), ['repair']);
    await page.getByRole('button', { name: 'Repair (asks for an administrator)' }).click();
    const dialog = page.getByRole('dialog', { name: 'Repair the gateway service?' });
    await dialog.getByText('5 s → 1, 2, 4', { exact: false }).waitFor();
    await dialog.getByText('start type "manual", which a user chose').waitFor();
    expect((await asked()).map(({ verb }) => verb)).not.toContain('repair');
    await dialog.getByRole('button', { name: 'Repair' }).click();
    await page.getByText('Repairing…').first().waitFor();
    expect((await asked()).at(-1)).toEqual({ verb: 'repair', payload: { profile: 'default' } });
    const repaired = snapshotIn('running', {}, { repaired: { ...receipt, rows: receipt.rows.slice(0, 1) } });
    await main.evaluate((fake, value) => fake.answer(value), repaired);
    await page.getByRole('button', { name: 'Details' }).click();
    await page.getByRole('list', { name: 'Repaired' }).getByText('5 s → 1, 2, 4', { exact: false }).waitFor();
    await keepScreenshot(page, 'repaired');
    expect(await axeViolations(page)).toEqual([]);
  });

  it('turns the watchdog off and on among the details, and shows what it is', async () => {
    await open(snapshotIn('running'), ['setWatchdog']);
    await page.getByRole('button', { name: 'Details' }).click();
    const watchdog = page.getByRole('switch', { name: 'Restart when it hangs' });
    expect(await watchdog.getAttribute('aria-checked')).toBe('true');
    await watchdog.click();
    await expect.poll(async () => (await asked()).at(-1)).toEqual({ verb: 'setWatchdog', payload: { profile: 'default', on: false } });
    await main.evaluate((fake, value) => fake.answer(value), snapshotIn('running', { watchdog: false }));
    await expect.poll(() => watchdog.getAttribute('aria-checked')).toBe('false');
    expect(await axeViolations(page)).toEqual([]);
  });

  it('offers "before you sign in" with the consent of the switch-on, says what is missing until then, and is off by default', async () => {
    await open(snapshotIn('not-installed'), ['set']);
    await control().click();
    const dialog = page.getByRole('dialog');
    const early = dialog.getByRole('switch', { name: 'Also before you sign in' });
    expect(await early.getAttribute('aria-checked')).toBe('false');
    await dialog.getByText('no desktop, nothing that Windows keeps for you', { exact: false }).waitFor();
    await early.click();
    await keepScreenshot(page, 'before-sign-in-choice');
    expect(await axeViolations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Turn on' }).click();
    const payload = { profile: 'default', on: true, mechanism: 'service', beforeSignIn: true };
    await expect.poll(async () => (await asked()).at(-1)).toEqual({ verb: 'set', payload });
  });

  it('changes "before you sign in" among the details, and says why an account cannot have it', async () => {
    const session = { id: 0, user: 'PC\\anna', beforeSignIn: true } as const;
    await open(snapshotIn('running', { beforeSignIn: 'yes', session }), ['set']);
    await page.getByRole('button', { name: 'Details' }).click();
    await page.getByText('Facts').click();
    await page.getByText('Before sign-in (PC\\anna)').waitFor();
    const early = page.getByRole('switch', { name: 'Also before you sign in' });
    expect(await early.getAttribute('aria-checked')).toBe('true');
    await keepScreenshot(page, 'before-sign-in');
    expect(await axeViolations(page)).toEqual([]);
    await early.click();
    const payload = { profile: 'default', on: true, mechanism: 'service', beforeSignIn: false };
    await expect.poll(async () => (await asked()).at(-1)).toEqual({ verb: 'set', payload });
    await main.evaluate((fake, value) => fake.answer(value), snapshotIn('running', { beforeSignIn: 'unavailable' }));
    await page.getByText('Not available for your account', { exact: false }).waitFor();
    expect(await early.isDisabled()).toBe(true);
  });

  it('repairs without a dialog when nothing has to change', async () => {
    await open(snapshotIn('failed'), ['repair']);
    await main.evaluate(fake => {
      fake.receipts = { ...fake.receipts, repair: { ...fake.receipts.repair, rows: [] } };
    });
    await page.getByRole('button', { name: 'Details' }).click();
    await page.getByRole('button', { name: 'Repair' }).click();
    await page.getByText('Repairing…').first().waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('shows each step of the installation until the gateway runs', async () => {
    await open(snapshotIn('not-installed'), ['set']);
    await control().click();
    await page.getByRole('button', { name: 'Turn on' }).click();
    const step = (now: OperationStep) =>
      push(snapshotIn('not-installed', {}, { operation: { verb: 'install', step: now, since: ago(0) } }));
    await step('consent');
    await page.getByText('Approve the Windows prompt.', { exact: false }).first().waitFor();
    await keepScreenshot(page, 'progress');
    expect(await axeViolations(page)).toEqual([]);
    await step('registering');
    await page.getByText('Registering the service…').first().waitFor();
    expect(await turnedOn()).toBe('true');
    await answer('running');
    await page.getByRole('button', { name: 'Restart' }).waitFor();
  });

  it('has the focus on "Cancel" before it turns off, and keeps history and logs unless the user chooses otherwise', async () => {
    await open(snapshotIn('running'), ['set']);
    await control().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Your bots stop answering.', { exact: false }).waitFor();
    expect(await focused()).toBe('Cancel');
    expect((await asked()).at(-1)).toEqual({ verb: 'preview', payload: { profile: 'default', on: false, keepLogs: true } });
    // The changes are reached and unfolded with the keyboard.
    await page.keyboard.press('Shift+Tab');
    expect(await focused()).toBe('Show all 4 changes');
    await page.keyboard.press('Enter');
    await dialog.getByRole('list', { name: 'This changes:' }).waitFor();
    await keepScreenshot(page, 'turn-off');
    expect(await axeViolations(page)).toEqual([]);
    const keep = dialog.getByRole('switch', { name: 'Keep history and logs' });
    expect(await keep.getAttribute('aria-checked')).toBe('true');
    await keep.click();
    await dialog.getByText('They are deleted.').waitFor();
    await expect.poll(async () => (await asked()).at(-1)?.payload).toEqual({ profile: 'default', on: false, keepLogs: false });
    await dialog.getByRole('button', { name: 'Turn off' }).click();
    await expect
      .poll(async () => (await asked()).at(-1))
      .toEqual({ verb: 'set', payload: { profile: 'default', on: false, keepLogs: false } });
  });

  it('changes nothing when the dialog is closed with Escape', async () => {
    await open(snapshotIn('running'));
    await control().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await asked()).map(({ verb }) => verb)).not.toContain('set');
    expect(await control().evaluate(element => element.matches(':focus'))).toBe(true);
    expect(await turnedOn()).toBe('true');
  });

  it('opens and closes the details with the keyboard, and reads the log only while they are open', async () => {
    await open(snapshotIn('running'));
    expect((await asked()).map(({ verb }) => verb)).not.toContain('logs');
    await page.getByRole('button', { name: 'Details' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Log' }).filter({ hasText: 'telegram' }).last().waitFor();
    expect((await asked()).at(-1)?.verb).toBe('logs');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
    await page.getByText('Windows service').waitFor({ state: 'detached' });
    expect(await focused()).toBe('Details');
  });

  it('reads the log again after an event of the gateway, and not at intervals', async () => {
    await open(snapshotIn('running'));
    await page.getByRole('button', { name: 'Details' }).click();
    await page.getByText('telegram').first().waitFor();
    const reads = async () => (await asked()).filter(({ verb }) => verb === 'logs').length;
    const before = await reads();
    await page.clock.runFor(600_000);
    await push(snapshotIn('running', { uptimeMs: 1 }));
    expect(await reads()).toBe(before);
    await main.evaluate(fake => {
      fake.log = { ...fake.log, lines: [...fake.log.lines, 'a line of the next gateway'] };
    });
    await push(snapshotIn('running', { gatewayPid: 7313 }));
    await page.getByText('a line of the next gateway').waitFor();
    await main.evaluate(fake => {
      fake.log = { ...fake.log, lines: ['a line about its trouble'] };
    });
    await push(
      snapshotIn('running', { gatewayPid: 7313 }, { history: [{ at: ago(1), kind: 'noted', what: 'held', reason: 'an update' }] }),
    );
    await page.getByText('a line about its trouble').waitFor();
    expect(await reads()).toBe(before + 2);
  });

  it('stays at the end of a growing log unless the user has scrolled up', async () => {
    await open(snapshotIn('running'));
    await page.getByRole('button', { name: 'Details' }).click();
    const log = page.getByRole('region', { name: 'Log' }).locator('pre');
    await log.filter({ hasText: 'telegram' }).waitFor();
    const grow = async (pid: number) => {
      await main.evaluate((fake, last) => {
        fake.log = { ...fake.log, lines: [...fake.log.lines, `the line ${last}`] };
      }, pid);
      await push(snapshotIn('running', { gatewayPid: pid }));
      await log.filter({ hasText: `the line ${pid}` }).waitFor();
    };
    const hiddenBelow = () =>
      log.evaluate(pre => {
        const box = pre.parentElement?.getBoundingClientRect();
        return box ? pre.getBoundingClientRect().bottom - box.bottom : Number.NaN;
      });
    await grow(1);
    expect(await hiddenBelow()).toBeLessThanOrEqual(0);
    await log.evaluate(pre => pre.parentElement?.scrollBy(0, -100));
    await grow(2);
    expect(await hiddenBelow()).toBeGreaterThan(50);
  });

  it('keeps the error of a failed operation while the log is read again', async () => {
    await open(snapshotIn('stopped'), ['start']);
    await page.getByRole('button', { name: 'Details' }).click();
    await page.getByText('telegram').first().waitFor();
    await page.getByRole('button', { name: 'Start' }).click();
    await refuse(new GatewayServiceError('gateway-not-up'));
    await page.getByRole('alert').getByText('The gateway did not start.').waitFor();
    await main.evaluate(fake => {
      fake.log = { ...fake.log, lines: ['why it did not'] };
    });
    await push(snapshotIn('failed'));
    await page.getByText('why it did not').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('The gateway did not start.');
  });

  it('shows the reason of a refused configuration once, beside the problem', async () => {
    const reason = 'The gateway reports an error in its configuration (exit code 78).';
    await open(snapshotIn('needs-attention', { detail: reason, lastExit: { code: 78, reason, at: ago(0) } }, { history: [] }));
    await page.getByRole('button', { name: 'Details' }).click();
    await page.getByText('Last exit').waitFor();
    expect(await page.getByText(reason, { exact: false }).count()).toBe(1);
    expect(await page.getByText('Reason', { exact: true }).count()).toBe(0);
  });

  it('shows no error after a declined consent', async () => {
    await open(snapshotIn('not-installed'), ['set']);
    await control().click();
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByText('Turning on…').first().waitFor();
    await refuse(new GatewayServiceError('consent-declined'), 'install');
    await page.getByRole('status').getByText('Not turned on: the Windows prompt was declined.').waitFor();
    await keepScreenshot(page, 'declined');
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await turnedOn()).toBe('false');
    // What is no failure has no log and no details.
    expect(await page.getByRole('button').allTextContents()).toEqual(['Details', 'Try again', 'Start at sign-in instead', 'Dismiss']);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('dialog').waitFor();
    expect((await asked()).at(-1)).toEqual({ verb: 'preview', payload: { profile: 'default', on: true } });
  });

  it('says how to find the prompt of Windows while it waits for it, and cancels that', async () => {
    const operation = { verb: 'uninstall', step: 'consent', since: ago(0) } as const;
    await open(snapshotIn('running', {}, { operation }));
    await page.getByText('Approve the Windows prompt. Not visible? Look for the shield in the taskbar.').first().waitFor();
    await keepScreenshot(page, 'consent');
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect((await asked()).at(-1)).toEqual({ verb: 'cancelConsent', payload: { profile: 'default' } });
    await push(snapshotIn('running', {}, { lastError: shownError(new GatewayServiceError('consent-cancelled'), 'uninstall') }));
    await page.getByRole('status').getByText('Not turned off: you cancelled it.').waitFor();
    expect(await page.getByRole('button', { name: 'Start at sign-in instead' }).count()).toBe(0);
  });

  it('offers the sign-in start after a declined consent, shows its receipt, and installs what was shown', async () => {
    await open(snapshotIn('not-installed', {}, { lastError: shownError(new GatewayServiceError('consent-declined'), 'install') }), ['set']);
    await main.evaluate((fake, receipt) => {
      fake.receipts = { ...fake.receipts, install: receipt };
    }, signInReceipt());
    await page.getByRole('button', { name: 'Start at sign-in instead' }).click();
    await page.getByRole('dialog').getByText('Start the gateway when you sign in?').waitFor();
    expect((await asked()).at(-1)).toEqual({ verb: 'preview', payload: { profile: 'default', on: true, mechanism: 'startup' } });
    await page.getByRole('dialog').getByText('ends when you sign out', { exact: false }).waitFor();
    expect(await page.getByText('Windows will ask for an administrator', { exact: false }).count()).toBe(0);
    await keepScreenshot(page, 'sign-in-offer');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByText('Turning on…').first().waitFor();
    expect((await asked()).at(-1)).toEqual({ verb: 'set', payload: { profile: 'default', on: true, mechanism: 'startup' } });
  });

  it('offers no sign-in start when it is not available or when something else has failed', async () => {
    const declined = { lastError: shownError(new GatewayServiceError('consent-declined'), 'install') };
    await open(snapshotIn('not-installed', {}, { ...declined, mechanisms: ['service'] }));
    await page.getByRole('status').getByText('Not turned on', { exact: false }).waitFor();
    expect(await page.getByRole('button', { name: 'Start at sign-in instead' }).count()).toBe(0);
    await push(snapshotIn('not-installed', {}, { lastError: shownError(new GatewayServiceError('gateway-not-up')) }));
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('button', { name: 'Start at sign-in instead' }).count()).toBe(0);
  });

  it('explains the sign-in start, reports that Windows has it switched off, and offers the service instead', async () => {
    const startup = { mechanism: 'startup', problems: [problem('startup-disabled')] } as const;
    await open(snapshotIn('running', startup), ['set']);
    await page.getByRole('button', { name: 'Details' }).click();
    await page.getByText('Facts').click();
    await page.getByText('Sign-in start', { exact: true }).waitFor();
    await page.getByText('ends when you sign out', { exact: false }).waitFor();
    await page.getByText("Windows' own switch for this Startup app is off", { exact: false }).waitFor();
    await keepScreenshot(page, 'sign-in-start');
    await page.getByRole('button', { name: 'Run as a service (asks for an administrator)' }).click();
    await page.getByRole('dialog').getByText('Run the gateway as a service?').waitFor();
    expect((await asked()).at(-1)).toEqual({ verb: 'preview', payload: { profile: 'default', on: true, mechanism: 'service' } });
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByText('Turning on…').first().waitFor();
    expect((await asked()).at(-1)).toEqual({ verb: 'set', payload: { profile: 'default', on: true, mechanism: 'service' } });
  });

  it('shows why an operation failed with a remedy until the next one begins', async () => {
    await open(snapshotIn('stopped'), ['start']);
    await page.getByRole('button', { name: 'Start' }).click();
    await refuse(new GatewayServiceError('gateway-not-up'), 'start');
    await page.getByRole('alert').getByText('The gateway did not start.').waitFor();
    await page.getByRole('alert').getByText('The log shows why. Fix the cause, then try again.').waitFor();
    await keepScreenshot(page, 'error');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await answer('running');
    await page.getByRole('button', { name: 'Restart' }).waitFor();
  });

  it('shows the log for an error, copies its details, and dismisses it', async () => {
    await open(snapshotIn('failed', {}, { lastError: shownError(new GatewayServiceError('timed-out'), 'start') }));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('alert').waitFor();
    await page.getByRole('button', { name: 'Copy details' }).click();
    await page.getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain('last error: timed-out');
    await page.getByRole('button', { name: 'Show log' }).click();
    await page.getByRole('region', { name: 'Log' }).first().waitFor();
    await push(snapshotIn('failed'));
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });

  it('dismisses an error that only this window has', async () => {
    await open(snapshotIn('running'), ['logs']);
    await page.getByRole('button', { name: 'Details' }).click();
    await refuse(new GatewayServiceError('permission-denied'));
    await page.getByRole('alert').waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    expect((await asked()).at(-1)).toEqual({ verb: 'dismiss', payload: { profile: 'default' } });
  });

  it('passes axe with an error on the page', async () => {
    await open(snapshotIn('stopped', {}, { lastError: shownError(new GatewayServiceError('timed-out')) }));
    await page.getByRole('alert').waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });

  it('shows the steps of an operation that another window began', async () => {
    await open(snapshotIn('running'));
    await push(snapshotIn('running', {}, { operation: { verb: 'update', step: 'updating', subject: 'pip', since: ago(0) } }));
    await page.getByText('Updating (pip)…').first().waitFor();
    expect(await control().getAttribute('aria-busy')).toBe('true');
    expect(await page.getByRole('button', { name: 'Restart' }).getAttribute('aria-disabled')).toBe('true');
  });

  it('keeps the keyboard focus in the panel when the focused button is removed', async () => {
    await open(snapshotIn('running'), ['restart']);
    await page.getByRole('button', { name: 'Restart' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Restarting…').first().waitFor();
    expect(await focused()).toBe('Restart');
    await page.keyboard.press('Enter');
    expect((await asked()).filter(({ verb }) => verb === 'restart')).toHaveLength(1);
    await answer('starting');
    await page.getByRole('button', { name: 'Restart' }).waitFor({ state: 'detached' });
    expect(await control().evaluate(element => element.matches(':focus'))).toBe(true);
  });

  it('never takes the focus from another element', async () => {
    await open(snapshotIn('running'));
    await push(snapshotIn('starting'));
    await page.getByRole('button', { name: 'Restart' }).waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement === document.body')).toBe(true);
  });

  it('sets no focus after a click outside every control', async () => {
    await open(snapshotIn('running'));
    await page.getByRole('button', { name: 'Restart' }).focus();
    await page.mouse.click(300, 400);
    await push(snapshotIn('starting'));
    await page.getByRole('button', { name: 'Restart' }).waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement === document.body')).toBe(true);
  });

  it('counts the seconds until the next attempt down, and announces the attempt once', async () => {
    await open(snapshotIn('restarting'));
    await page.evaluate(`globalThis.heard = 0; new MutationObserver(() => { heard += 1; })
      .observe(document.querySelector('[role=status]'), { childList: true, characterData: true, subtree: true })`);
    await page.getByText('Next try in 14 sec.', { exact: false }).first().waitFor();
    await page.clock.runFor(1_000);
    await page.getByText('Next try in 13 sec.', { exact: false }).first().waitFor();
    await page.clock.runFor(12_000);
    await page.getByText('Next try in 1 sec.', { exact: false }).first().waitFor();
    await page.clock.runFor(1_000);
    await page.getByText('Starting it again.', { exact: false }).first().waitFor();
    expect(await page.evaluate('heard')).toBe(0);
  });

  it('uses no timer after the count-down has ended', async () => {
    await open(snapshotIn('restarting'));
    await page.clock.runFor(15_000);
    await page.getByText('Starting it again.', { exact: false }).first().waitFor();
    expect(await timersIn(600_000)).toBe(0);
  });

  it('uses no timer while nothing shown depends on the clock', async () => {
    await open(snapshotIn('stopped'));
    expect(await timersIn(600_000)).toBe(0);
  });

  it('uses no timer while the page is hidden, and shows the current state when it is visible again', async () => {
    await open(snapshotIn('running'));
    await hide(true);
    expect(await timersIn(600_000)).toBe(0);
    await hide(false);
    await page.getByText('Running for 3 hr 22 min.', { exact: false }).first().waitFor();
  });

  it('updates the uptime every minute', async () => {
    await open(snapshotIn('running'));
    await page.clock.runFor(60_000);
    await page.getByText('Running for 3 hr 13 min.', { exact: false }).first().waitFor();
  });

  it('copies the details without names or secrets', async () => {
    await open(snapshotIn('restarting', { session: { id: 1, user: 'PC\\anna' } }));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Details' }).click();
    await page.getByText('gateway.log').waitFor();
    await page.getByRole('button', { name: 'Copy details' }).click();
    await page.getByText('Copied').waitFor();
    const copied = (await page.evaluate('navigator.clipboard.readText()')) as string;
    expect(copied).toContain('phase: restarting');
    expect(copied).toContain('user agent: Mozilla');
    expect(copied).not.toMatch(/anna/i);
  });

  it('asks the user to update the app when the service sends a newer schema', async () => {
    await open(snapshotIn('running'));
    await push({ ...snapshotIn('running'), schema: 2 } as unknown as Snapshot);
    await page.getByText('newer than this app', { exact: false }).first().waitFor();
    expect(await control().getAttribute('aria-disabled')).toBe('true');
  });

  it('lists several profiles, and keeps the state of each apart', async () => {
    const profiles = ['default', 'work'];
    const work = (phase: Phase) => snapshotIn(phase, { profile: 'work', service: 'HermesGateway-work' }, { profile: 'work', profiles });
    await open(snapshotIn('running', {}, { profiles }), ['restart']);
    await push(work('stopped'));
    const choice = page.getByRole('combobox', { name: 'Profile' });
    expect(await choice.getByRole('option').allTextContents()).toEqual(['default (Running)', 'work (Stopped)']);
    await page.getByRole('button', { name: 'Restart' }).click();
    await page.getByText('Restarting…').first().waitFor();
    await keepScreenshot(page, 'profiles');
    expect(await axeViolations(page)).toEqual([]);

    await choice.selectOption('work');
    await page.getByRole('switch', { name: 'Run gateway as service: work' }).waitFor();
    await page.getByText('Stopped. It stays stopped until you start it.').first().waitFor();
    expect(await asked()).toContainEqual({ verb: 'get', payload: { profile: 'work' } });
    await push(snapshotIn('failed', {}, { profiles }));
    expect(await page.getByRole('button', { name: 'Start' }).count()).toBe(1);
    await page.getByRole('button', { name: 'Start' }).click();
    expect((await asked()).at(-1)).toEqual({ verb: 'start', payload: { profile: 'work' } });

    await choice.selectOption('default');
    await page.getByText('Restarting…').first().waitFor();
    await refuse(new GatewayServiceError('gateway-not-up'));
    await page.getByRole('alert').getByText('The gateway did not start.').waitFor();
    await choice.selectOption('work');
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });

  it('asks before a restart what becomes of the work of the agent, and shows a restart that waits for it', async () => {
    await open(snapshotIn('running'));
    const work = (value: NonNullable<FakeMain['work']>) =>
      main.evaluate((fake, now) => {
        fake.work = now;
      }, value);
    await work({ active: 2, isComplete: true });
    await page.getByRole('button', { name: 'Restart' }).click();
    const question = page.getByRole('group', { name: 'The agent is at work on 2 tasks. A restart gives it 45 seconds to finish.' });
    expect(await question.getByRole('button').allTextContents()).toEqual(['When the agent has finished', 'Restart now', 'Cancel']);
    expect(await focused()).toBe('When the agent has finished');
    await keepScreenshot(page, 'restart-question');
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    expect(await focused()).toBe('Restart');
    expect((await asked()).map(({ verb }) => verb)).not.toContain('restart');

    await page.keyboard.press('Enter');
    await question.getByRole('button', { name: 'When the agent has finished' }).click();
    await expect.poll(async () => (await asked()).at(-1)?.verb).toBe('restartWhenIdle');
    await push(snapshotIn('running', { restartWhenIdle: true }));
    await page.getByText('Restarts when the agent has finished.', { exact: false }).first().waitFor();
    expect(await page.getByRole('button', { name: 'Restart', exact: true }).count()).toBe(0);
    await keepScreenshot(page, 'restart-waits');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(async () => (await asked()).at(-1)?.verb).toBe('cancelRestart');

    // What is not counted has no known end.
    await push(snapshotIn('running'));
    await work({ active: 1, isComplete: false });
    await page.getByRole('button', { name: 'Restart', exact: true }).click();
    await page.getByRole('button', { name: 'Restart now' }).waitFor();
    expect(await page.getByRole('button', { name: 'When the agent has finished' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Restart now' }).click();
    await expect.poll(async () => (await asked()).at(-1)?.verb).toBe('restart');
  });

  it('tests the recovery after one question, and shows how soon the gateway was back', async () => {
    await open(snapshotIn('running'));
    await page.getByRole('button', { name: 'Details' }).click();
    await page.getByRole('button', { name: 'Test recovery' }).click();
    await page.getByText('Your bots are away for about 2 seconds.', { exact: false }).waitFor();
    await keepScreenshot(page, 'recovery-test');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Test now' }).click();
    await expect.poll(async () => (await asked()).map(({ verb }) => verb)).toContain('testRecovery');
    await push(snapshotIn('running', {}, { recoveryMs: 1_312 }));
    await page.getByRole('status').getByText('Back in 1.3 sec.').waitFor();
    await push(snapshotIn('degraded'));
    expect(await page.getByRole('button', { name: 'Test recovery' }).getAttribute('aria-disabled')).toBe('true');
  });

  it('shows instead of the operation that a start takes long, with what the gateway printed last', async () => {
    const lastLine = 'telegram: waiting for the network';
    await open(snapshotIn('starting', { phaseSince: ago(14_000) }, { operation: { verb: 'start', since: ago(14_000) } }));
    await page.getByText('Starting…').first().waitFor();
    await page.clock.runFor(1_000);
    await page.getByText('Still starting (15 sec).').waitFor();
    await push(snapshotIn('starting', { phaseSince: ago(14_000), lastLine }, { operation: { verb: 'start', since: ago(14_000) } }));
    await page.clock.runFor(25_000);
    await page.getByText(`Still starting (40 sec). It printed: ${lastLine}.`).waitFor();
    await keepScreenshot(page, 'still-starting');
  });

  it('lists four profiles with the sentence and the switch of each, and shows below what belongs to the selected one', async () => {
    const profiles = ['default', 'family', 'home', 'work'];
    const inProfile = (profile: string, phase: Phase, over: Partial<Snapshot['status']> = {}) =>
      snapshotIn(phase, { profile, ...over }, { profile, profiles });
    await open(inProfile('default', 'running'));
    await push(inProfile('family', 'restarting'));
    await push(inProfile('work', 'not-installed'));
    const list = page.getByRole('list', { name: 'Profiles' });
    const row = (profile: string) => list.getByRole('button', { name: profile });
    expect(await list.getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringMatching(/^default\s+Running for 3 hr 12 min\. Windows restarts it if it stops\.$/),
      expect.stringMatching(/^family\s+Keeps crashing .* Next try in 14 sec\.$/),
      expect.stringMatching(/^home\s+Reading its state…$/),
      expect.stringMatching(/^work\s+Off\./),
    ]);
    expect(await page.getByRole('combobox').count()).toBe(0);
    expect(await page.getByRole('switch').count()).toBe(4);
    expect(await row('default').getAttribute('aria-current')).toBe('true');
    // The time of a profile that is not selected passes as well.
    await page.clock.runFor(1_000);
    await row('family').getByText('Next try in 13 sec.').waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await keepScreenshot(page, `profile-list-${colorScheme}`);
    }

    await row('default').press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Run gateway as service: family').waitFor();
    expect(await row('family').getAttribute('aria-current')).toBe('true');
    await page.getByRole('button', { name: 'Try now' }).click();
    expect((await asked()).at(-1)).toEqual({ verb: 'restart', payload: { profile: 'family' } });

    const ofWork = { ...receiptFor('install'), profile: 'work' };
    await main.evaluate((fake, install) => {
      fake.receipts = { ...fake.receipts, install };
    }, ofWork);
    await list.getByRole('switch', { name: 'work' }).click();
    await page.getByRole('dialog', { name: 'Run the gateway as a service?' }).waitFor();
    expect(await asked()).toContainEqual({ verb: 'preview', payload: { profile: 'work', on: true } });
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await fitsSideways(page)).toBe(true);
    await keepScreenshot(page, 'profile-list-320');
    expect(await axeViolations(page)).toEqual([]);
  });

  it('shows no profile choice when there is one profile', async () => {
    await open(snapshotIn('running'));
    expect(await page.getByRole('combobox').count()).toBe(0);
  });

  it('finds a word in the log regardless of case, and shows the number of matching lines', async () => {
    await open(snapshotIn('running'));
    await main.evaluate(fake => {
      fake.log = { ...fake.log, lines: ['Telegram is up', 'a.b (x)', 'telegram is down'] };
    });
    await page.getByRole('button', { name: 'Details' }).click();
    const log = page.getByRole('region', { name: 'Log' });
    const filter = page.getByRole('searchbox', { name: 'Filter the log' });
    await filter.fill('TELEGRAM');
    await log.getByText('2 of 3').waitFor();
    expect(await log.locator('pre').textContent()).toBe('Telegram is up\ntelegram is down\n');
    await filter.fill('b (');
    await log.getByText('1 of 3').waitFor();
    await filter.fill('.*');
    await page.getByText('No line matches.').waitFor();
    await keepScreenshot(page, 'log-filter');
    expect(await axeViolations(page)).toEqual([]);
    await page.evaluate(`document.addEventListener('keydown', ({ key }) => { if (key === 'Escape') globalThis.left = true; })`);
    for (let each = 0; each < 2; each += 1) await page.keyboard.press('Escape');
    expect(await filter.inputValue()).toBe('');
    await log.getByText('a.b (x)').waitFor();
    await page.getByRole('button', { name: 'Copy details' }).focus();
    await page.keyboard.press('Escape');
    await filter.waitFor({ state: 'detached' });
    expect(await page.evaluate('globalThis.left')).toBeUndefined();
    // With the details closed, Escape is for what surrounds the panel.
    await page.keyboard.press('Escape');
    expect(await page.evaluate('globalThis.left')).toBe(true);
  });

  it('says what happens after an update of Windows, and opens the setting that changes it', async () => {
    await open(snapshotIn('waiting-for-sign-in'));
    await page.getByRole('button', { name: 'Details' }).click();
    await page.getByText('The gateway waits until you sign in.').waitFor();
    await page.getByRole('button', { name: 'Sign-in options' }).click();
    expect((await asked()).at(-1)).toEqual({ verb: 'openSignInOptions', payload: { profile: 'default' } });
  });

  it('opens the folder of the log only where the host can', async () => {
    await open(snapshotIn('running'));
    await page.getByRole('button', { name: 'Details' }).click();
    await page.getByRole('button', { name: 'Open log folder' }).click();
    expect((await asked()).at(-1)).toEqual({ verb: 'reveal', payload: { profile: 'default' } });
    await main.evaluate(fake => {
      fake.log = { ...fake.log, canReveal: false };
    });
    await push(snapshotIn('degraded'));
    await page.getByRole('button', { name: 'Open log folder' }).waitFor({ state: 'detached' });
  });

  it('keeps its layout with very long log lines', async () => {
    await open(snapshotIn('running'));
    await main.evaluate(fake => {
      fake.log = { ...fake.log, lines: Array.from({ length: 200 }, () => `${'x'.repeat(4_096)}…`) };
    });
    await page.getByRole('button', { name: 'Details' }).click();
    await page.locator('pre').filter({ hasText: 'xxx' }).waitFor();
    expect(await fitsSideways(page)).toBe(true);
    const box = await page.getByRole('button', { name: 'Copy details' }).boundingBox();
    expect(box?.y).toBeLessThan(1_000);
  });

  it('shows an uninstall from outside while the details are open, and closes the dialog that no longer applies', async () => {
    await open(snapshotIn('running'));
    await page.getByRole('button', { name: 'Details' }).click();
    await control().click();
    await page.getByRole('dialog').waitFor();
    await push(snapshotIn('not-installed'));
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await turnedOn()).toBe('false');
    // While it is off there is nothing to read but what turning it on does.
    await page
      .getByRole('region', { name: 'What turning it on does' })
      .getByText('in your own Windows session', { exact: false })
      .waitFor();
    for (const name of ['Restart delays in seconds', 'History', 'Log'])
      expect(await page.getByRole('region', { name }).count(), name).toBe(0);
    expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(0);
    expect((await asked()).map(({ verb }) => verb)).not.toContain('set');
    expect(await axeViolations(page)).toEqual([]);
  });

  it('closes the dialog when another window starts an operation', async () => {
    await open(snapshotIn('running'));
    await control().click();
    await page.getByRole('dialog').waitFor();
    await push(snapshotIn('running', {}, { operation: { verb: 'update', since: ago(0) } }));
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await push(snapshotIn('running'));
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('shows nothing when the service is not supported', async () => {
    await open(snapshotIn('unsupported', {}, { supported: false }));
    await page.waitForFunction('window.fake.calls.length > 0');
    expect(await page.getByRole('main').textContent()).toBe('');
  });

  it('shows the login-item switch of the app, with the state that the system returns', async () => {
    const bridgeOfLogin = `let openAtLogin = false;
      let refuse = false;
      window.refuseNext = () => { refuse = true; };
      const reply = () => ({ ok: true, value: { openAtLogin, supported: true } });
      Object.defineProperty(window, 'hermesDesktop', { value: { loginItem: {
        get: async () => reply(),
        set: async on => { if (refuse) return { ok: false }; openAtLogin = on; return reply(); } } } });`;
    page = await openDist(browser(), bridgeOfLogin);
    const login = page.getByRole('switch', { name: 'Open this app when you sign in' });
    await login.click();
    await expect.poll(() => login.getAttribute('aria-checked')).toBe('true');
    await page.evaluate('refuseNext()');
    await login.click();
    await page.getByRole('alert').getByText('This could not be changed.').waitFor();
    expect(await login.getAttribute('aria-checked')).toBe('true');
    await keepScreenshot(page, 'login-item');
    expect(await axeViolations(page)).toEqual([]);
  });

  it('shows nothing in an app without the bridge', async () => {
    page = await openDist(browser(), 'Object.defineProperty(window, "hermesDesktop", { value: {} });');
    await page.getByRole('main').waitFor({ state: 'attached' });
    expect(await page.getByRole('main').textContent()).toBe('');
  });

  it("uses the host's own components when they are given", async () => {
    const host = await bundleFixture('host-page.tsx');
    page = await openPanel(browser(), bridge, snapshotIn('not-installed'));
    await page.evaluate(host);
    await page.getByText('host row').waitFor();
    await page.getByRole('checkbox', { name: 'Run gateway as service' }).click();
    await page.getByText('host question: Run the gateway as a service?').waitFor();
    await page.getByRole('button', { name: 'host button: yes' }).click();
    await page.waitForFunction('window.fake.calls.some(call => call.verb === "set")');
  });

  /** Timers that the page sets while this much time passes. */
  async function timersIn(ms: number): Promise<number> {
    await page.evaluate(
      `globalThis.timers = 0; { const set = setTimeout; globalThis.setTimeout = (...given) => { timers += 1; return set(...given); }; }`,
    );
    await page.clock.runFor(ms);
    return (await page.evaluate('timers')) as number;
  }

  async function hide(hidden: boolean): Promise<void> {
    await page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'))`);
  }
});
