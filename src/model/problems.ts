/**
 * Problems: things to know beside the phase, each with a remedy. The table is the only place of their words;
 * `explain`, the panel and the documentation read it.
 */

interface ProblemEntry {
  readonly message: string;
  readonly remedy: string;
  /** Whether the remedy asks for an administrator. */
  readonly elevated: boolean;
}

export const PROBLEMS = {
  'gateway-silent': {
    message: 'The gateway is alive but has not answered three times in a row.',
    remedy: 'Restart the gateway.',
    elevated: false,
  },
  'gateway-degraded': {
    message: 'The gateway says itself that it is degraded.',
    remedy: 'Read the log, then restart the gateway.',
    elevated: false,
  },
  'crash-loop': {
    message: 'The gateway has failed several times in a row.',
    remedy: 'Read the log for the reason; restarts go on by the ladder.',
    elevated: false,
  },
  configuration: {
    message: 'The gateway refuses its configuration (exit code 78) and is not restarted.',
    remedy: 'Fix the configuration of Hermes, then start the gateway.',
    elevated: false,
  },
  'bad-update': {
    message: 'The gateway has failed again and again since an update, and is not restarted any more.',
    remedy: 'Roll the update back or repair Hermes; "hermes-gateway logs" says why it ends. Then restart the gateway.',
    elevated: false,
  },
  'launch-failed': {
    message: 'The gateway program could not be started.',
    remedy: 'Repair the Hermes installation, then start the gateway.',
    elevated: false,
  },
  'profile-served': {
    message: 'The gateway of the default profile serves this profile already.',
    remedy: 'Nothing needs to be done; a gateway of its own would take its bots from the other. A service of this profile can be removed.',
    elevated: false,
  },
  'kept-by-hermes': {
    message: "Hermes' own service keeps this gateway.",
    remedy: 'Keep one of the two: "hermes gateway uninstall" removes that one.',
    elevated: false,
  },
  'profile-gone': {
    message: 'The profile of this gateway service does not exist any more: it was deleted or renamed.',
    remedy:
      'Remove the service with "hermes-gateway uninstall". A renamed profile gets one under its new name with "hermes-gateway install".',
    elevated: false,
  },
  'bot-held': {
    message: 'Another gateway holds a bot of this one, so this one does not hear it.',
    remedy: 'Give each profile a bot of its own in its ".env", or stop the other gateway. Then restart this one.',
    elevated: false,
  },
  'start-disabled': {
    message: 'The service is disabled in Services, so Windows does not start it.',
    remedy: 'Repair it in the Hermes app, or run "hermes-gateway install"; either sets its start type back to automatic.',
    elevated: true,
  },
  'start-type-chosen': {
    message: 'Somebody has chosen another start type for this service than it was installed with.',
    remedy: 'Nothing needs to be done; it is kept. Services of Windows changes it back.',
    elevated: false,
  },
  'registration-unreadable': {
    message: 'The system did not report whether the gateway service is registered.',
    remedy: 'Wait a minute; the state is read again automatically. If this problem stays, restart the computer.',
    elevated: false,
  },
  'host-missing': {
    message: 'The program of this service is missing, so Windows cannot start it.',
    remedy: 'Repair it; that puts the program back.',
    elevated: true,
  },
  'ladder-changed': {
    message: 'The restart delays of this service were changed, so a gateway that fails does not come back as it should.',
    remedy: 'Repair it; that sets them again.',
    elevated: true,
  },
  'failure-flag-off': {
    message: 'Windows restarts this service after a crash only, and not after it has ended with an error.',
    remedy: 'Repair it; that turns the flag on again.',
    elevated: true,
  },
  'rights-changed': {
    message: 'You may not start and stop this service any more without an administrator.',
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
    message: 'The service does not know which user it belongs to, so it starts nothing.',
    remedy: 'Repair it; that records you as its owner.',
    elevated: true,
  },
  'event-source-missing': {
    message: "Windows' event log does not know this service, so its entries are shown without their text.",
    remedy: 'Repair it; that registers its source again.',
    elevated: true,
  },
  'definition-missing': {
    message: 'The definition of this gateway service is missing, so nothing can be started.',
    remedy: 'Repair it; that writes it anew.',
    elevated: false,
  },
  'gateway-unmanaged': {
    message: 'A gateway of this home runs that this service did not start.',
    remedy: 'Repair it; that ends the other gateway, gracefully.',
    elevated: false,
  },
  'lock-stale': {
    message: 'A lock is left of a process that is gone.',
    remedy: 'Nothing needs to be done; a repair removes it.',
    elevated: false,
  },
  'hold-stale': {
    message: 'An update that is over has left a hold, or its journal.',
    remedy: 'Nothing needs to be done; a repair removes it.',
    elevated: false,
  },
  'state-file-damaged': {
    message: 'A state file cannot be read; the service does without it.',
    remedy: 'A repair puts it aside.',
    elevated: false,
  },
  'write-unfinished': {
    message: 'Something is left of a write that was interrupted.',
    remedy: 'Nothing needs to be done; a repair removes it.',
    elevated: false,
  },
  'host-outdated': {
    message: 'Windows starts another version of the service program than the one of this app.',
    remedy: 'Repair it to bring it up to date.',
    elevated: true,
  },
  'host-protocol': {
    message: 'The service program that Windows starts speaks another protocol than this app.',
    remedy: 'Repair it to bring it up to date.',
    elevated: true,
  },
  'definition-unreadable': {
    message: 'The definition of this gateway service cannot be read.',
    remedy: 'Install the service again to write it anew; the damaged file is kept.',
    elevated: false,
  },
  'state-newer': {
    message: 'The state of this gateway service was written by a newer version.',
    remedy: 'Update this app.',
    elevated: false,
  },
  'state-unwritable': {
    message: 'The state folder cannot be written; history is not kept.',
    remedy: 'Free some disk space, or give yourself write access to the folder.',
    elevated: false,
  },
  'log-incomplete': {
    message: 'Some output of the gateway could not be written to the log.',
    remedy: 'Free some disk space.',
    elevated: false,
  },
  'mechanism-left-over': {
    message: 'Something that started this gateway before is still registered.',
    remedy: 'Install the gateway service again, which removes it.',
    elevated: false,
  },
  'started-otherwise': {
    message: 'Something else starts this gateway when you sign in.',
    remedy: 'It may stay. "hermes-gateway install" takes its place, and gives it back when it is removed.',
    elevated: false,
  },
  'autostart-left': {
    message: 'Something else still starts this gateway when you sign in. A second gateway refuses to run, so nothing is lost.',
    remedy: 'Repair the gateway service with "hermes-gateway doctor --fix"; what an administrator made is removed as administrator.',
    elevated: true,
  },
  'autostart-unasked': {
    message: 'It cannot be told whether something else starts this gateway too.',
    remedy:
      'See that the Task Scheduler runs and the Startup folder can be read, then repair the gateway service with "hermes-gateway doctor --fix".',
    elevated: false,
  },
  'startup-disabled': {
    message: "Windows' own switch for this Startup app is off, so the gateway does not start when you sign in.",
    remedy: "Turn it on in Windows' Settings, under Apps, Startup.",
    elevated: false,
  },
  'startup-entry-missing': {
    message: 'The entry in your Startup folder is missing, so the gateway does not start when you sign in.',
    remedy: 'Install the gateway service again to write it anew.',
    elevated: false,
  },
  'startup-entry-taken': {
    message: 'Something else in your Startup folder has the name of our entry, so the gateway does not start when you sign in.',
    remedy: 'Rename or remove that entry, then install the gateway service again.',
    elevated: false,
  },
  'startup-flashes': {
    message: 'Windows makes no shortcut here, so a command file starts the gateway when you sign in, and its window flashes.',
    remedy: 'Nothing needs to be done. Installing the gateway service again tries anew to make a shortcut.',
    elevated: false,
  },
  'startup-host-damaged': {
    message: 'The program that starts the gateway when you sign in is missing or damaged.',
    remedy: 'Start the gateway, or install the gateway service again, to copy it anew.',
    elevated: false,
  },
  'pipe-squatted': {
    message: 'Another program holds the name of the control pipe; a fresh name is in use.',
    remedy: 'Nothing needs to be done. If it stays, restart the computer.',
    elevated: false,
  },
} as const satisfies Record<string, ProblemEntry>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly remedy: string;
  readonly elevated: boolean;
}

/** A problem of the table; `detail` (a path, a number) is added to its sentence. */
export function problem(code: ProblemCode, detail?: string): Problem {
  const { message, remedy, elevated } = PROBLEMS[code];
  return { code, message: detail ? `${message} ${detail}` : message, remedy, elevated };
}
