/**
 * Cleans up after killed updates in each runner, even where a gateway never stopped or is running again. The folder of all journals is
 * watched, and checked again by time only while it has one.
 */

import path from 'node:path';
import type { ProcessTable } from '../model/process-ref.ts';
import { watchFolder } from '../state/folder-watch.ts';
import { removeOrphanedTempFiles } from '../state/orphaned-temp-files.ts';
import type { StateFolder } from '../state/state-folder.ts';
import { settleUpdates } from '../update/resume.ts';

/** Between two looks, in milliseconds: a look may write into that folder itself. The first one waits for the gateway's start. */
const LOOK_MS = 1_000;

/** Returns a function that ends it and waits for the current look. */
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
