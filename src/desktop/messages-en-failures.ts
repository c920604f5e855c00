/** Errors for a window: message and remedy of the table, with another remedy where that of the table is a command line. */

import { ERRORS, type ErrorCode } from '../model/error-table.ts';
import type { ErrorValue } from '../model/errors.ts';

/** A failure or a problem: what happened, and what to do about it. */
export interface Explained {
  readonly message: string;
  readonly remedy: string;
}

const PANEL_REMEDIES: Partial<Readonly<Record<ErrorCode, string>>> = {
  'gateway-command-missing': 'Repair the Hermes installation, then try again.',
  'mechanism-in-charge': 'Keep it, or turn the switch off first.',
  'folder-of-another-user': 'Start the app as that user.',
  'home-in-use': 'Keep that service, or remove it as its user. For a second gateway, use a separate Hermes home.',
  'started-elevated': 'Sign in again, or start it from a program without administrator rights.',
  'gateway-not-up': 'Read the log under Details and fix the cause. Then start the gateway.',
  'gateway-configuration': 'Read the log under Details and fix the configuration. Then start the gateway.',
  'not-installed': 'Turn the switch on.',
  'timed-out': 'Wait a moment. If the state does not change, read the log under Details.',
  'needs-administrator': 'Try again, and let Windows ask for an administrator.',
  'elevation-failed': 'Try again. If it fails again, see the Windows event log (Application, source Hermes Gateway Service).',
  'elevation-unavailable': 'Ask an administrator to install the gateway service, or use the sign-in start, which needs none.',
  'update-failed': 'The gateway runs again. Read the output of the update, then update again.',
  'state-corrupt': 'Turn the switch off and on again to write a new file. The damaged file is kept.',
  'state-newer': 'Update this app.',
  'pipe-unavailable': 'The gateway keeps running.',
};

export function explainError({ code, message, remedy }: Pick<ErrorValue, 'code' | 'message' | 'remedy'>): Explained {
  // A failure with a remedy of its own keeps it.
  return { message, remedy: remedy === ERRORS[code].remedy ? (PANEL_REMEDIES[code] ?? remedy) : remedy };
}
