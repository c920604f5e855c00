// The fast tests of one worker share their modules (`isolate: false`), so no such test may replace or reload a module.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { REPOSITORY } from '../support/sandbox.ts';

it('replaces and reloads no module in a fast test', () => {
  const reloading = ['unit', 'fuzz'].flatMap(folder =>
    readdirSync(path.join(REPOSITORY, 'test', folder))
      .map(name => path.posix.join('test', folder, name))
      .filter(file => /\bvi\s*\.\s*(resetModules|doMock|mock)\b/.test(readFileSync(path.join(REPOSITORY, file), 'utf8'))),
  );
  expect(reloading).toEqual([]);
});
