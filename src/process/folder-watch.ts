/**
 * Hears of changes in a folder that may not exist yet: nothing polls, and nothing is missed between the first look and the watch,
 * because the listener is always called once after the watch stands.
 */

import fs from 'node:fs';
import path from 'node:path';

/** Calls back after changes directly in `folder`, or when it comes or goes; changes close together make one call. Returns the unsubscribe. */
export function watchFolder(folder: string, listener: () => void): () => void {
  let watcher: fs.FSWatcher | undefined;
  let watched: string | undefined;
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

  /** Watches the folder, or the nearest parent that exists. */
  const attach = () => {
    const target = nearestExisting(folder);
    if (target === watched) return;
    watcher?.close();
    watched = target;
    try {
      watcher = fs.watch(target, { persistent: true }, (_event, name) => {
        // The folder itself went: its watch hears nothing any more.
        if (target === folder && !fs.existsSync(folder)) watched = undefined;
        if (target === folder || name === null || name === nextPart(target, folder)) call();
      });
      watcher.on('error', () => {
        watched = undefined;
        call();
      });
    } catch {
      watched = undefined;
    }
  };

  attach();
  call();
  return () => {
    closed = true;
    watcher?.close();
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
