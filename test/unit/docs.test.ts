// The pages say what the code says: what can be drawn from it is compared, and every file, script, verb and link that they name is there.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { VERBS } from '../../src/cli/help.ts';
import { PHASES } from '../../src/model/status.ts';
import { UPDATE_STEPS } from '../../src/update/update-shape.ts';
import { fencesOf, PAGES, readPage } from '../support/documents.ts';
import { drawingOf, GENERATED, withGenerated } from '../support/generated-docs.ts';
import { REPOSITORY } from '../support/sandbox.ts';

const at = (file: string) => path.join(REPOSITORY, file);
const all = PAGES.map(readPage).join('\n');
/** Text without blocks and without what is commented out. */
const proseOf = (page: string) => readPage(page).replace(/^```[\s\S]*?^```$/gm, '');

describe.each(PAGES)('%s', page => {
  it('states facts about the code that match the code', () => {
    const written = readPage(page);
    const fresh = withGenerated(written);
    if (process.env['DOCS'] === 'write') writeFileSync(at(page), fresh);
    else expect(written, 'DOCS=write npx vitest run test/unit/docs.test.ts writes it anew').toBe(fresh);
  });

  it('links only to files and headings that exist', () => {
    const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter(link => !/^https?:/.test(link));
    for (const link of links) {
      const [file = '', heading] = link.split('#');
      const target = file === '' ? page : path.join(path.dirname(page), file);
      expect(existsSync(at(target)), `${link} in ${page}`).toBe(true);
      if (heading !== undefined) expect(headingsOf(readPage(target)), link).toContain(heading);
    }
  });

  it('names only files, scripts and verbs that exist', () => {
    const prose = proseOf(page);
    const code = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);
    for (const text of code) {
      if (
        /^(src|test|main|renderer|docs|build|scripts|examples|integrations|\.ci|\.github)\/[\w./-]+$/.test(text) &&
        !generatedHere(text)
      ) {
        const places = [text, path.join(path.dirname(page), text)].map(at);
        expect(
          places.some(file => existsSync(file)),
          `${text} in ${page}`,
        ).toBe(true);
      }
      const [, script] = /^npm run ([\w:]+)/.exec(text) ?? [];
      if (script !== undefined) expect(packageJson.scripts, text).toHaveProperty(script);
      const [, verb] = /^hermes-gateway ([a-z][a-z-]*)/.exec(text) ?? [];
      if (verb !== undefined) expect(Object.keys(VERBS), text).toContain(verb);
    }
  });

  it('gives every code block a language, so that commands can be recognized', () => {
    for (const { language, line } of fencesOf(page)) expect(LANGUAGES, `line ${line} of ${page}`).toContain(language);
  });
});

describe('documentation pages', () => {
  it('contains in the pages everything that is generated from the code', () => {
    for (const name of Object.keys(GENERATED)) expect(all).toContain(`<!-- from the code: ${name} -->`);
  });

  it('draws every phase and every step', () => {
    const drawn = readFileSync(at('src/model/status.ts'), 'utf8').split('*/')[0] ?? '';
    for (const phase of PHASES) expect(drawn).toContain(phase);
    for (const step of UPDATE_STEPS) expect(drawingOf('src/update/update.ts')).toContain(step);
  });

  it('names every file that the engine keeps in a state folder', () => {
    const engine = ['state', 'control', 'process', 'update', 'runner', 'host', 'migration', 'mechanisms', 'manager'].flatMap(folder =>
      readdirSync(at(`src/${folder}`)).map(file => readFileSync(at(`src/${folder}/${file}`), 'utf8')),
    );
    const kept = engine.flatMap(source => [...source.matchAll(/'([\w-]+\.(?:jsonl?|log))'/g)].map(([, name = '']) => name));
    expect(kept.length).toBeGreaterThan(8);
    const operations = readPage('docs/operations.md');
    const notOurs = new Set(['package.json', 'manifest.json', 'gateway_state.json', 'gateway-starts.log']);
    expect([...new Set(kept)].filter(name => !notOurs.has(name) && !operations.includes(name))).toEqual([]);
  });

  it('shows an integration in ten lines', () => {
    const [block] = fencesOf('README.md').filter(({ language }) => language === 'ts');
    const lines = block?.lines.filter(line => line !== '' && !line.startsWith('//')) ?? [];
    expect(lines.length).toBeGreaterThan(4);
    expect(lines.length).toBeLessThanOrEqual(10);
  });
});

const LANGUAGES = ['sh', 'cmd', 'text', 'ts', 'tsx', 'js', 'json', 'yaml'];

/** What a build or a run makes. */
const generatedHere = (file: string) => /^build\/(app|out)|^test-results/.test(file);

/** The names that GitHub gives to the headings of a page. */
function headingsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
