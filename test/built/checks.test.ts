// Lint and types are part of the tests, so that one run and one line say whether all is well.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** In one thread: several check the shared types several times over, and other tests want the processors. */
const TYPES = ['--noEmit', '--singleThreaded', '--project'];

const checkout = fileURLToPath(new URL('../..', import.meta.url));

it.each([
  ['biome finds nothing to report', '@biomejs/biome', 'biome', ['check', '--max-diagnostics=50', '.']],
  ['knip finds no file, export or package that nothing uses', 'knip', 'knip', []],
  ['knip finds no code that only tests use', 'knip', 'knip', ['--production']],
  ['engine, main process, tests and scripts keep their types', 'typescript', 'tsc', [...TYPES, '.']],
  ['the panel keeps its types', 'typescript', 'tsc', [...TYPES, 'renderer']],
  ['the example of the Hermes app keeps its types', 'typescript', 'tsc', [...TYPES, 'examples/hermes']],
])('%s', { timeout: 120_000 }, (_name, dependency, tool, args) => {
  const manifest = path.join(checkout, 'node_modules', dependency, 'package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: Record<string, string> };
  const program = path.join(path.dirname(manifest), bin[tool] ?? '');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: checkout, encoding: 'utf8' });
  expect(status, `${stdout}${stderr}`).toBe(0);
});
