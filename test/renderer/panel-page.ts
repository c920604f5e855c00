/**
 * The built page in a real browser, with a main process that the test plays. The page is served from `dist` by the browser's own request
 * hook: no server, no port.
 */

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, BrowserContextOptions, JSHandle, Page } from 'playwright';
import { build } from 'vite';
import type { Snapshot, Verb } from '../../src/desktop/ipc.ts';
import { PHASE_VIEWS } from '../../src/desktop/views.ts';
import type { FakeMain } from './fake-main.ts';
import { LOG_LINES, NOW, receiptFor } from './snapshots.ts';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
/** A name below localhost is a secure context, as the app's own scheme is; nothing listens there. */
const ORIGIN = 'http://panel.localhost';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.png': 'image/png',
};

export const contentType = (file: string): string => TYPES[path.extname(file)] ?? 'application/octet-stream';

/** A file of `fixture/`, or another one by its URL, as a classic script, as `addInitScript` takes it. */
export async function bundleFixture(name: string | URL, alias: { find: RegExp; replacement: string }[] = []): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    define: { 'process.env.NODE_ENV': '"production"' },
    oxc: { jsx: { runtime: 'automatic', development: false } },
    resolve: { alias },
    build: {
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(new URL(name, new URL('./fixture/', import.meta.url))), formats: ['iife'], name: 'fixture' },
    },
  });
  const output = Array.isArray(result) ? result[0] : result;
  if (!output || !('output' in output)) throw new Error(`${name} was not built`);
  return output.output[0].code;
}

export interface PanelOptions
  extends Pick<BrowserContextOptions, 'colorScheme' | 'forcedColors' | 'reducedMotion' | 'viewport' | 'deviceScaleFactor'> {
  /** A pseudo-locale; the page is that of the demonstration then, because the app has English only. */
  readonly language?: string;
  /** Verbs that wait for `answer` or `refuse` from the beginning; without an answer to `get` nothing is known. */
  readonly held?: readonly Verb[];
}

/** A page that shows `snapshot`; its clock stands at `NOW` until the test lets it run. */
export async function openPanel(browser: Browser, fakeBridge: string, snapshot: Snapshot, options: PanelOptions = {}): Promise<Page> {
  const { language, held = [], ...context } = options;
  const page = await (await contextOf(browser, context)).newPage();
  await page.clock.install({ time: NOW - 1_000 });
  await page.clock.pauseAt(NOW);
  const initial: Pick<FakeMain, 'snapshot' | 'receipts' | 'log' | 'held'> = {
    snapshot,
    held: [...held],
    receipts: { install: receiptFor('install'), uninstall: receiptFor('uninstall'), repair: receiptFor('repair') },
    log: { path: 'C:\\Users\\anna\\AppData\\Local\\HermesGatewayService\\HermesGateway\\gateway.log', lines: LOG_LINES, canReveal: true },
  };
  await page.addInitScript(`window.fakeInitial = ${JSON.stringify(initial)};\n${fakeBridge}`);
  await openDist(page, language);
  if (snapshot.supported && !held.includes('get'))
    await page.getByRole('switch', { disabled: !PHASE_VIEWS[snapshot.status.phase].switchable }).waitFor();
  return page;
}

const contexts = new WeakMap<Browser, Map<string, Promise<BrowserContext>>>();

/**
 * Pages of equal options share a context, in which one of them always stays: so they share a process, which has compiled the scripts of the
 * one before.
 */
function contextOf(browser: Browser, options: BrowserContextOptions): Promise<BrowserContext> {
  const known = contexts.get(browser) ?? new Map<string, Promise<BrowserContext>>();
  contexts.set(browser, known);
  const key = JSON.stringify(options);
  const found = known.get(key) ?? newContext(browser, options);
  known.set(key, found);
  return found;
}

async function newContext(browser: Browser, options: BrowserContextOptions): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 720, height: 480 }, timezoneId: 'UTC', locale: 'en-US', ...options });
  const page = await context.newPage();
  await page.route(`${ORIGIN}/**`, route => route.fulfill({ body: '' }));
  await page.goto(ORIGIN);
  return context;
}

/** The built page as it is, after whatever init scripts the test has added. */
export async function openDist(page: Page, language?: string): Promise<void> {
  await serveDist(page);
  await page.goto(`${ORIGIN}/${language ? `demo/page/panel.html?locale=${language}` : 'renderer/index.html'}`);
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

const AXE = fileURLToPath(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url));

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}

/** What axe-core finds wrong with the page: WCAG 2.2 A and AA, one line each. */
export async function axeViolations(page: Page): Promise<string[]> {
  if (await page.evaluate('typeof axe === "undefined"')) await page.evaluate(await readFile(AXE, 'utf8'));
  // Axe waits on timers: the page's clock must run.
  await page.clock.resume();
  const options = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
  const { violations } = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as AxeResult;
  return violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html}: ${node.failureSummary}`));
}

const SCREENSHOTS = fileURLToPath(new URL('../../test-results/screenshots/', import.meta.url));

/** Keeps what the page looks like for a person to judge, where `SCREENSHOTS` is set. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  if (!process.env['SCREENSHOTS']) return;
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`), fullPage: true, animations: 'disabled' });
}

/** True when nothing has to be scrolled sideways. */
export function fitsSideways(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth') as Promise<boolean>;
}
