/** The one table of errors: code, sentence, remedy, exit code and Win32 number. CLI (`explain`), panel and documentation read it. */

import { EXIT, type ExitCode } from './cli-exit-codes.ts';
import { INTERNAL_ERROR } from './internal-error.ts';

export interface ErrorRow {
  /** What happened, one sentence. */
  readonly message: string;
  /** What the user can do. */
  readonly remedy: string;
  /** Exit code of a command that fails with it; 1 where there is none. */
  readonly exit?: ExitCode;
  /** The Win32 error number with this meaning. */
  readonly win32?: number;
}

const ROWS = {
  'profile-invalid': {
    message: 'This is not a profile name that Hermes accepts.',
    remedy:
      'Use 1 to 64 lower-case letters, digits, "-" or "_", starting with a letter or digit. "hermes -p NAME" names an existing profile.',
    exit: EXIT.usage,
  },
  'profile-missing': {
    message: 'This profile does not exist.',
    remedy: 'List the profiles with "hermes profile list", or create it first with "hermes profile create NAME".',
  },
  'profile-served': {
    message: 'One gateway of this Hermes serves several profiles, this one too; a second gateway would take over its bots.',
    remedy:
      'Keep that gateway running: turn it on for its own profile with "hermes-gateway install". For a separate gateway, set "gateway.standalone: true" in the config.yaml of this profile, and try again.',
  },
  'kept-by-hermes': {
    message: "Hermes' own service already keeps this gateway running; it was not changed.",
    remedy:
      'Keep it, and use "hermes gateway status". To use this service instead, first remove the other one with "hermes gateway uninstall".',
  },
  'home-missing': {
    message: 'The Hermes home folder does not exist.',
    remedy: 'Install Hermes first, or name its folder with --home DIR.',
  },
  'home-invalid': {
    message: 'The Hermes home must be an absolute path of a folder.',
    remedy: 'Name the folder itself with --home DIR, for example --home "%LOCALAPPDATA%\\hermes".',
    exit: EXIT.usage,
  },
  'user-folder-unknown': {
    message: 'The folder of this user is not known.',
    remedy: 'Set HOME (on Windows USERPROFILE) to the absolute path of your folder, then try again.',
  },
  'folder-of-another-user': {
    message: 'Root must not manage the gateway of another user: that user could no longer change its files.',
    remedy: 'Run the command as that user, for example with "sudo -u USER -H hermes-gateway status".',
  },
  'gateway-command-missing': {
    message: 'No Hermes gateway program was found for this home.',
    remedy:
      'Repair the Hermes installation, or name the program with --gateway-command \'["/path/to/python","-m","hermes_cli.main","gateway","run"]\'.',
  },
  'program-not-executable': {
    message: 'The system did not let this user run a program.',
    remedy: 'Give yourself the permission to run the file named in the details (on Linux and macOS with "chmod u+x FILE"), then try again.',
  },
  'inside-gateway': {
    message: 'This command runs below the gateway that it would stop, and would end with it; nothing was changed.',
    remedy: 'Use "hermes-gateway restart", which works there, or run the command in a terminal outside of the gateway.',
  },
  'permission-denied': {
    message: 'The system denied this user access.',
    remedy: 'Give yourself access to the file or process named in the details, or run the command as the user who owns it.',
  },
  'gateway-of-another-user': {
    message: 'A gateway of another user is running in this home.',
    remedy: 'End it as that user, or give this user a separate home with --home DIR.',
  },
  'home-in-use': {
    message: 'Another gateway service keeps the gateway of this home.',
    remedy:
      'Keep that service, or remove it with "hermes-gateway uninstall" (as its user, and with the XDG_STATE_HOME that it was installed with). For a second gateway, name a separate home with --home DIR.',
  },
  'gateway-command-invalid': {
    message: 'The gateway command must be a JSON array of strings that starts with the absolute path of a program.',
    remedy: 'Quote it for your shell, for example --gateway-command \'["/usr/bin/node","gateway.js"]\'.',
    exit: EXIT.usage,
  },
  'gateway-not-up': {
    message: 'The gateway did not start.',
    remedy: 'Read why with "hermes-gateway logs", fix it, then run "hermes-gateway start".',
  },
  'started-elevated': {
    message:
      'The gateway was not started: this process has the rights of an administrator, and no Explorer is running that could start the gateway without them.',
    remedy: 'Sign in again, or run "hermes-gateway start" from a prompt that is not elevated.',
  },
  'gateway-configuration': {
    message: 'The gateway stopped because of its configuration (exit code 78).',
    remedy: 'Run "hermes gateway run" to see what is missing, fix the configuration, then run "hermes-gateway start".',
  },
  'not-installed': {
    message: 'The gateway service is not installed for this profile.',
    remedy: 'Install it with "hermes-gateway install".',
    exit: EXIT.notInstalled,
    win32: 1060,
  },
  foreign: {
    message: 'This service name belongs to another program, another home or another user.',
    remedy: 'Choose another profile, or remove the other service first.',
  },
  busy: {
    message: 'Another operation on this gateway service is still running.',
    remedy: 'Wait for it to finish and try again.',
  },
  'work-unknown': {
    message: 'This gateway does not say when its agent has finished.',
    remedy: 'Restart it now. The agent then has 45 seconds to finish.',
  },
  'recovery-not-tested': {
    message: 'The recovery was not tested now.',
    remedy: 'Test it when the gateway runs and its agent is idle.',
  },
  'timed-out': {
    message: 'The operation did not finish in time.',
    remedy: 'Run "hermes-gateway status". If the phase does not change, read "hermes-gateway logs".',
    exit: EXIT.timedOut,
  },
  'needs-administrator': {
    message: 'Windows requires an administrator for this.',
    remedy:
      'Run the command from an elevated prompt ("Run as administrator"), or use the switch in the Hermes app. No administrator is needed for "hermes-gateway install --mechanism startup", which starts the gateway when you sign in.',
    exit: EXIT.needsAdministrator,
    win32: 5,
  },
  'service-owner-missing': {
    message: 'The owner of the service is not registered, so it starts nothing.',
    remedy: 'Run "hermes-gateway install" as administrator, which registers the owner again.',
  },
  'before-sign-in-refused': {
    message: 'Windows did not let the service run before its owner signs in.',
    remedy: 'Sign in, and the gateway starts. If it should always wait for that, install it again without "before I sign in".',
  },
  managed: {
    message: 'Your organisation manages the gateway service of this computer, and does not allow this change; nothing was changed.',
    remedy: 'Ask your administrator to change the policy of Hermes Gateway Service; its registry value is in the details.',
    exit: EXIT.needsAdministrator,
  },
  'before-sign-in-unavailable': {
    message: 'Nothing of this account can run before its sign-in: that works with the service only, and not with accounts of Entra ID.',
    remedy: 'Install the service without "before I sign in"; the sign-in options of Windows can sign you in after an update.',
  },
  'consent-declined': {
    message: 'No administrator gave consent; nothing was changed.',
    remedy: 'Try again when an administrator is available, or use the sign-in start, which needs none.',
    exit: EXIT.needsAdministrator,
    win32: 1223,
  },
  'consent-unanswered': {
    message: 'Windows asked for an administrator, and nobody answered; nothing was changed.',
    remedy: 'Try again when an administrator is available, or use the sign-in start, which needs none.',
    exit: EXIT.needsAdministrator,
  },
  'consent-cancelled': {
    message: 'The wait for an administrator was cancelled; nothing was changed.',
    remedy: 'The prompt of Windows can be closed. Approving it now changes nothing.',
    exit: EXIT.needsAdministrator,
  },
  'mechanism-in-charge': {
    message: 'A better mechanism already keeps this gateway running.',
    remedy: 'Keep it, or remove it first with "hermes-gateway uninstall".',
  },
  'startup-folder-unavailable': {
    message: 'Your Startup folder cannot be written.',
    remedy: 'Make sure that the folder can be reached and written (it may be redirected to another computer), then try again.',
  },
  'startup-entry-taken': {
    message: 'Something else in your Startup folder has the name of our entry; it was not changed.',
    remedy: 'Rename or remove that entry, then try again.',
  },
  'elevation-failed': {
    message: 'The step that needs an administrator failed.',
    remedy: `Read Windows' event log (Application, source "Hermes Gateway Service"), or run "hermes-gateway install" from an elevated prompt, which prints more details.`,
  },
  'elevation-unavailable': {
    message: 'This system cannot ask for an administrator here.',
    remedy: 'Run "hermes-gateway install" from an elevated prompt ("Run as administrator").',
    exit: EXIT.needsAdministrator,
  },
  'autostart-not-restored': {
    message: 'The gateway service is switched off, but what started the gateway before could not be restored.',
    remedy: 'Run "hermes gateway install" so that Hermes starts the gateway as before.',
  },
  'connection-lost': {
    message: 'The app does not answer.',
    remedy: 'Start the app again. The gateway itself is not affected.',
  },
  'service-running': {
    message: 'The service is running already.',
    remedy: 'Nothing needs to be done. "hermes-gateway restart" restarts it.',
    win32: 1056,
  },
  'service-not-running': {
    message: 'The service is not running.',
    remedy: 'Start it with "hermes-gateway start".',
    win32: 1062,
  },
  'service-busy': {
    message: 'The service is starting or stopping and accepts no request now.',
    remedy: 'Wait until "hermes-gateway status" shows another phase, then try again.',
    win32: 1061,
  },
  'service-disabled': {
    message: 'The start type of the service is "disabled", so Windows does not start it.',
    remedy: 'Run "hermes-gateway install" as administrator, which sets the start type to automatic again.',
    win32: 1058,
  },
  'service-unresponsive': {
    message: 'The service process did not answer Windows in time.',
    remedy: 'Try "hermes-gateway restart". If it happens again, read "hermes-gateway logs" and the System log of the Event Viewer.',
    win32: 1053,
  },
  'service-died': {
    message: 'The service process ended unexpectedly.',
    remedy: 'Windows starts it again automatically. Read why it ended with "hermes-gateway logs".',
    win32: 1067,
  },
  'service-program-missing': {
    message: 'The program of the service is missing.',
    remedy: 'Run "hermes-gateway install" as administrator, which restores it.',
  },
  'service-program-damaged': {
    message: 'The program of the service is damaged: a file of it is missing or was changed.',
    remedy: 'Repair the installation of the app, then switch the service off and on again.',
  },
  'service-program-unsafe': {
    message: 'Users who are not administrators can change the program of the service, so Windows must not run it.',
    remedy: 'Restore the default rights of the folder, or install the service again. Nothing was registered or started.',
  },
  'service-logon-failed': {
    message: 'Windows could not sign in the account of the service.',
    remedy: 'Run "hermes-gateway install" as administrator: it sets the account to LocalSystem, which needs no password.',
    win32: 1069,
  },
  'service-dependency': {
    message: 'A service that this service depends on did not start, or another running service depends on it.',
    remedy: 'Remove the dependency in services.msc, or start the other service first.',
    win32: 1068,
  },
  'service-exists': {
    message: 'A service of this name exists already.',
    remedy: 'Run "hermes-gateway install" again: it updates a service that is ours and names one that is not.',
    win32: 1073,
  },
  'service-name-taken': {
    message: 'Another service has this display name.',
    remedy: 'Rename or remove the other service in services.msc, then try again.',
    win32: 1078,
  },
  'service-database-locked': {
    message: 'The service database of Windows is locked by another program.',
    remedy: 'Wait for the installation or update that is running, then try again.',
    win32: 1055,
  },
  'service-readback': {
    message: 'Windows did not keep a setting of the service as it was written; the change was undone.',
    remedy: 'Check for security software or a policy that protects services, then run "hermes-gateway install" again.',
  },
  'removal-pending': {
    message: 'The service is marked for deletion and is removed when the last program closes it.',
    remedy: 'Close services.msc, Task Manager and other service tools; if it is still there, restart Windows. Then try again.',
    win32: 1072,
  },
  'not-started-by-scm': {
    message: 'Only Windows may run this command, as a service.',
    remedy: 'Start the service with "hermes-gateway start", or run the gateway here with "hermes-gateway supervise".',
    exit: EXIT.usage,
    win32: 1063,
  },
  'not-signed-in': {
    message: 'The owner of the gateway is not signed in.',
    remedy: 'Sign in to Windows; the gateway then starts automatically.',
    win32: 1008,
  },
  'privilege-missing': {
    message: 'This process does not have a privilege that this step needs.',
    remedy: 'Run "hermes-gateway install" as administrator, which grants the service what it needs.',
    win32: 1314,
  },
  'windows-shutting-down': {
    message: 'Windows is shutting down.',
    remedy: 'Nothing is lost: the gateway starts again when you sign in.',
    win32: 1115,
  },
  'windows-refused': {
    message: 'Windows refused a step.',
    remedy: 'Copy the details, which name the step and the number of the error, into a bug report.',
  },
  'state-corrupt': {
    message: 'A state file of the gateway service cannot be read.',
    remedy: 'Run "hermes-gateway doctor --fix", or "hermes-gateway install" to write it again; the damaged file is kept beside it.',
  },
  'state-newer': {
    message: 'The state of the gateway service was written by a newer version.',
    remedy: 'Update this app, or run "hermes-gateway install" to take the service over with this version.',
  },
  'state-unwritable': {
    message: 'The state folder of the gateway service cannot be written.',
    remedy: 'Give yourself write access to the folder named in the details, then try again.',
  },
  'state-virtualised': {
    message:
      'Windows keeps what this packaged app writes below %LOCALAPPDATA% in a private copy, so the gateway service would not see it; nothing was changed.',
    remedy:
      'The maker of the app must set desktop6:FileSystemWriteVirtualization to "disabled" in its manifest, with the capability unvirtualizedResources. Until then, use hermes-gateway in a terminal.',
  },
  'disk-full': {
    message: 'The disk is full.',
    remedy: 'Free some space, then try again; nothing was changed.',
    win32: 112,
  },
  'pipe-unavailable': {
    message: 'The control pipe of the gateway service could not be opened.',
    remedy: 'Nothing is lost: the gateway is still running. Try again with "hermes-gateway status".',
  },
  unsupported: {
    message: 'This system does not support this.',
    remedy: 'Use another mechanism; "hermes-gateway doctor" lists those of this system.',
  },
  'bad-request': {
    message: 'The request was not understood.',
    remedy: 'Update the app: its window and its engine are of different versions.',
    exit: EXIT.usage,
  },
  'sender-refused': {
    message: 'This page may not manage the gateway service.',
    remedy: 'Use the settings of the app itself.',
  },
  'option-invalid': {
    message: 'An option that the app gave to the gateway service is wrong.',
    remedy: 'Correct it in the app; "Main process" in docs/integration.md has all options.',
  },
  'registered-already': {
    message: 'The app has registered the gateway service already.',
    remedy: 'Call dispose() of the first registration before the second.',
  },
  usage: {
    message: 'The command line was not understood.',
    remedy: 'See "hermes-gateway --help".',
    exit: EXIT.usage,
  },
  'update-failed': {
    message: 'The update command failed; the gateway was started again.',
    remedy: 'Read the output of the update, fix its cause and update again.',
  },
  'update-program-missing': {
    message: 'The program of the update was not found; no gateway was stopped.',
    remedy: 'Write its name as in this terminal, or its absolute path: "hermes-gateway update -- PROGRAM ARGUMENTS".',
  },
  'update-running': {
    message: 'Another update is running.',
    remedy: 'Wait for it to end. If it hangs, end the process named in the details; the gateways then start again automatically.',
  },
  'files-in-use': {
    message: 'A program still uses a file that the update replaces; nothing was updated, and the gateways were started again.',
    remedy: 'Close the Hermes app and every terminal that runs Hermes, then update again.',
  },
  'update-not-installed': {
    message: 'The new version was not installed: consent was declined, or the installer failed.',
    remedy: 'Install the update again, and give consent as an administrator.',
  },
  'app-did-not-quit': {
    message: 'The app did not quit in time for the update; nothing was updated.',
    remedy: 'Close its windows and dialogs, then update again.',
  },
  'update-interpreter-missing': {
    message: "Hermes' updater could not run, because the Python of Hermes is missing.",
    remedy: 'Repair the Hermes installation, then update again.',
  },
  'update-app-not-built': {
    message: 'Hermes was updated, but its desktop app could not be built again.',
    remedy: "Update again; the log of Hermes' updater contains what was missing.",
  },
  'update-processes-alive': {
    message: 'Programs of Hermes did not stop, so nothing was updated.',
    remedy: 'Close every program and terminal that runs Hermes, then update again.',
  },
  'update-unverified': {
    message: 'The version that the update installed does not work.',
    remedy: 'Run "hermes update" in a terminal; if that does not help, repair the Hermes installation.',
  },
  'update-stalled': {
    message: 'The update printed nothing for a long time and was ended.',
    remedy: "Update again; the log of Hermes' updater contains the step at which it hung.",
  },
  'journal-unreadable': {
    message: 'The journal of an earlier update cannot be read; the gateways are not affected.',
    remedy: 'Remove the file named in the details, or update this app if a newer version wrote it. Then update again.',
  },
  interrupted: {
    message: 'The command was interrupted.',
    remedy: 'What was started continues; run "hermes-gateway status" to see it. Running the command again is safe.',
    exit: EXIT.interrupted,
  },
  internal: INTERNAL_ERROR,
} satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ROWS;

export const ERRORS: Readonly<Record<ErrorCode, ErrorRow>> = ROWS;
