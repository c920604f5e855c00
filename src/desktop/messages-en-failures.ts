/** Errors and problems for a window: message and remedy of the table, with another remedy where that is for a terminal. */

import type { ErrorCode } from '../model/error-table.ts';
import type { ErrorValue } from '../model/errors.ts';
import { isDown } from '../model/platforms.ts';
import type { Problem, ProblemCode } from '../model/problems.ts';
import type { Status } from '../model/status.ts';
import { pressing } from './views.ts';

/** A failure or a problem: what happened, and what to do about it. */
export interface Explained {
  readonly message: string;
  readonly remedy: string;
}

const REMEDIES: Partial<Readonly<Record<ErrorCode, string>>> = {
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
  'service-not-running': 'Start it.',
  'service-busy': 'Wait until it shows another state, then try again.',
  'service-disabled': 'Repair it. This sets the start type to automatic again.',
  'service-unresponsive': 'Restart it. If it happens again, read the log under Details and the System log of the Event Viewer.',
  'service-died': 'Windows starts it again automatically. Read the log under Details to see why it ended.',
  'service-program-missing': 'Repair it. This restores the program.',
  'service-logon-failed': 'Repair it. This sets the account of the service again, which needs no password.',
  'service-exists': 'Turn the switch on again. This updates a service that is ours and names one that is not.',
  'service-readback': 'Check for security software or a policy that protects services, then try again.',
  'not-started-by-scm': 'Start the gateway here.',
  'privilege-missing': 'Turn the switch off and on again. This grants the service what it needs.',
  'state-virtualised': 'Update this app. If there is no newer version, ask its maker for one that keeps its files outside of its package.',
  unsupported: 'Use the sign-in start where it is offered.',
  usage: 'Update this app.',
  'update-program-missing': 'Repair the Hermes installation, then update again.',
  interrupted: 'What was started continues. It is safe to do it again.',
};

/** Whether a text names our command line, or an option of it. */
const isForTerminal = (text: string): boolean => /hermes-gateway |(^|[\s"(])--[a-z]/.test(text);

export function explainError({ code, message, remedy }: Pick<ErrorValue, 'code' | 'message' | 'remedy'>): Explained {
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
