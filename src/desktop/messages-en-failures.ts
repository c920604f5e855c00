/** Errors and problems for a window: message and remedy of the table, with another remedy where that is for a terminal. */

import type { ErrorCode } from '../model/error-table.ts';
import type { Operation } from '../model/operation-steps.ts';
import { isDown } from '../model/platforms.ts';
import type { Problem, ProblemCode } from '../model/problems.ts';
import type { Status } from '../model/status.ts';
import type { ShownError } from './shown-error.ts';
import { pressing } from './views.ts';

/** A failure or a problem: what happened, and what to do about it. */
export interface Explained {
  readonly message: string;
  readonly remedy: string;
}

const REMEDIES: Partial<Readonly<Record<ErrorCode, string>>> = {
  'gateway-command-missing': 'Install Hermes again, then try again.',
  'mechanism-in-charge': 'Keep it, or turn the switch off first.',
  'folder-of-another-user': 'Start the app as that user.',
  'home-in-use': 'Keep that service, or remove it as its user. For a second gateway, use a separate Hermes home.',
  'started-elevated': 'Sign in again. Then the app has no administrator rights, and can start it.',
  'gateway-not-up': 'The log shows why. Fix the cause, then try again.',
  'gateway-configuration': 'The log shows what Hermes refuses. Correct the configuration, then try again.',
  'not-installed': 'Turn the switch on.',
  'timed-out': 'Wait a moment. If the state does not change, the log shows why.',
  'needs-administrator': 'Try again, and let Windows ask for an administrator.',
  'elevation-failed': 'Try again. If it fails again, see the Windows event log (Application, source Hermes Gateway Service).',
  'elevation-unavailable': 'Ask an administrator to install the gateway service, or use the sign-in start, which needs none.',
  'state-corrupt': 'Turn the switch off and on again to write a new file. The damaged file is kept.',
  'state-newer': 'Update this app.',
  'pipe-unavailable': 'The gateway keeps running.',
  'profile-served':
    'Keep that gateway running: turn it on for its own profile. For a separate gateway, set "gateway.standalone: true" in the config.yaml of this profile, and try again.',
  'home-missing': 'Install Hermes first.',
  'home-invalid': 'Set the Hermes home of the app to the absolute path of a folder.',
  'inside-gateway': 'Ask for it in the app.',
  'gateway-of-another-user': 'End it as that user, or use a separate Hermes home.',
  'gateway-command-invalid': 'Name a program by its absolute path.',
  'service-owner-missing': 'Turn the switch off and on again. This registers you as the owner.',
  'service-running': 'Nothing needs to be done.',
  'service-not-running': 'Nothing needs to be done.',
  'service-busy': 'Wait until it shows another state, then try again.',
  'service-disabled': 'A repair sets the start type to automatic again.',
  'service-unresponsive': 'Try again. If it happens again, see the log, and the System log of the Event Viewer.',
  'service-died': 'Windows starts it again automatically. The log shows why it ended.',
  'service-program-missing': 'A repair restores the program.',
  'service-logon-failed': 'A repair sets the account of the service again, which needs no password.',
  'service-exists': 'Try again. This updates a service that is ours and names one that is not.',
  'service-readback': 'Check for security software or a policy that protects services, then try again.',
  'not-started-by-scm': 'Try again here.',
  'privilege-missing': 'Turn the switch off and on again. This grants the service what it needs.',
  'state-virtualised': 'Update this app. If there is no newer version, ask its maker for one that keeps its files outside of its package.',
  unsupported: 'Use the sign-in start where it is offered.',
  usage: 'Update this app.',
  'update-program-missing': 'Install Hermes again, then update again.',
  interrupted: 'What was started continues. It is safe to do it again.',
};

/** Whether a text names our command line, or an option of it. */
const isForTerminal = (text: string): boolean => /hermes-gateway |(^|[\s"(])--[a-z]/.test(text);

/** What did not happen because consent was not given. */
const NOT_DONE: Partial<Readonly<Record<Operation, string>>> = {
  install: 'Not turned on',
  uninstall: 'Not turned off',
  repair: 'Not repaired',
};

const NO_CONSENT: Partial<Readonly<Record<ErrorCode, Explained>>> = {
  'consent-declined': { message: 'the Windows prompt was declined.', remedy: 'Nothing was changed.' },
  'consent-unanswered': { message: 'the Windows prompt was not answered.', remedy: 'Nothing was changed.' },
  'consent-cancelled': { message: 'you cancelled it.', remedy: 'The Windows prompt can be closed. Approving it now changes nothing.' },
};

export function explainError({ code, message, remedy, verb }: Pick<ShownError, 'code' | 'message' | 'remedy' | 'verb'>): Explained {
  const noConsent = NO_CONSENT[code];
  if (noConsent) return { ...noConsent, message: `${(verb && NOT_DONE[verb]) ?? 'Not done'}: ${noConsent.message}` };
  return { message, remedy: isForTerminal(remedy) ? (REMEDIES[code] ?? remedy) : remedy };
}

/** Only the remedy of a start that failed is that of an error. */
export const explainProblem = ({ message, remedy }: Pick<Problem, 'message' | 'remedy'>): Explained => ({
  message,
  remedy: isForTerminal(remedy) ? 'Install Hermes again. Then start it again.' : remedy,
});

/** Problems that the description of the platforms contains. */
const ABOUT_PLATFORMS: ReadonlySet<string> = new Set<ProblemCode>(['platform-down', 'bot-held']);

/** How many problems need something to be done, without those that the description of the platforms contains; undefined for none. */
export function countProblems(status: Status): string | undefined {
  const describesPlatforms = status.platforms?.some(isDown) === true;
  const count = pressing(status).filter(({ code }) => !describesPlatforms || !ABOUT_PLATFORMS.has(code)).length;
  return count === 0 ? undefined : count === 1 ? '1 problem' : `${count} problems`;
}
