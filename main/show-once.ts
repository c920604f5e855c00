/** Shows a hint once per installation. A file in the app's folder records it; where it cannot be written, the hint is shown again. */

import { closeSync, openSync } from 'node:fs';
import path from 'node:path';

/** Calls `show` unless the hint `name` was shown before. */
export function showOnce(folder: string, name: string, show: () => void): void {
  try {
    closeSync(openSync(path.join(folder, `shown-${name}`), 'wx'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
  }
  show();
}
