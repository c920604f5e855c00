// The import rules of biome.imports.json: a small tree of forbidden and allowed imports, checked once by Biome.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { REPOSITORY } from '../support/sandbox.ts';

const LAYER = 'noRestrictedImports';
const CYCLE = 'noImportCycles';
const NODE = 'noNodejsModules';

/** What is shown, file, its text, and the rule that refuses it. */
const REFUSED = [
  ['a cycle of values', 'src/model/value-a.ts', "import { b } from './value-b.ts';\nexport const a = () => b;", CYCLE],
  ['a cycle of types', 'src/model/type-a.ts', "import type { B } from './type-b.ts';\nexport type A = B;", CYCLE],
  ['an import of a later folder', 'src/state/value.ts', "import '../runner/x.ts';", LAYER],
  ['an import of a type of a later folder', 'src/control/type.ts', "import type { X } from '../gateway/x.ts';", LAYER],
  ['a dynamic import of a later folder', 'src/gateway/dynamic.ts', "export const x = () => import('../cli/x.ts');", LAYER],
  ['an export from a later folder', 'src/host/again.ts', "export * from '../manager/x.ts';", LAYER],
  ['an import of main in src', 'src/cli/main.ts', "import '../../main/x.ts';", LAYER],
  ['an import of test in src', 'src/cli/test.ts', "import '../../test/x.ts';", LAYER],
  ['an import of demo in main', 'main/demo.ts', "import '../demo/x.ts';", LAYER],
  ['an import of the renderer in main', 'main/updater/renderer.ts', "import '../../renderer/x.ts';", LAYER],
  ['an import of test in demo', 'demo/story/test.ts', "import '../../test/x.ts';", LAYER],
  ['koffi outside src/windows', 'src/process/koffi.ts', "import 'koffi';", LAYER],
  ['koffi in main', 'main/electron.ts', "import 'koffi';", LAYER],
  ['Electron outside its two files', 'main/tray.ts', "import { app } from 'electron';", LAYER],
  ['Electron in src', 'src/desktop/electron.ts', "import { app } from 'electron';", LAYER],
  ['an import of the CLI in the renderer', 'renderer/cli.ts', "import '../src/cli/x.ts';", LAYER],
  ['an import of a file that needs Node in the renderer', 'renderer/poll.ts', "import '../src/model/poll.ts';", LAYER],
  ['an import of a file that needs Node in what the renderer shares', 'src/desktop/views.ts', "import './log-tail.ts';", LAYER],
  ['a package that the renderer would load', 'src/desktop/store.ts', "import 'valibot';", LAYER],
  ['a module of Node in the renderer', 'renderer/node.ts', "import 'node:fs';", NODE],
  ['a module of Node in the preload script', 'main/preload.ts', "import 'node:fs';", NODE],
] as const;

const ALLOWED = {
  'src/model/value-b.ts': "import { a } from './value-a.ts';\nexport const b = () => a;",
  'src/model/type-b.ts': "import type { A } from './type-a.ts';\nexport type B = A[];",
  'src/windows/koffi.ts': "import 'koffi';\nimport '../state/x.ts';",
  'src/desktop/log-tail.ts': "import 'node:fs';\nimport '../manager/x.ts';",
  'renderer/allowed.ts': "import '../src/desktop/x.ts';\nimport '../src/model/x.ts';",
  'main/allowed.ts': "import '../src/cli/x.ts';\nimport 'node:fs';",
  'demo/allowed.ts': "import '../main/x.ts';\nimport '../renderer/x.ts';\nimport '../src/cli/x.ts';",
};

let folder: string;
/** Rules by the file that they refuse. */
const refusals = new Map<string, string[]>();

beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'import-rules-')));
  copyFileSync(path.join(REPOSITORY, 'biome.imports.json'), path.join(folder, 'biome.json'));
  for (const [file, text] of [...REFUSED.map(([, file, text]) => [file, text] as const), ...Object.entries(ALLOWED)]) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  const manifest = createRequire(import.meta.url).resolve('@biomejs/biome/package.json');
  const biome = path.join(path.dirname(manifest), 'bin/biome');
  const { stdout } = spawnSync(process.execPath, [biome, 'lint', '--reporter=github', '--max-diagnostics=none', '.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  for (const [, rule = '', named = ''] of stdout.matchAll(/title=lint\/\w+\/(\w+),file=([^,]+),/g)) {
    const file = path.relative(folder, path.resolve(folder, named)).split(path.sep).join('/');
    if ([LAYER, CYCLE, NODE].includes(rule)) refusals.set(file, [...(refusals.get(file) ?? []), rule]);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(REFUSED)('lint refuses %s', (_what, file, _text, rule) => {
  expect(refusals.get(file)).toEqual([rule]);
});

it('lint refuses no import that the rules allow', () => {
  const refused = REFUSED.map(([, file]) => file);
  // The other half of each cycle is refused with it.
  expect([...refusals.keys()].sort()).toEqual([...refused, 'src/model/value-b.ts', 'src/model/type-b.ts'].sort());
});
