/** The part of the table of errors that is about updates. */

import type { ErrorEntry } from './errors.ts';
import { EXIT } from './exit-codes.ts';

export const UPDATE_ERRORS = {
  'update-failed': {
    message: 'The update command failed; the gateway was started again.',
    remedy: 'Read the output of the update above, mend it and run the update again.',
    exit: EXIT.failed,
  },
  'update-running': {
    message: 'Another update is at work.',
    remedy: 'Wait for it to end. If it hangs, end the process named in the details; the gateways come up again by themselves.',
    exit: EXIT.failed,
  },
  'files-in-use': {
    message: 'A program still uses a file that the update replaces; nothing was updated, and the gateways were started again.',
    remedy: 'Close the Hermes app and every terminal that runs Hermes, then update again.',
    exit: EXIT.failed,
  },
  'update-not-installed': {
    message: 'The new version was not installed: the question of Windows was declined, or the installer failed.',
    remedy: 'Install the update again, and let Windows ask for an administrator.',
    exit: EXIT.failed,
  },
  'app-did-not-quit': {
    message: 'The app did not quit in time for the update; nothing was updated.',
    remedy: 'Close its windows and dialogs, then update again.',
    exit: EXIT.failed,
  },
  'update-interpreter-missing': {
    message: "Hermes' updater could not run, because the Python of Hermes is missing.",
    remedy: 'Repair the Hermes installation, then update again.',
    exit: EXIT.failed,
  },
  'update-app-not-built': {
    message: 'Hermes was updated, but its desktop app could not be built anew.',
    remedy: "Update again; the log of Hermes' updater says what was missing.",
    exit: EXIT.failed,
  },
  'update-processes-alive': {
    message: 'Programs of Hermes did not stop, so nothing was updated.',
    remedy: 'Close every program and terminal that runs Hermes, then update again.',
    exit: EXIT.failed,
  },
  'update-unverified': {
    message: 'What was installed by the update does not work.',
    remedy: 'Run "hermes update" in a terminal; where that does not help, repair the Hermes installation.',
    exit: EXIT.failed,
  },
  'update-stalled': {
    message: 'The update said nothing for a long time and was ended.',
    remedy: "Update again; the log of Hermes' updater says where it hung.",
    exit: EXIT.failed,
  },
  'journal-unreadable': {
    message: 'The journal of an earlier update cannot be read; the gateways are not touched by it.',
    remedy: 'Remove the file named in the details, or update this app if a newer version wrote it. Then update again.',
    exit: EXIT.failed,
  },
} as const satisfies Record<string, ErrorEntry>;
