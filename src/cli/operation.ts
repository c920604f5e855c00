/**
 * Runs an operation under Ctrl+C. What takes long in an operation is waiting for a fact, and leaving a wait leaves nothing half done;
 * what changes something takes moments, and gets them before the command ends with 130.
 */

import { GatewayServiceError } from '../model/errors.ts';
import type { Output } from './output.ts';
import type { Terminal } from './terminal.ts';

/** How long a step that changes something may still take after Ctrl+C, in milliseconds. */
const GRACE_MS = 2_000;

export interface OperationOptions {
  readonly terminal: Terminal;
  readonly output: Output;
  /** What Ctrl+C means here, in one sentence. */
  readonly onInterrupt?: string;
  /** Wait for the end of the work however long it takes; a second Ctrl+C still ends the command. */
  readonly patient?: boolean;
}

/** @throws GatewayServiceError `interrupted` after Ctrl+C, even when the work came to its end meanwhile. */
export async function interruptible<T>(work: Promise<T>, { terminal, output, onInterrupt, patient }: OperationOptions): Promise<T> {
  let interrupted: GatewayServiceError | undefined;
  let leave: (error: GatewayServiceError) => void = () => {};
  const left = new Promise<never>((_, reject) => {
    leave = reject;
  });
  const off = terminal.onInterrupt(() => {
    if (interrupted) return leave(interrupted);
    const { step } = output;
    interrupted = new GatewayServiceError('interrupted', step && `(at: ${step})`);
    output.note(onInterrupt ?? 'Interrupted: leaving as soon as the present change is complete. Press Ctrl+C again to leave at once.');
    if (!patient) setTimeout(leave, GRACE_MS, interrupted).unref();
  });
  try {
    const result = await Promise.race([work, left]);
    if (interrupted) throw interrupted;
    return result;
  } catch (error) {
    throw interrupted ?? error;
  } finally {
    off();
  }
}
