/**
 * A runner's care for updates: what one that was killed has left is taken away by the runners of its gateways, even where a gateway never
 * stopped or is up again already. The folder of all journals is watched, and looked at again and again only while there is one.
 */

import path from 'node:path';
import type { ProcessTable } from '../model/process-ref.ts';
import { watchFolder } from '../state/folder-watch.ts';
import { removeOrphanedTempFiles } from '../state/orphaned-temp-files.ts';
import type { StateFolder } from '../state/state-folder.ts';
import { settleUpdates } from '../update/resume.ts';

/** Between two looks, in milliseconds: a look may write into that folder itself. The first leaves the gateway its start. */
const LOOK_MS = 1_000;

/** Returns the end of it, which waits for what is just being done. */
export function startUpdateCleanup(folder: StateFolder, processes: ProcessTable, log: (line: string) => void): () => Promise<void> {
  let lookedAtMs = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let closed = false;

  const plan = () => {
    if (!closed) timer ??= setTimeout(look, Math.max(0, lookedAtMs + LOOK_MS - performance.now()));
  };
  const look = () => {
    timer = undefined;
    lookedAtMs = performance.now();
    looking = settleUpdates(folder, processes).then(
      again => {
        const writing = [path.dirname(folder.path), folder.path].filter(each => removeOrphanedTempFiles(each, processes));
        if (again || writing.length > 0) plan();
      },
      error => {
        log(`an update could not be settled: ${error}`);
        plan();
      },
    );
  };

  const unwatch = watchFolder(path.dirname(folder.path), plan);
  return async () => {
    closed = true;
    unwatch();
    clearTimeout(timer);
    await looking;
  };
}
