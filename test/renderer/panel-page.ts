/**
 * The built page in a real browser, with a main process that the test plays. The page is served from `dist/renderer` by the browser's
 * own request hook: no server, no port.
 */

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, JSHandle, Page } from 'playwright';
import { build } from 'vite';
import type { Snapshot } from '../../src/desktop/ipc.ts';
import type { FakeMain } from './fake-main.ts';
import { LOG_LINES, NOW, receiptFor } from './snapshots.ts';

export const DIST = fileURLToPath(new URL('../../dist/renderer/', import.meta.url));
const FIXTURE = fileURLToPath(new URL('./fixture/fake-bridge.ts', import.meta.url));
const ORIGIN = 'http://panel.test';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

export const contentType = (file: string): string => TYPES[path.extname(file)] ?? 'application/octet-stream';

/** The fake bridge as a classic script for `addInitScript`. */
export async function bundleFakeBridge(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    build: { write: false, minify: false, lib: { entry: FIXTURE, formats: ['iife'], name: 'fakeBridge' } },
  });
  const output = Array.isArray(result) ? result[0] : result;
  if (!output || !('output' in output)) throw new Error('the fake bridge was not built');
  return output.output[0].code;
}

export interface PanelOptions extends Pick<BrowserContextOptions, 'colorScheme' | 'forcedColors' | 'reducedMotion' | 'viewport'> {
  /** Right-to-left page. */
  readonly rtl?: boolean;
  /** False: the host has no gateway bridge. */
  readonly bridge?: boolean;
}

/** A page that shows `snapshot`, its clock standing at `NOW` until the test lets it run. Failures of the page are failures of the test. */
export async function openPanel(browser: Browser, fakeBridge: string, snapshot: Snapshot, options: PanelOptions = {}): Promise<Page> {
  const { rtl = false, bridge = true, ...context } = options;
  const page = await browser.newPage({ viewport: { width: 720, height: 480 }, timezoneId: 'UTC', locale: 'en-US', ...context });
  await page.clock.install({ time: NOW });
  await page.clock.pauseAt(NOW);
  await serveDist(page);
  const initial: Pick<FakeMain, 'snapshot' | 'receipts' | 'log'> = {
    snapshot,
    receipts: { install: receiptFor('install'), uninstall: receiptFor('uninstall') },
    log: { path: 'C:\\Users\\anna\\AppData\\Local\\HermesGatewayService\\HermesGateway\\gateway.log', lines: LOG_LINES },
  };
  if (bridge) await page.addInitScript(`window.fakeInitial = ${JSON.stringify(initial)};\n${fakeBridge}`);
  else await page.addInitScript('Object.defineProperty(window, "hermesDesktop", { value: {} });');
  if (rtl) await page.addInitScript('document.addEventListener("DOMContentLoaded", () => { document.documentElement.dir = "rtl"; });');
  await page.goto(`${ORIGIN}/index.html`);
  if (bridge && snapshot.supported) await page.getByRole('switch').waitFor();
  return page;
}

/** The main process that the test plays. */
export async function fakeMain(page: Page): Promise<JSHandle<FakeMain>> {
  return (await page.evaluateHandle('window.fake')) as JSHandle<FakeMain>;
}

async function serveDist(page: Page): Promise<void> {
  await page.route(`${ORIGIN}/**`, async route => {
    const file = path.join(DIST, path.normalize(new URL(route.request().url()).pathname));
    try {
      await route.fulfill({ body: await readFile(file), contentType: contentType(file) });
    } catch {
      await route.fulfill({ status: 404, body: '' });
    }
  });
}
