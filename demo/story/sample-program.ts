/** The sample gateway of a trial: a copy, because the update step changes it. */

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export function copySample(root: string, program: string): void {
  mkdirSync(program, { recursive: true });
  for (const name of ['gateway.mjs', 'update.mjs'])
    copyFileSync(path.join(root, 'examples/sample-gateway', name), path.join(program, name));
  writeFileSync(path.join(program, 'VERSION'), 'sample 1\n');
}
