/**
 * Things that are said once in the life of an installation. What was said is a file in the app's folder; if that cannot be written, it is
 * said again next time, which is better than never.
 */

import { closeSync, openSync } from 'node:fs';
import path from 'node:path';

/** Calls `tell` unless it was told before. */
export function tellOnce(folder: string, what: string, tell: () => void): void {
  try {
    closeSync(openSync(path.join(folder, `told-${what}`), 'wx'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
  }
  tell();
}
