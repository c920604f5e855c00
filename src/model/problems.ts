/** The one table of problems, which a status reports beside its phase. `explain`, panel and documentation read it. */

/**
 * `info`: nothing needs to be done, so the status stays green. `warning`: something works worse than it should. `error`: the gateway does not
 * run, or is not restarted or started again, until something is done.
 */
export type Severity = 'info' | 'warning' | 'error';

export interface ProblemRow {
  readonly message: string;
  readonly remedy: string;
  /** Default: warning. */
  readonly severity?: Severity;
  /** Whether the remedy needs an administrator; default: false. */
  readonly elevated?: boolean;
}

const ROWS = {
  'gateway-silent': {
    message: 'The gateway is alive but has not answered three times in a row.',
    remedy: 'Restart the gateway. After 3 minutes of silence it is restarted by itself, unless that is turned off.',
  },
  'gateway-degraded': {
    message: 'The gateway reports that it is degraded.',
    remedy: 'Read the log, then restart the gateway.',
  },
  'gateway-in-background': {
    message: 'The gateway program went into the background. It is watched there, but its exit code is not known.',
    remedy: 'Install the service again with a --gateway-command that stays in the foreground; most programs have an option for that.',
    severity: 'info',
  },
  'environment-kept': {
    message: 'The restarted gateway has the environment of its first start, which differs from that of this command.',
    remedy: 'To start it with the present environment, run "hermes-gateway stop", then "hermes-gateway start".',
  },
  'runner-silent': {
    message: 'The process that watches the gateway runs, but does not answer.',
    remedy: 'Restart the gateway, or run "hermes-gateway doctor --fix"; that replaces this process and its gateway.',
  },
  'host-suspended': {
    message: 'The process that restarts the gateway was stopped by a signal (SIGSTOP), so a gateway that fails is not restarted.',
    remedy: 'Start the gateway, or run "hermes-gateway doctor --fix"; either continues this process.',
    severity: 'error',
  },
  'crash-loop': {
    message: 'The gateway has failed several times in a row.',
    remedy: 'Fix its cause; restarts continue with the restart delays.',
  },
  configuration: {
    message: 'The gateway refuses its configuration (exit code 78) and is not restarted.',
    remedy: 'Fix the configuration of Hermes, then start the gateway.',
    severity: 'error',
  },
  'bad-update': {
    message: 'The gateway has failed repeatedly since an update, so it is no longer restarted.',
    remedy: 'Roll the update back or repair Hermes; "hermes-gateway logs" shows why it fails. Then restart the gateway.',
    severity: 'error',
  },
  'before-sign-in-refused': {
    message: 'Windows did not let the gateway run before you sign in.',
    remedy: 'Sign in, and it starts. Windows is asked again every five minutes.',
  },
  'before-sign-in-changed': {
    message: 'Whether the gateway also runs before you sign in is registered otherwise than you chose.',
    remedy: 'Repair it, which registers what you chose.',
    elevated: true,
  },
  'launch-failed': {
    message: 'The gateway program could not be started.',
    remedy: 'Repair the Hermes installation, then start the gateway.',
    severity: 'error',
  },
  'taken-over': {
    message: 'Another program runs the gateway of this profile ("hermes gateway run --replace").',
    remedy: 'End that program, and the service starts its gateway again; or start the gateway now, which ends the other one.',
  },
  'service-superfluous': {
    message: 'The gateway of another profile serves this profile, so Hermes starts no other one for it.',
    remedy: 'Repair it: the service of this profile is removed, and that of the other profile is on.',
    elevated: true,
  },
  'profile-served': {
    message: 'The gateway of another profile serves this profile.',
    remedy: 'Nothing needs to be done: its bots are served while that gateway runs.',
    severity: 'info',
  },
  'kept-by-hermes': {
    message: "Hermes' own service keeps this gateway running.",
    remedy: 'Keep one of the two services: "hermes gateway uninstall" removes that of Hermes.',
    severity: 'info',
  },
  'profile-gone': {
    message: 'The profile of this gateway service no longer exists: it was deleted or renamed.',
    remedy: 'Remove the service with "hermes-gateway uninstall". Install one for a renamed profile with "hermes-gateway install".',
    severity: 'error',
  },
  'bot-held': {
    message: 'Another gateway uses a bot of this gateway, so this gateway receives none of its messages.',
    remedy: 'Give each profile a separate bot in its ".env", or stop the other gateway. Then restart this one.',
  },
  'platform-down': {
    message: 'A messaging platform of this gateway is not connected.',
    remedy: 'Fix the reason that Hermes gives, then restart the gateway. A lost connection is tried again automatically.',
  },
  'start-disabled': {
    message: 'The service is disabled in Services, so Windows does not start it.',
    remedy: 'Repair it in the Hermes app, or run "hermes-gateway install"; either sets its start type back to automatic.',
    severity: 'error',
    elevated: true,
  },
  'start-type-chosen': {
    message: 'The start type of this service was changed after it was installed.',
    remedy: 'Nothing needs to be done; it is kept. You can change it in Services.',
    severity: 'info',
  },
  'registration-unreadable': {
    message: 'The system did not report whether the gateway service is registered.',
    remedy: 'Wait a minute; the state is read again automatically. If this problem stays, restart the computer.',
  },
  'host-missing': {
    message: 'The program of this service is missing, so Windows cannot start it.',
    remedy: 'Repair it; that restores the program.',
    severity: 'error',
    elevated: true,
  },
  'host-moved': {
    message: 'The program of this service was moved or deleted, so a gateway that fails is not restarted.',
    remedy: 'Restart the gateway: "hermes-gateway restart" of the present program takes over.',
    severity: 'error',
  },
  'ladder-changed': {
    message: 'The restart delays of this service were changed, so a gateway that fails is not restarted as it should be.',
    remedy: 'Repair it; that sets them again.',
    elevated: true,
  },
  'failure-flag-off': {
    message: 'Windows restarts this service only after a crash, and not after it ended with an error.',
    remedy: 'Repair it; that turns the flag on again.',
    elevated: true,
  },
  'rights-changed': {
    message: 'You can no longer start and stop this service without an administrator.',
    remedy: 'Repair it; that grants the right again.',
    elevated: true,
  },
  'account-changed': {
    message: 'This service runs under another account than it was installed with.',
    remedy: 'Repair it; that sets LocalSystem again, which needs no password.',
    elevated: true,
  },
  'service-changed': {
    message: 'Settings of this service were changed.',
    remedy: 'Repair it; that sets them again.',
    elevated: true,
  },
  'owner-missing': {
    message: 'The owner of the service is not registered, so it starts nothing.',
    remedy: 'Repair it; that registers you as its owner.',
    severity: 'error',
    elevated: true,
  },
  'event-source-missing': {
    message: "This service is not registered in Windows' event log, so its entries there have no text.",
    remedy: 'Repair it; that registers its source again.',
    severity: 'info',
    elevated: true,
  },
  'definition-missing': {
    message: 'The definition of this gateway service is missing, so nothing can be started.',
    remedy: 'Repair it; that writes it again.',
    severity: 'error',
  },
  'gateway-unmanaged': {
    message: 'A gateway of this home is running that this service did not start.',
    remedy: 'Repair it; that ends the other gateway gracefully.',
  },
  'lock-stale': {
    message: 'A lock of a process that has ended is still there.',
    remedy: 'Nothing needs to be done; a repair removes it.',
    severity: 'info',
  },
  'hold-stale': {
    message: 'A hold or the journal of an update that has ended is still there.',
    remedy: 'Nothing needs to be done; a repair removes it.',
    severity: 'info',
  },
  'state-file-damaged': {
    message: 'A state file cannot be read; the service runs without it.',
    remedy: 'Run "hermes-gateway doctor --fix", which renames it.',
  },
  'write-unfinished': {
    message: 'A temporary file of an interrupted write is still there.',
    remedy: 'Nothing needs to be done; a repair removes it.',
    severity: 'info',
  },
  'host-outdated': {
    message: 'Windows starts another version of the service program than this app contains.',
    remedy: 'Repair it to bring it up to date.',
    elevated: true,
  },
  'host-protocol': {
    message: 'The service program that Windows starts uses another protocol than this app.',
    remedy: 'Repair it to bring it up to date.',
    elevated: true,
  },
  'definition-unreadable': {
    message: 'The definition of this gateway service cannot be read.',
    remedy: 'Install the service again; the damaged file is kept.',
    severity: 'error',
  },
  'state-unreadable': {
    message: 'This user may not read a file of the state folder.',
    remedy: 'Give yourself access to that file, or run the command as the user who owns it.',
  },
  'state-newer': {
    message: 'The state of this gateway service was written by a newer version.',
    remedy: 'Update this app.',
  },
  'state-unwritable': {
    message: 'The state folder cannot be written; history is not kept.',
    remedy: 'Free some disk space, or give yourself write access to the folder.',
  },
  'log-incomplete': {
    message: 'Some output of the gateway could not be written to the log.',
    remedy: 'Free some disk space.',
  },
  'mechanism-left-over': {
    message: 'Something that started this gateway before is still registered.',
    remedy: 'Install the gateway service again, which removes it.',
  },
  'started-otherwise': {
    message: 'Something else starts this gateway when you sign in.',
    remedy: 'It can stay. "hermes-gateway install" replaces it, and "hermes-gateway uninstall" restores it.',
    severity: 'info',
  },
  'packaged-service': {
    message: "Hermes' own packaged service can run this gateway. It does not restart a gateway that fails.",
    remedy:
      'Leave it in charge, or take over with "hermes-gateway install": that service is stopped and disabled, and ours gets another name.',
    severity: 'info',
  },
  'autostart-left': {
    message: 'Something else still starts this gateway when you sign in. A second gateway ends at once, so nothing is lost.',
    remedy: 'Repair the gateway service with "hermes-gateway doctor --fix"; what an administrator created is removed as administrator.',
    elevated: true,
  },
  'autostart-unasked': {
    message: 'Whether something else starts this gateway could not be checked.',
    remedy: 'Make sure that the Task Scheduler is running and the Startup folder can be read, then run "hermes-gateway doctor --fix".',
  },
  'startup-disabled': {
    message: "Windows' own switch for this Startup app is off, so the gateway does not start when you sign in.",
    remedy: "Turn it on in Windows' Settings, under Apps, Startup.",
  },
  'startup-entry-missing': {
    message: 'The entry in your Startup folder is missing, so the gateway does not start when you sign in.',
    remedy: 'Install the gateway service again to create the entry again.',
  },
  'startup-entry-taken': {
    message: 'Something else in your Startup folder has the name of our entry, so the gateway does not start when you sign in.',
    remedy: 'Rename or remove that entry, then install the gateway service again.',
  },
  'startup-flashes': {
    message:
      'Windows could not create a shortcut, so a command file starts the gateway when you sign in, and its window appears for a moment.',
    remedy: 'Nothing needs to be done. Installing the gateway service again tries to create a shortcut.',
    severity: 'info',
  },
  'startup-host-damaged': {
    message: 'The program that starts the gateway when you sign in is missing or damaged.',
    remedy: 'Start the gateway, or install the gateway service again, to copy it again.',
  },
  'pipe-squatted': {
    message: 'Another program uses the name of the control pipe; a new name is in use.',
    remedy: 'Nothing needs to be done. If the problem stays, restart the computer.',
    severity: 'info',
  },
} satisfies Record<string, ProblemRow>;

export type ProblemCode = keyof typeof ROWS;

export const PROBLEMS: Readonly<Record<ProblemCode, ProblemRow>> = ROWS;

export interface Problem extends Required<ProblemRow> {
  readonly code: ProblemCode;
}

/** A problem of the table; `detail` (a path, a number) is added to its sentence. */
export function problem(code: ProblemCode, detail?: string): Problem {
  const { message, remedy, severity = 'warning', elevated = false } = PROBLEMS[code];
  return { code, severity, message: detail ? `${message} ${detail}` : message, remedy, elevated };
}
