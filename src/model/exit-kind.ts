/** The ways in which a gateway can end; `gateway/classify-exit.ts` decides which one it was. Separate, so that the panel needs no Node. */

export type ExitKind =
  /** We requested it: it stays stopped. */
  | 'stopped'
  /** Hermes' own CLI or updater requested it: it stays stopped while that process lives. */
  | 'stopped-from-outside'
  /** The gateway requested a restart: started again at once, not a failure. */
  | 'restart-in-place'
  /** A restart would not help; the user must fix the configuration. */
  | 'needs-attention'
  /** Restarted with the delays of the ladder. */
  | 'failure'
  /** Windows ends the session: neither a stop nor a failure. */
  | 'session-ending';
