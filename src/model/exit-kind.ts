/**
 * The kinds of ends that a gateway can have; `exit.ts` decides which one it was. Apart from it, so that history and panel can speak of
 * them without Node.
 */

export type ExitKind =
  /** We asked for it: stay down. */
  | 'stopped'
  /** Hermes' own CLI or updater asked: stay down while that one lives. */
  | 'stopped-from-outside'
  /** The gateway asked for it: start again at once, which is no failure. */
  | 'restart-in-place'
  /** A restart would not help; the user must repair the configuration. */
  | 'needs-attention'
  /** The ladder's business. */
  | 'failure'
  /** Windows ends the session: neither a stop nor a failure. */
  | 'session-ending';
