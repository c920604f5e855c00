/** Signals to our own processes: one that may not be sent is an error with the PID, and a process that has ended is none. */

import { GatewayServiceError, isPermissionError } from '../model/errors.ts';

/** @throws GatewayServiceError `permission-denied` */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (isPermissionError(error)) throw new GatewayServiceError('permission-denied', `(PID ${pid})`, { cause: error });
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Lets a process continue that was stopped with SIGSTOP. On Windows there is nothing like it. */
export function continueProcess(pid: number): void {
  if (process.platform !== 'win32') sendSignal(pid, 'SIGCONT');
}
