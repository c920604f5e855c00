// The rules about who may import what, and who may detach a process, kept by a test because no compiler keeps them.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../support/sandbox.ts';

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

/** Source files below a folder of the repository, as paths relative to it with forward slashes. */
function sources(folder: string): string[] {
  return readdirSync(path.join(REPOSITORY, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.(ts|tsx|mts|cts|js|mjs)$/.test(entry.name) && !entry.parentPath.includes('node_modules'))
    .map(entry => path.relative(REPOSITORY, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
}

function exists(folder: string): boolean {
  return readdirSync(REPOSITORY).includes(folder);
}

const all = ['src', 'main', 'renderer'].filter(exists).flatMap(sources);
const textOf = (file: string) => readFileSync(path.join(REPOSITORY, file), 'utf8');

/** Text without comments and strings kept: enough to find what code says. */
const codeOf = (file: string) =>
  textOf(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '$1');

/** Static, dynamic and re-exporting imports; relative ones as paths of the repository. */
function importsOf(file: string): Import[] {
  const code = codeOf(file);
  const found: Import[] = [];
  const add = (specifier: string | undefined, typeOnly: boolean) => {
    if (specifier === undefined) return;
    const target = specifier.startsWith('.') ? path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier)) : specifier;
    found.push({ file, target, typeOnly });
  };
  for (const [, type, specifier] of code.matchAll(/\b(?:import|export)\s+(type\s)?[^'"();]*?\bfrom\s*['"]([^'"]+)['"]/g))
    add(specifier, type !== undefined);
  for (const [, specifier] of code.matchAll(/\bimport\s*['"]([^'"]+)['"]/g)) add(specifier, false);
  for (const [, specifier] of code.matchAll(/\b(?:import|require)\s*\(\s*['"]([^'"]+)['"]/g)) add(specifier, false);
  return found;
}

const imports = all.flatMap(importsOf);
const within = (folder: string) => imports.filter(({ file }) => file.startsWith(`${folder}/`));
const is = (name: string) => (one: Import) => one.target === name || one.target.startsWith(`${name}/`);
const said = (found: readonly Import[]) => found.map(({ file, target }) => `${file} imports ${target}`);

/** What main and renderer share: it must run in a browser. */
const SHARED = /^src\/desktop\/(ipc|views|messages[\w-]*|store|formats|details)\.ts$/;

describe('imports', () => {
  it('are found at all', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(imports).toContainEqual({ file: 'src/runner/runner.ts', target: 'src/gateway/exit.ts', typeOnly: false });
    expect(imports).toContainEqual({ file: 'src/runner/runner.ts', target: 'src/model/definition.ts', typeOnly: true });
    expect(imports).toContainEqual({ file: 'src/cli/internal-verbs.ts', target: 'src/host/entry.ts', typeOnly: false });
  });

  it('of src never lead to main or renderer', () => {
    expect(said(within('src').filter(one => is('main')(one) || is('renderer')(one)))).toEqual([]);
  });

  it('of electron are in main/electron.ts and main/preload.ts alone, elsewhere they are of types', () => {
    const allowed = ['main/electron.ts', 'main/preload.ts'];
    expect(said(imports.filter(one => is('electron')(one) && !one.typeOnly && !allowed.includes(one.file)))).toEqual([]);
  });

  it('of koffi are in src/windows alone', () => {
    expect(said(imports.filter(one => is('koffi')(one) && !one.file.startsWith('src/windows/')))).toEqual([]);
  });

  it('of the renderer lead to src/desktop and nowhere else in the repository', () => {
    const outside = within('renderer').filter(({ target }) => /^(src|main)\//.test(target) && !target.startsWith('src/desktop/'));
    expect(said(outside)).toEqual([]);
  });

  it('of what the renderer shares need neither Node nor the parts that only the main process has', () => {
    const shared = imports.filter(({ file }) => SHARED.test(file));
    expect(new Set(shared.map(({ file }) => file)).size).toBeGreaterThanOrEqual(5);
    expect(said(shared.filter(({ target, typeOnly }) => !typeOnly && /^(node:|valibot$|koffi$|electron)/.test(target)))).toEqual([]);
  });

  it('of what the renderer shares bring in nothing of that by another file either', () => {
    const reached = new Set(all.filter(file => SHARED.test(file)));
    for (const file of reached) {
      for (const { target, typeOnly } of importsOf(file)) if (!typeOnly && all.includes(target)) reached.add(target);
    }
    expect(
      said(imports.filter(({ file, target, typeOnly }) => reached.has(file) && !typeOnly && /^(node:|valibot$|koffi$)/.test(target))),
    ).toEqual([]);
  });

  it('of the preload script need nothing of Node', () => {
    expect(said(imports.filter(({ file, target }) => file === 'main/preload.ts' && /^node:/.test(target)))).toEqual([]);
  });
});

describe('processes', () => {
  it('are detached in the one file made for it, and twice to have a tree or a terminal of their own', () => {
    const detaching = all.filter(file => /\bdetached\s*:/.test(codeOf(file)));
    expect(detaching.sort()).toEqual([
      'src/process/detach.ts',
      // The runner leads a session of its own, so that Ctrl+C in a terminal reaches it as a stop; it dies with its supervisor's pipe.
      'src/host/entry.ts',
      // The gateway leads a process group, so that a stop takes its whole tree.
      'src/process/gateway-process.ts',
    ]);
  });

  it('never break away from a job', () => {
    expect(all.filter(file => /CREATE_BREAKAWAY|0x0?1_?00_?00_?00\b/i.test(codeOf(file)))).toEqual([]);
    // What Hermes' own update, started from chat, needs of the jobs that we make.
    expect(all.filter(file => /BREAKAWAY/.test(codeOf(file)))).toEqual(['src/windows/job.ts']);
  });

  it('are started by an update for its command alone, which ends no later than the update is told of', () => {
    const starting = all.filter(file => file.startsWith('src/update/') && /\b(spawn|fork|exec\w*)\s*\(/.test(codeOf(file)));
    expect(starting).toEqual(['src/update/update-command.ts']);
    expect(codeOf('src/update/update-command.ts')).not.toMatch(/unref/);
  });
});
