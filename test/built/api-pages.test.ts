// docs/api says what the package exports: typedoc writes the same pages from the present source.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { apiPages } from '../../scripts/api-pages.mjs';
import { REPOSITORY } from '../support/sandbox.ts';

const hasTypedoc = existsSync(path.join(REPOSITORY, 'build/node_modules/typedoc'));
const why = hasTypedoc ? '' : ' (skipped: npm ci --prefix build installs typedoc)';

it.skipIf(!hasTypedoc)(`writes the pages of the API from the source${why}`, { timeout: 120_000 }, async () => {
  const pages = await apiPages();
  const anchors = Object.entries(pages).flatMap(([name, text]) => anchorsOf(text).map(anchor => `${name}.md#${anchor}`));
  for (const [name, text] of Object.entries(pages)) {
    expect(readFileSync(path.join(REPOSITORY, `docs/api/${name}.md`), 'utf8'), 'npm run api').toBe(text);
    const links = [...text.matchAll(/\]\(([\w./-]*)#([\w-]+)\)/g)].map(([, page = '', anchor]) => `${page || `${name}.md`}#${anchor}`);
    expect(links.filter(link => !anchors.includes(link))).toEqual([]);
  }
});

/** The headings as GitHub names them, and the anchors of the tables. */
function anchorsOf(page: string): string[] {
  const seen = new Map<string, number>();
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const anchor = heading.toLowerCase().replace(/[^\w-]/g, '');
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
  return [...headings, ...[...page.matchAll(/<a id="([\w-]+)">/g)].map(([, id = '']) => id)];
}
