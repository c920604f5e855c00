/** The steps of operations: one table of codes with English phrases. A terminal prints the phrase; other catalogues translate the code. */

/** Present tense, without a full stop. */
export const STEPS = {
  queueing: 'Waiting for another operation',
  checking: 'Checking the home and the gateway program',
  defining: 'Writing the definition',
  consent: 'Waiting for an administrator',
  registering: 'Registering the service',
  unregistering: 'Removing the service',
  'taking-over': 'Taking over from what started the gateway before',
  'putting-back': 'Restoring what started the gateway before',
  repairing: 'Repairing what is wrong',
  clearing: 'Removing the state folder',
  stopping: 'Stopping the gateway',
  'finishing-work': 'Stopping. The agent is finishing its work',
  restarting: 'Stopping the gateway and starting it again',
  ending: 'Ending the gateway as a crash would',
  starting: 'Waiting for the gateway to start',
  'earlier-update': 'Waiting for an earlier update to finish',
  'hermes-updater': "Waiting for Hermes' own updater",
  'files-in-use': 'Waiting until a file is no longer in use',
  updating: 'Updating',
  resuming: 'Starting the gateways again',
} as const satisfies Record<string, string>;

export type OperationStep = keyof typeof STEPS;

export type Operation = 'install' | 'uninstall' | 'start' | 'stop' | 'restart' | 'update' | 'repair' | 'test-recovery';

/** The step that an operation has begun; shown on a terminal and in the panel. */
export interface OperationProgress {
  readonly operation: Operation;
  readonly step: OperationStep;
  /** What the step is about, the same in every language: a service, a program, a PID. */
  readonly subject?: string;
  /** The step as a plain English phrase, with its subject. */
  readonly message: string;
}

export type Report = (progress: OperationProgress) => void;

export function progress(operation: Operation, step: OperationStep, subject?: string): OperationProgress {
  const message = subject === undefined ? STEPS[step] : `${STEPS[step]} (${subject})`;
  return { operation, step, ...(subject !== undefined && { subject }), message };
}
