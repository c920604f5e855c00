/** Errors in the words of a window: their own, with a remedy of the window where that of the table names a command line. */

import type { ErrorCode } from '../model/error-table.ts';
import type { ErrorValue } from '../model/errors.ts';
import type { Explained } from './messages-update.ts';

const PANEL_REMEDIES: Partial<Readonly<Record<ErrorCode, string>>> = {
  'gateway-command-missing': 'Repair the Hermes installation, then try again.',
  'mechanism-in-charge': 'Keep it, or turn the switch off first.',
  'started-elevated': 'Sign in again, or start it from a program without the rights of an administrator.',
  'gateway-not-up': 'The log under Details says why. Fix it, then start the gateway.',
  'gateway-configuration': 'The log under Details says what it misses. Fix the configuration, then start the gateway.',
  'not-installed': 'Turn the switch on.',
  'timed-out': 'Wait a moment; the log under Details says more if it does not settle.',
  'needs-administrator': 'Try again, and let Windows ask for an administrator.',
  'elevation-failed': "Try again. Windows' event log (Application, source Hermes Gateway Service) says more.",
  'elevation-unavailable': 'Ask an administrator to install the gateway service, or use the sign-in start, which needs none.',
  'update-failed': 'The gateway runs again. Read what the update says, then update again.',
  'state-corrupt': 'Turn the switch off and on again to write it anew; the damaged file is kept.',
  'state-newer': 'Update this app.',
  'pipe-unavailable': 'Nothing is lost: the gateway runs on.',
};

export function explainError({ code, message, remedy }: Pick<ErrorValue, 'code' | 'message' | 'remedy'>): Explained {
  return { message, remedy: PANEL_REMEDIES[code] ?? remedy };
}
