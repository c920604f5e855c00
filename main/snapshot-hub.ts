/** The last snapshot of every profile, for the main process. The controller is watched only while there is a listener, without a timer. */

import type { GatewayServiceController } from '../src/desktop/controller.ts';
import type { Snapshot } from '../src/desktop/ipc.ts';

type Listener = (snapshot: Snapshot) => void;

export class SnapshotHub {
  readonly #controller: Promise<Pick<GatewayServiceController, 'onChanged'>>;
  readonly #latest = new Map<string, Snapshot>();
  readonly #listeners = new Set<Listener>();
  /** The present watch; a later watch is another object. */
  #watch: { unsubscribe?: () => void } | undefined;

  constructor(controller: Promise<Pick<GatewayServiceController, 'onChanged'>>) {
    this.#controller = controller;
  }

  /** In the order of the profiles; empty without a listener. */
  get latest(): readonly Snapshot[] {
    return [...this.#latest.values()].sort((one, other) => one.profiles.indexOf(one.profile) - one.profiles.indexOf(other.profile));
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    this.#open();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#close();
    };
  }

  /** Reads every snapshot again, e.g. after a sleep. */
  refresh(): void {
    if (!this.#watch) return;
    this.#watch.unsubscribe?.();
    this.#watch = undefined;
    this.#open();
  }

  dispose(): void {
    this.#listeners.clear();
    this.#close();
  }

  #open(): void {
    if (this.#watch) return;
    const watch: { unsubscribe?: () => void } = {};
    this.#watch = watch;
    this.#controller.then(
      controller => {
        if (this.#watch === watch) watch.unsubscribe = controller.onChanged(snapshot => this.#publish(watch, snapshot));
      },
      // Every IPC call is answered with the reason.
      () => undefined,
    );
  }

  #close(): void {
    this.#watch?.unsubscribe?.();
    this.#watch = undefined;
    this.#latest.clear();
  }

  #publish(watch: object, snapshot: Snapshot): void {
    if (this.#watch !== watch) return;
    this.#latest.set(snapshot.profile, snapshot);
    for (const listener of [...this.#listeners]) listener(snapshot);
  }
}
