/** The app's own updater, as tray and registration use it; `electron-updater.ts` implements it. */

import type { UpdateState } from '../../src/desktop/shell-messages.ts';

export interface UpdaterPort {
  readonly state: UpdateState;
  /** The version that `install` installs, once it is known. */
  readonly version?: string | undefined;
  /** Returns the unsubscribe. */
  onChanged(listener: () => void): () => void;
  check(): Promise<void>;
  /**
   * Quits the app and starts the new version. Called by `installUpdate` of the registration, when the gateways are stopped; do not call it
   * yourself. Rejects where it fails; otherwise the process ends before it settles.
   */
  install(): Promise<void>;
}
