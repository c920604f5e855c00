/**
 * How this program starts itself: `[node, entry script]` in development, the host executable alone where it is one.
 */

import { existsSync } from 'node:fs';
import path from 'node:path';

export function hostCommand(): readonly string[] {
  const script = process.argv[1];
  return script && path.isAbsolute(script) && existsSync(script) ? [process.execPath, script] : [process.execPath];
}
