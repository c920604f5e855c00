/** Exit codes of the command line; the tables of errors and phases name them. */

/**
 * Exit codes of the CLI. `notRunning` and `notInstalled` are answers of `status`, the others are failures; 130 is what shells expect of
 * Ctrl+C.
 */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notRunning: 3,
  notInstalled: 4,
  needsAdministrator: 5,
  timedOut: 7,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
