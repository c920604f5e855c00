/** The versions of the main process for "Copy details"; a page cannot read them. */

import os from 'node:os';
import { VERSION } from '../src/cli/version.ts';
import type { Versions } from '../src/desktop/ipc.ts';

export function mainVersions(): Versions {
  const { node, electron } = process.versions;
  return {
    'gateway service': VERSION,
    // With the build number of Windows, which the user agent does not contain.
    system: `${os.version()} (${os.release()}, ${os.arch()})`,
    node,
    ...(electron !== undefined && { electron }),
  };
}
