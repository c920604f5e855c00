/** The app's own updater, as far as tray and registration need it. `electron-updater.ts` is one. */

import type { UpdateState } from '../../src/desktop/shell-messages.ts';

export interface UpdaterPort {
  readonly state: UpdateState;
  /** What `install` brings, once that is known. */
  readonly version?: string | undefined;
  /** Returns the unsubscribe. */
  onChanged(listener: () => void): () => void;
  check(): Promise<void>;
  /**
   * Ends the app and starts the new one. Never call it yourself: `installUpdate` of the registration does, when the gateways are down.
   * Rejects where nothing comes of it; otherwise the process is over first.
   */
  install(): Promise<void>;
}
