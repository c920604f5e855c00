/**
 * The steps of an operation: one table of codes with their English phrases. A terminal prints the phrase; a catalogue of another language
 * tells the step anew by its code, so that nobody reads half a sentence in each.
 */

/** Present tense, without a full stop. */
export const STEPS = {
  queueing: 'Waiting for another operation',
  checking: 'Checking the home and the gateway program',
  defining: 'Writing the definition',
  consent: 'Waiting for an administrator',
  registering: 'Registering the service',
  unregistering: 'Removing the service',
  'taking-over': 'Taking over from what started the gateway before',
  'putting-back': 'Putting back what started the gateway before',
  repairing: 'Repairing what is not as it should be',
  clearing: 'Removing the state folder',
  stopping: 'Stopping the gateway',
  restarting: 'Stopping the gateway and starting it again',
  starting: 'Waiting for the gateway to come up',
  'earlier-update': 'Waiting for an earlier update to be finished',
  'hermes-updater': "Waiting for Hermes' own updater",
  'files-in-use': 'Waiting for a file to be let go',
  updating: 'Updating',
  resuming: 'Starting the gateways again',
} as const satisfies Record<string, string>;

export type Step = keyof typeof STEPS;

export type Operation = 'install' | 'uninstall' | 'start' | 'stop' | 'restart' | 'update' | 'repair';

/** A step of an operation that began; shown live on a terminal and in the panel. */
export interface Progress {
  readonly operation: Operation;
  readonly step: Step;
  /** Whom or what it is about, the same in every language: a service, a program, a PID. */
  readonly subject?: string;
  /** The step as a plain English phrase, with its subject. */
  readonly message: string;
}

export type Report = (progress: Progress) => void;

export function progress(operation: Operation, step: Step, subject?: string): Progress {
  return subject === undefined
    ? { operation, step, message: STEPS[step] }
    : { operation, step, subject, message: `${STEPS[step]} (${subject})` };
}
