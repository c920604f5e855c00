/**
 * What has to be undone when a long run (`npm run chaos`, Ctrl+C) is interrupted: what it started is no child of it, and would go on for
 * ever. The module of a process knows everything that is open in it; `scripts/prove.mjs` asks for the end of it.
 */

const open = new Set<() => Promise<unknown>>();

/** Returns what takes the promise back, once it was kept another way. */
export function undoWhenInterrupted(undo: () => Promise<unknown>): () => void {
  open.add(undo);
  return () => open.delete(undo);
}

export async function undoEverything(): Promise<void> {
  await Promise.allSettled([...open].map(undo => undo()));
}
