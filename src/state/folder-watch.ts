/** Watches a folder that may not exist yet. The first call comes after the watch has begun, so that no change is missed. */

import fs from 'node:fs';
import path from 'node:path';

/** How often a folder that cannot be watched is checked, in milliseconds. */
const BLIND_LOOK_MS = 1_000;

/** Calls back once after changes directly in `folder`, or when it appears or disappears. Returns the unsubscribe. */
export function watchFolder(folder: string, listener: () => void): () => void {
  let watcher: fs.FSWatcher | undefined;
  let watched: string | undefined;
  let blind: NodeJS.Timeout | undefined;
  let pending: NodeJS.Immediate | undefined;
  let closed = false;

  const call = () => {
    pending ??= setImmediate(() => {
      pending = undefined;
      if (closed) return;
      attach();
      listener();
    });
  };

  /** Watches the folder, or its nearest existing parent; checks again after the watch has begun, because the folder may exist by then. */
  const attach = () => {
    for (let target = nearestExisting(folder); target !== watched; target = nearestExisting(folder)) {
      watcher?.close();
      watched = target;
      try {
        watcher = watch(target);
      } catch {
        // It was removed meanwhile, or the system has no more watches: check by time.
        watched = undefined;
        clearTimeout(blind);
        blind = setTimeout(call, BLIND_LOOK_MS);
        return;
      }
    }
  };

  const watch = (target: string) => {
    const lost = () => {
      watched = undefined;
      call();
    };
    const started = fs.watch(target, { persistent: true }, (_event, name) => {
      // Its own name means that it was removed, even if a new one exists already: this watch does not report that.
      if (name === path.basename(target) || !fs.existsSync(target)) lost();
      else if (target === folder || name === null || name === nextPart(target, folder)) call();
    });
    return started.on('error', lost);
  };

  attach();
  call();
  return () => {
    closed = true;
    watcher?.close();
    clearTimeout(blind);
    if (pending) clearImmediate(pending);
  };
}

function nearestExisting(folder: string): string {
  let candidate = folder;
  while (!fs.existsSync(candidate) && path.dirname(candidate) !== candidate) candidate = path.dirname(candidate);
  return candidate;
}

function nextPart(parent: string, folder: string): string | undefined {
  return path.relative(parent, folder).split(path.sep)[0];
}
