/**
 * Hears of changes in a folder that may not exist yet: nothing polls, and nothing is missed between the first look and the watch,
 * because the listener is always called once after the watch stands.
 */

import fs from 'node:fs';
import path from 'node:path';

/** How often a folder is looked at that cannot be watched, in milliseconds. */
const BLIND_LOOK_MS = 1_000;

/** Calls back after changes directly in `folder`, or when it comes or goes; changes close together make one call. Returns the unsubscribe. */
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

  /** Watches the folder, or the nearest parent that exists; looks again when the watch stands, because the folder may have come meanwhile. */
  const attach = () => {
    for (let target = nearestExisting(folder); target !== watched; target = nearestExisting(folder)) {
      watcher?.close();
      watched = target;
      try {
        watcher = watch(target);
      } catch {
        // It went in that moment, or the system has no more watches to give: then this looks by time.
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
      // Its own name means that it went, though another one may have its place already: this watch hears nothing of that.
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
