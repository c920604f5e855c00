/** How much the panel adds to a host app that brings React already: its script and styles, compressed. */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Part } from './figure.ts';

export const panelSize: Part = {
  name: 'panel-size',
  measure: async () => {
    const script = fileURLToPath(new URL('../../scripts/panel-size.mjs', import.meta.url));
    const { panelGzipBytes } = JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' })) as { panelGzipBytes: number };
    return [{ name: 'panel without React, gzipped', unit: 'kB', values: [panelGzipBytes / 1_000], target: { bound: 'below', value: 28 } }];
  },
};
