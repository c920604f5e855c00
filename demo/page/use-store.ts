/** Reads a store of the shape `{ get, listen }` in React. */

import { useSyncExternalStore } from 'react';

export interface Readable<T> {
  get(): T;
  listen(listener: (value: T) => void): () => void;
}

export function useStore<T>(store: Readable<T>): T {
  return useSyncExternalStore(store.listen, store.get);
}
