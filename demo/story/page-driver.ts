/** Drives the panel in a real browser. Controls are found by role and name, as a user finds them. */

import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright';
import { en } from '../../src/desktop/messages-en.ts';
import { TEXTS } from '../texts.ts';
import type { Driver } from './driver.ts';

/** One change of the announcement on the page. */
interface PageChange {
  /** Epoch milliseconds, by the clock of the page. */
  readonly atMs: number;
  readonly announcement: string;
}

export interface PageDriver extends Driver {
  /** All changes since the page was opened, oldest first. */
  readonly changes: readonly PageChange[];
}

export interface PageDriverOptions {
  readonly browser: Browser;
  readonly url: string;
  /** Folder of the pictures. Its former content is deleted. */
  readonly pictures: string;
}

/** The live region for screen readers. */
const ANNOUNCEMENT = '.hgs-panel .hgs-hidden[role=status]';
/** What helps after a known end has no role: it is part of the row. */
const FAILURE = '.hgs-panel .hgs-failure > div[role]';
const UPDATE = '.hgs-panel .hgs-update p';
const PATIENCE_MS = 10_000;

/** Reports each change of the announcement at once. */
const OBSERVER = `
  let last = '';
  new MutationObserver(() => {
    const text = document.querySelector('${ANNOUNCEMENT}')?.textContent ?? '';
    if (text === last) return;
    last = text;
    window.storyChanged(Date.now(), text);
  }).observe(document, { subtree: true, childList: true, characterData: true });
`;

export async function pageDriver({ browser, url, pictures }: PageDriverOptions): Promise<PageDriver> {
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  const page = await browser.newPage({ viewport: { width: 760, height: 560 }, colorScheme: 'light', deviceScaleFactor: 2 });
  page.setDefaultTimeout(PATIENCE_MS);
  const changes: PageChange[] = [];
  await page.exposeFunction('storyChanged', (atMs: number, announcement: string) => changes.push({ atMs, announcement }));
  await page.addInitScript(OBSERVER);
  await page.goto(url);

  const panel = page.locator('.hgs-panel');
  const switcher = panel.getByRole('switch').first();
  const disclosure = panel.getByRole('button', { name: en.details.open, exact: true });
  await switcher.waitFor();

  let taken = 0;
  /** Saves the content of the page, or the whole window where a dialog covers it. */
  async function picture(name: string, of: 'content' | 'window' = 'content'): Promise<string> {
    taken += 1;
    const file = path.join(pictures, `${String(taken).padStart(2, '0')}-${name}.png`);
    const options = { path: file, animations: 'disabled' } as const;
    await (of === 'content' ? page.locator('#root').screenshot(options) : page.screenshot(options));
    return file;
  }

  async function setDetails(open: boolean): Promise<void> {
    if (open !== ((await disclosure.getAttribute('aria-expanded')) === 'true')) await disclosure.click();
  }

  return {
    changes,
    async turn(on) {
      await switcher.click();
      const dialog = page.getByRole('dialog');
      await dialog.waitFor();
      await picture(on ? 'before-switching-on' : 'before-switching-off', 'window');
      // Nothing is to be left in the end.
      if (!on) await dialog.getByRole('switch', { name: en.keepLogs.title }).click();
      await dialog.getByRole('button', { name: on ? 'Turn on' : 'Turn off', exact: true }).click();
    },
    async press(verb) {
      const name = en.action(verb, 'running');
      const button = panel.getByRole('button', { name, exact: true });
      // The details are open only for a button that is in them.
      await setDetails(false);
      await setDetails(!(await button.isVisible()));
      await button.click();
    },
    async attempt(what) {
      await page.getByRole('complementary', { name: TEXTS.title }).getByRole('button', { name: TEXTS[what], exact: true }).click();
    },
    async shown() {
      const failure = page.locator(FAILURE);
      const error = (await failure.count()) > 0 ? (await failure.first().innerText()).replace(/\s+/g, ' ') : undefined;
      // One call, because the notice may disappear between two.
      const [update] = await page.locator(UPDATE).allTextContents();
      return {
        announcement: (await panel.locator('.hgs-hidden[role=status]').first().textContent()) ?? '',
        switchOn: (await switcher.getAttribute('aria-checked')) === 'true',
        ...(error !== undefined && { error }),
        ...(update !== undefined && { update }),
      };
    },
    async dismiss() {
      await panel.getByRole('button', { name: en.update.dismiss, exact: true }).click();
    },
    showDetails: () => setDetails(true),
    picture: name => picture(name),
    close: () => page.close(),
  };
}
