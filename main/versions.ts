/** What "copy details" says of the main process' side: the versions that a page cannot know. */

import os from 'node:os';
import { VERSION } from '../src/cli/version.ts';
import type { Versions } from '../src/desktop/ipc.ts';

export function mainVersions(): Versions {
  const { node, electron } = process.versions;
  return {
    'gateway service': VERSION,
    // With the build of Windows, which its user agent hides.
    system: `${os.version()} (${os.release()}, ${os.arch()})`,
    node,
    ...(electron !== undefined && { electron }),
  };
}
