/** The built page in a real browser, with a main process that the test plays. */

import { readFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, JSHandle, Page } from 'playwright';
import { build } from 'vite';
import type { Snapshot, Verb } from '../../src/desktop/ipc.ts';
import { canSwitch } from '../../src/desktop/views.ts';
import type { FakeMain } from './fake-main.ts';
import { LOG_LINES, NOW, receiptFor } from './snapshots.ts';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

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

type Look = Pick<BrowserContextOptions, 'colorScheme' | 'forcedColors' | 'reducedMotion' | 'viewport' | 'deviceScaleFactor'>;

export interface PanelOptions extends Look {
  /** A pseudo-locale; the page is that of the demonstration then, because the app has English only. */
  readonly language?: string;
  /** Verbs that wait for `answer` or `refuse` from the beginning; without an answer to `get` nothing is known. */
  readonly held?: readonly Verb[];
}

/** The page that shows `snapshot`; its clock stands at `NOW` until the test lets it run. */
export async function openPanel(browser: Browser, fakeBridge: string, snapshot: Snapshot, options: PanelOptions = {}): Promise<Page> {
  const { language, held = [], ...look } = options;
  const initial: Pick<FakeMain, 'snapshot' | 'receipts' | 'log' | 'held'> = {
    snapshot,
    held: [...held],
    receipts: { install: receiptFor('install'), uninstall: receiptFor('uninstall'), repair: receiptFor('repair') },
    log: {
      path: 'C:\\Users\\anna\\AppData\\Local\\HermesGatewayService\\HermesGateway\\gateway.log',
      lines: LOG_LINES,
      stamp: '',
      canReveal: true,
    },
  };
  const page = await openDist(browser, `window.fakeInitial = ${JSON.stringify(initial)};\n${fakeBridge}`, look, language);
  if (snapshot.supported && !held.includes('get')) await page.getByRole('switch', { disabled: !canSwitch(snapshot) }).waitFor();
  return page;
}

/** The built page as it is after `before`, a script that runs before its own. */
export async function openDist(browser: Browser, before: string, look: Look = {}, language?: string): Promise<Page> {
  const page = await pageOf(browser, look.deviceScaleFactor);
  await page.mouse.move(0, 0);
  await page.setViewportSize(look.viewport ?? { width: 720, height: 480 });
  const { colorScheme = 'light', forcedColors = 'none', reducedMotion = 'no-preference' } = look;
  await page.emulateMedia({ colorScheme, forcedColors, reducedMotion });
  await page.clock.install({ time: NOW - 1_000 });
  await page.clock.pauseAt(NOW);
  const script = await page.addInitScript(before);
  await page.goto(`${await origin()}/${language ? `demo/page/panel.html?locale=${language}` : 'renderer/index.html'}`);
  await script.dispose();
  return page;
}

const pages = new WeakMap<Browser, Map<number, Promise<Page>>>();

/** The one page of this scale: to load it anew gives a fresh document, and costs half of what a new page costs. */
function pageOf(browser: Browser, deviceScaleFactor = 1): Promise<Page> {
  const known = pages.get(browser) ?? new Map<number, Promise<Page>>();
  pages.set(browser, known);
  const found = known.get(deviceScaleFactor) ?? browser.newPage({ timezoneId: 'UTC', locale: 'en-US', deviceScaleFactor });
  known.set(deviceScaleFactor, found);
  return found;
}

let listening: Promise<string> | undefined;

/** Where `dist` is served. Over a socket, because a browser keeps no scripts of answers that a test makes up. */
function origin(): Promise<string> {
  listening ??= new Promise((resolve, reject) => {
    const server = http.createServer(async (request, response) => {
      const file = path.join(DIST, path.normalize(new URL(request.url ?? '/', 'http://localhost').pathname));
      try {
        const body = await readFile(file);
        response.writeHead(200, { 'content-type': contentType(file), 'cache-control': 'max-age=3600' }).end(body);
      } catch {
        response.writeHead(404).end();
      }
    });
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
    server.unref();
  });
  return listening;
}

/** The main process that the test plays. */
export async function fakeMain(page: Page): Promise<JSHandle<FakeMain>> {
  return (await page.evaluateHandle('window.fake')) as JSHandle<FakeMain>;
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
  // Of what is in order, axe would describe every element.
  const options = { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
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
