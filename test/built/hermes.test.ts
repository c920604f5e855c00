// `npm run hermes`, one scenario of it: the whole takes a quarter of an hour. The real versions of Hermes are in the folder HERMES_VENVS.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { hermes } from '../hermes/hermes.ts';

const PLAY_MS = 600_000;
const venvs = process.env['HERMES_VENVS'];
const skipped = venvs ? '' : ' (skipped: HERMES_VENVS names no folder of virtual environments with Hermes)';

it('reports every version of Hermes as absent in a folder without one, and does not fail', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'no-hermes-'));
  try {
    expect(await hermes(['--venvs', folder])).toBe(0);
    expect(await hermes(['--venvs'])).toBe(2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it.skipIf(skipped !== '')(
  `runs every real gateway again after a kill within its own start + 2 s${skipped}`,
  { timeout: PLAY_MS },
  async () => {
    expect(await hermes(['--venvs', venvs ?? '', '--only', 'runs again after kill -9'])).toBe(0);
  },
);
