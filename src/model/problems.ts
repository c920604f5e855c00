/** The one table of problems, which a status reports beside its phase. `explain`, panel and documentation read it. */

/**
 * `info`: nothing needs to be done, so the status stays green. `warning`: something works worse than it should. `error`: the gateway does not
 * run, or is not restarted or started again, until something is done.
 */
export type Severity = 'info' | 'warning' | 'error';

/** What panel and command line can do. `turnOn` and `turnOff` are the switch, `install` and `uninstall`; `updateHermes` is the app's. */
export type ProblemAction =
  | 'start'
  | 'restart'
  | 'repair'
  | 'refresh'
  | 'showLog'
  | 'showConfiguration'
  | 'updateHermes'
  | 'turnOn'
  | 'turnOff';

export interface ProblemRow {
  readonly message: string;
  /** Names no action but those beside it, and no command: panel and command line offer each action in their own way. */
  readonly remedy: string;
  /** The actions of the remedy, in their order; none where nothing needs to be done, or only the user can do it. `start` starts it again. */
  readonly actions: readonly ProblemAction[];
  /** Default: warning. */
  readonly severity?: Severity;
  /** Whether the remedy needs an administrator; default: false. */
  readonly elevated?: boolean;
}

const ROWS = {
  'gateway-silent': {
    message: 'The gateway is alive but has not answered three times in a row.',
    remedy: 'Restart the gateway. After 3 minutes of silence it is restarted by itself, unless that is turned off.',
    actions: ['restart'],
  },
  'gateway-degraded': {
    message: 'The gateway reports that it is degraded.',
    remedy: 'Restart the gateway. If it is degraded again, the log shows why.',
    actions: ['restart', 'showLog'],
  },
  'gateway-in-background': {
    message: 'The gateway program went into the background. It is watched there, but its exit code is not known.',
    remedy: 'Use a gateway program that stays in the foreground; most programs have an option for that.',
    actions: [],
    severity: 'info',
  },
  'environment-kept': {
    message: 'The restarted gateway has the environment of its first start, which differs from that of this command.',
    remedy: 'A stop and then a start give it the present environment.',
    actions: [],
  },
  'runner-silent': {
    message: 'The process that watches the gateway runs, but does not answer.',
    remedy: 'Repair it. This replaces that process and its gateway.',
    actions: ['repair'],
  },
  'host-suspended': {
    message: 'The process that restarts the gateway was stopped by a signal (SIGSTOP), so a gateway that fails is not restarted.',
    remedy: 'Repair it. This continues that process.',
    actions: ['repair'],
    severity: 'error',
  },
  'crash-loop': {
    message: 'The gateway has failed several times in a row.',
    remedy: 'The log shows the cause. Restarts continue with the restart delays.',
    actions: ['showLog'],
    severity: 'error',
  },
  configuration: {
    message: 'The gateway refuses its configuration (exit code 78) and is not restarted.',
    remedy: 'Correct the configuration of Hermes; the log shows what it refuses. Then start it again.',
    actions: ['showConfiguration', 'showLog', 'start'],
    severity: 'error',
  },
  'bad-update': {
    message: 'The gateway has failed repeatedly since an update, so it is no longer restarted.',
    remedy: 'Roll the update back, or install Hermes again; the log shows why it fails. Then start it again.',
    actions: ['showLog', 'start'],
    severity: 'error',
  },
  'before-sign-in-refused': {
    message: 'Windows did not let the gateway run before you sign in.',
    remedy: 'Sign in, and it starts. Windows is asked again every five minutes.',
    actions: [],
  },
  'before-sign-in-changed': {
    message: 'Whether the gateway also runs before you sign in is registered otherwise than you chose.',
    remedy: 'Repair it. This registers what you chose.',
    actions: ['repair'],
    elevated: true,
  },
  'launch-failed': {
    message: 'The gateway program could not be started.',
    remedy: 'Install Hermes again. Then start it again.',
    actions: ['start'],
    severity: 'error',
  },
  'taken-over': {
    message: 'Another program runs the gateway of this profile ("hermes gateway run --replace").',
    remedy: 'End that program, and the gateway of this service starts again; or start it again now, which ends the other one.',
    actions: ['start'],
    severity: 'info',
  },
  'service-superfluous': {
    message: 'The gateway of another profile serves this profile, so Hermes starts no other one for it.',
    remedy: 'Repair it. This removes the service of this profile; that of the other profile is on.',
    actions: ['repair'],
    severity: 'error',
    elevated: true,
  },
  'profile-served': {
    message: 'The gateway of another profile serves this profile.',
    remedy: 'Nothing needs to be done: its bots are served while that gateway runs.',
    actions: [],
    severity: 'info',
  },
  'kept-by-hermes': {
    message: "Hermes' own service keeps this gateway running.",
    remedy: 'Keep one of the two services: "hermes gateway uninstall" removes that of Hermes.',
    actions: [],
    severity: 'info',
  },
  'profile-gone': {
    message: 'The profile of this gateway service no longer exists: it was deleted or renamed.',
    remedy: 'Turn this service off. A renamed profile needs a service of its own.',
    actions: ['turnOff'],
    severity: 'error',
  },
  'bot-held': {
    message: 'Another gateway uses a bot of this gateway, so this gateway receives none of its messages.',
    remedy:
      'Give each profile a separate bot in its ".env", which is beside the configuration, or stop the other gateway. Then restart it.',
    actions: ['showConfiguration', 'restart'],
  },
  'platform-down': {
    message: 'A messaging platform of this gateway is not connected.',
    remedy: 'Fix the reason that Hermes gives, then restart it. A lost connection is restored automatically.',
    actions: ['restart'],
  },
  'start-disabled': {
    message: 'The service is disabled in Services, so Windows does not start it.',
    remedy: 'Repair it. This sets its start type back to automatic.',
    actions: ['repair'],
    severity: 'error',
    elevated: true,
  },
  'start-type-chosen': {
    message: 'The start type of this service was changed after it was installed.',
    remedy: 'Nothing needs to be done; it is kept. You can change it in Services.',
    actions: [],
    severity: 'info',
  },
  'registration-unreadable': {
    message: 'The system did not report whether the gateway service is registered.',
    remedy: 'Try again in a minute. If this problem stays, restart the computer.',
    actions: ['refresh'],
  },
  'host-missing': {
    message: 'The program of this service is missing, so Windows cannot start it.',
    remedy: 'Repair it. This restores the program.',
    actions: ['repair'],
    severity: 'error',
    elevated: true,
  },
  'host-moved': {
    message: 'The program of this service was moved or deleted, so a gateway that fails is not restarted.',
    remedy: 'Restart the gateway. The present program then keeps it running.',
    actions: ['restart'],
    severity: 'error',
  },
  'ladder-changed': {
    message: 'The restart delays of this service were changed, so a gateway that fails is not restarted as it should be.',
    remedy: 'Repair it. This sets them again.',
    actions: ['repair'],
    elevated: true,
  },
  'failure-flag-off': {
    message: 'Windows restarts this service only after a crash, and not after it ended with an error.',
    remedy: 'Repair it. Windows then restarts the gateway after both.',
    actions: ['repair'],
    elevated: true,
  },
  'rights-changed': {
    message: 'You can no longer start and stop this service without an administrator.',
    remedy: 'Repair it. This grants the right again.',
    actions: ['repair'],
    elevated: true,
  },
  'account-changed': {
    message: 'This service runs under another account than it was installed with.',
    remedy: 'Repair it. This sets LocalSystem again, which needs no password.',
    actions: ['repair'],
    elevated: true,
  },
  'service-changed': {
    message: 'Settings of this service were changed.',
    remedy: 'Repair it. This sets them again.',
    actions: ['repair'],
    elevated: true,
  },
  'owner-missing': {
    message: 'The owner of the service is not registered, so it starts nothing.',
    remedy: 'Repair it. This registers you as its owner.',
    actions: ['repair'],
    severity: 'error',
    elevated: true,
  },
  'event-source-missing': {
    message: "This service is not registered in Windows' event log, so its entries there have no text.",
    remedy: 'Nothing needs to be done; a repair registers it again.',
    actions: ['repair'],
    severity: 'info',
    elevated: true,
  },
  'definition-missing': {
    message: 'The definition of this gateway service is missing, so nothing can be started.',
    remedy: 'Repair it. This writes it again.',
    actions: ['repair'],
    severity: 'error',
  },
  'gateway-unmanaged': {
    message: 'A gateway of this home is running that this service did not start.',
    remedy: 'Repair it. This ends the other gateway gracefully.',
    actions: ['repair'],
  },
  'lock-stale': {
    message: 'A lock of a process that has ended is still there.',
    remedy: 'Nothing needs to be done; a repair removes it.',
    actions: ['repair'],
    severity: 'info',
  },
  'hold-stale': {
    message: 'A hold or the journal of an update that has ended is still there.',
    remedy: 'Nothing needs to be done; a repair removes it.',
    actions: ['repair'],
    severity: 'info',
  },
  'state-file-damaged': {
    message: 'A state file cannot be read; the service runs without it.',
    remedy: 'Repair it. This renames the file.',
    actions: ['repair'],
  },
  'write-unfinished': {
    message: 'A temporary file of an interrupted write is still there.',
    remedy: 'Nothing needs to be done; a repair removes it.',
    actions: ['repair'],
    severity: 'info',
  },
  'host-outdated': {
    message: 'Windows starts another version of the service program than this app contains.',
    remedy: 'Repair it. This brings it up to date.',
    actions: ['repair'],
    elevated: true,
  },
  'host-protocol': {
    message: 'The service program that Windows starts uses another protocol than this app.',
    remedy: 'Repair it. This brings it up to date.',
    actions: ['repair'],
    elevated: true,
  },
  'definition-unreadable': {
    message: 'The definition of this gateway service cannot be read.',
    remedy: 'Repair it. This writes it again; the damaged file is kept.',
    actions: ['repair'],
    severity: 'error',
  },
  'state-unreadable': {
    message: 'This user may not read a file of the state folder.',
    remedy: 'Give yourself access to that file, or use the account of its owner.',
    actions: [],
  },
  'state-newer': {
    message: 'The state of this gateway service was written by a newer version.',
    remedy: 'Update this app.',
    actions: [],
  },
  'state-unwritable': {
    message: 'The state folder cannot be written; history is not kept.',
    remedy: 'Free some disk space, or give yourself write access to the folder.',
    actions: [],
  },
  'log-incomplete': {
    message: 'Some output of the gateway could not be written to the log.',
    remedy: 'Free some disk space.',
    actions: [],
  },
  'mechanism-left-over': {
    message: 'Something that started this gateway before is still registered.',
    remedy: 'Repair it. This removes it.',
    actions: ['repair'],
  },
  'started-otherwise': {
    message: 'Something else starts this gateway when you sign in.',
    remedy: 'It can stay. Turn this service on to replace it; turning it off again restores it.',
    actions: ['turnOn'],
    severity: 'info',
  },
  'packaged-service': {
    message: "Hermes' own packaged service can run this gateway. It does not restart a gateway that fails.",
    remedy: 'It can stay in charge. Turn this service on to replace it: that one is then stopped and disabled, and ours gets another name.',
    actions: ['turnOn'],
    severity: 'info',
  },
  'autostart-left': {
    message: 'Something else still starts this gateway when you sign in. A second gateway ends at once, so nothing is lost.',
    remedy: 'Repair it. What an administrator created is removed as administrator.',
    actions: ['repair'],
    elevated: true,
  },
  'autostart-unasked': {
    message: 'Whether something else starts this gateway could not be checked.',
    remedy: 'Make sure that the Task Scheduler is running and the Startup folder can be read. Then repair it.',
    actions: ['repair'],
  },
  'startup-disabled': {
    message: "Windows' own switch for this Startup app is off, so the gateway does not start when you sign in.",
    remedy: "Enable it in Windows' Settings, under Apps, Startup.",
    actions: [],
  },
  'startup-entry-missing': {
    message: 'The entry in your Startup folder is missing, so the gateway does not start when you sign in.',
    remedy: 'Repair it. This creates the entry again.',
    actions: ['repair'],
  },
  'startup-entry-taken': {
    message: 'Something else in your Startup folder has the name of our entry, so the gateway does not start when you sign in.',
    remedy: 'Rename or remove that entry. Then repair it.',
    actions: ['repair'],
  },
  'startup-flashes': {
    message:
      'Windows could not create a shortcut, so a command file starts the gateway when you sign in, and its window appears for a moment.',
    remedy: 'Nothing needs to be done; a repair tries to create a shortcut.',
    actions: ['repair'],
    severity: 'info',
  },
  'startup-host-damaged': {
    message: 'The program that starts the gateway when you sign in is missing or damaged.',
    remedy: 'Repair it. This copies it again.',
    actions: ['repair'],
  },
  'pipe-squatted': {
    message: 'Another program uses the name of the control pipe; a new name is in use.',
    remedy: 'Nothing needs to be done. If the problem stays, restart the computer.',
    actions: [],
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
  const { message, remedy, actions, severity = 'warning', elevated = false } = PROBLEMS[code];
  return { code, severity, message: detail ? `${message} ${detail}` : message, remedy, actions, elevated };
}
