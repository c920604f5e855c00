// An update shown below the switch: target, program, progress and end; in every colour scheme, size and writing direction.

import { beforeAll, expect, it } from 'vitest';
import { catalogueFor } from '../../demo/pseudo-locales.ts';
import type { Snapshot } from '../../src/desktop/ipc.ts';
import { en } from '../../src/desktop/messages-en.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { problem } from '../../src/model/problems.ts';
import { UPDATE_OUTCOMES } from '../../src/update/update-shape.ts';
import { describeInChromium } from '../support/chromium.ts';
import { axeViolations, bundleFixture, fakeMain, fitsSideways, keepScreenshot, openPanel, type PanelOptions } from './panel-page.ts';
import { NOW, snapshotIn, updateAt, updateEnd } from './snapshots.ts';

const LONG_LINE = 'remote: Counting objects: 63% (1234/1958), done. Receiving objects: 71% (1391/1958), 4.20 MiB | 2.10 MiB/s';
const TWO_GATEWAYS = [
  { profile: 'default', state: 'up' },
  { profile: 'work', state: 'failed', error: new GatewayServiceError('gateway-not-up').toValue() },
] as const;

/** By the name of its picture. */
const VIEWS: Readonly<Record<string, Snapshot>> = {
  stopping: snapshotIn('stopping', { desired: 'running' }, { update: updateAt('stopping') }),
  updating: snapshotIn('held-for-update', {}, { update: updateAt('updating', { progress: LONG_LINE }) }),
  'handed-off': snapshotIn('held-for-update', {}, { update: updateAt('handed-off') }),
  starting: snapshotIn('starting', {}, { update: updateAt('starting', { gateways: TWO_GATEWAYS }) }),
  updated: snapshotIn('running', {}, { updateEnd: updateEnd('updated') }),
  'not-updated': snapshotIn(
    'running',
    {},
    { updateEnd: updateEnd('not-updated', { why: new GatewayServiceError('files-in-use').toValue() }) },
  ),
  interrupted: snapshotIn('running', {}, { updateEnd: updateEnd('interrupted') }),
  failed: snapshotIn('failed', { problems: [problem('bad-update')] }, { updateEnd: updateEnd('failed') }),
};

describeInChromium('update in the panel', browser => {
  let bridge: string;

  beforeAll(async () => {
    bridge = await bundleFixture('fake-bridge.ts');
  });

  const open = (snapshot: Snapshot, options: PanelOptions = {}) => openPanel(browser(), bridge, snapshot, options);
  const calm = snapshotIn('running');

  const wide = { width: 720, height: 240 };
  it.each<[string, PanelOptions]>([
    ['light', { colorScheme: 'light', viewport: wide }],
    ['dark', { colorScheme: 'dark', viewport: wide }],
    ['forced-colours', { forcedColors: 'active', colorScheme: 'dark', viewport: wide }],
    ['320-pixels', { viewport: { width: 320, height: 320 } }],
    ['right-to-left', { language: 'ar-XB', viewport: wide }],
    ['right-to-left-320', { language: 'ar-XB', viewport: { width: 320, height: 320 } }],
    ['pseudo', { language: 'en-XA', viewport: wide }],
  ])('fits in %s at every step and at the end of an update, and passes axe', async (mode, options) => {
    const { messages } = catalogueFor(options.language ?? 'en');
    const opened = await open(calm, options);
    const main = await fakeMain(opened);
    for (const [name, snapshot] of Object.entries(VIEWS)) {
      await main.evaluate((fake, next) => fake.push(next), snapshot);
      const { update, updateEnd: end } = snapshot;
      const said = update ? messages.update.title(update) : end ? messages.update.end(end, NOW).message : '';
      await opened.getByText(said, { exact: true }).waitFor();
      await keepScreenshot(opened, `update/${mode}-${name}`);
      expect(await axeViolations(opened), name).toEqual([]);
      expect(await fitsSideways(opened), name).toBe(true);
    }
  });

  it('shows what is updated, by which program, since when, the current step and the last line of the program', async () => {
    const opened = await open(VIEWS['updating'] ?? calm);
    const update = opened.getByRole('region', { name: 'Updating Hermes from 0.19 to 0.20' });
    await update.getByText('Hermes Desktop, since 9:28:00').waitFor();
    await update.getByText(LONG_LINE, { exact: true }).waitFor();
    const stages = update.getByRole('list', { name: 'Steps of the update' });
    expect(await stages.getByRole('listitem').allTextContents()).toEqual(['Stop', 'Update', 'Start again']);
    expect(await stages.locator('[aria-current=step]').textContent()).toBe('Update');
    await update.getByText(en.update.step.updating, { exact: true }).waitFor();
  });

  it('shows the state of each gateway, and an error with a remedy', async () => {
    const opened = await open(VIEWS['starting'] ?? calm);
    const gateways = opened.getByRole('list', { name: 'Gateways' });
    const { message, remedy } = en.error(new GatewayServiceError('gateway-not-up').toValue());
    expect(await gateways.getByRole('listitem').allTextContents()).toEqual(['defaultRunning again', `workFailed: ${message} ${remedy}`]);
  });

  it.each(UPDATE_OUTCOMES)('shows the end of an update as %s in a live region until it is dismissed by the main process', async outcome => {
    const opened = await open(snapshotIn('running', {}, { updateEnd: updateEnd(outcome) }));
    const { message, remedy } = en.update.end(updateEnd(outcome), NOW);
    await opened.getByRole('status').getByText(message, { exact: true }).waitFor();
    if (remedy) await opened.getByText(remedy, { exact: true }).waitFor();
    const main = await fakeMain(opened);
    await main.evaluate((fake, without) => {
      fake.snapshot = without;
    }, calm);
    await opened.getByRole('button', { name: 'Dismiss' }).click();
    await opened.getByText(message, { exact: true }).waitFor({ state: 'detached' });
    expect(await main.evaluate(fake => fake.calls.at(-1))).toEqual({ verb: 'dismiss', payload: { profile: 'default', update: 'one' } });
    expect(await opened.evaluate('document.activeElement.getAttribute("role")')).toBe('switch');
  });

  it('shows since when a gateway is not restarted after a failed update, and offers a start', async () => {
    const opened = await open(VIEWS['failed'] ?? calm);
    await opened.getByText('Failing since an update. It is not restarted.', { exact: true }).waitFor();
    expect(await opened.getByRole('button').allTextContents()).toEqual(['Details', 'Show log', 'Start', 'Dismiss']);
    await opened.getByRole('button', { name: 'Details' }).click();
    await opened.getByText('Roll the update back, or install Hermes again', { exact: false }).last().waitFor();
  });
});
