/**
 * The last snapshot of every profile, for all who want to know in the main process. The controller is watched only while somebody
 * listens, and nothing here has a timer.
 */

import type { GatewayServiceController } from '../src/desktop/controller.ts';
import type { Snapshot } from '../src/desktop/ipc.ts';

type Listener = (snapshot: Snapshot) => void;

export class SnapshotHub {
  readonly #controller: Promise<Pick<GatewayServiceController, 'onChanged'>>;
  readonly #latest = new Map<string, Snapshot>();
  readonly #listeners = new Set<Listener>();
  /** Of the present watch; a later one has another. */
  #watch: { unsubscribe?: () => void } | undefined;

  constructor(controller: Promise<Pick<GatewayServiceController, 'onChanged'>>) {
    this.#controller = controller;
  }

  /** In the order of the profiles; empty while nobody listens. */
  get latest(): readonly Snapshot[] {
    return [...this.#latest.values()].sort((one, other) => one.profiles.indexOf(one.profile) - one.profiles.indexOf(other.profile));
  }

  listen(listener: Listener): () => void {
    // Of its own, so that the same function may listen twice.
    const one: Listener = snapshot => listener(snapshot);
    this.#listeners.add(one);
    this.#open();
    return () => {
      this.#listeners.delete(one);
      if (this.#listeners.size === 0) this.#close();
    };
  }

  /** Asks for everything anew: after a sleep, what was heard before says little. */
  refresh(): void {
    if (!this.#watch) return;
    const { unsubscribe } = this.#watch;
    this.#watch = undefined;
    unsubscribe?.();
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
        if (this.#watch === watch) watch.unsubscribe = controller.onChanged(snapshot => this.#tell(watch, snapshot));
      },
      // Who asks for anything hears why there is no controller.
      () => undefined,
    );
  }

  #close(): void {
    this.#watch?.unsubscribe?.();
    this.#watch = undefined;
    this.#latest.clear();
  }

  #tell(watch: object, snapshot: Snapshot): void {
    if (this.#watch !== watch) return;
    this.#latest.set(snapshot.profile, snapshot);
    for (const listener of [...this.#listeners]) listener(snapshot);
  }
}
