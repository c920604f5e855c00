/** Runs an operation that Ctrl+C ends with exit code 130. A change takes moments and is completed before; only waiting is interrupted. */

import { GatewayServiceError } from '../model/errors.ts';
import type { Output } from './output.ts';
import type { Terminal } from './terminal.ts';

/** How long a step that changes something may still take after Ctrl+C, in milliseconds. */
const GRACE_MS = 2_000;

export interface OperationOptions {
  readonly terminal: Terminal;
  readonly output: Output;
  /** The sentence that is printed after Ctrl+C. */
  readonly onInterrupt?: string;
  /** Waits for the end of the work without a limit; a second Ctrl+C still ends the command. */
  readonly waitForEnd?: boolean;
}

/** @throws GatewayServiceError `interrupted` after Ctrl+C, even when the work ended meanwhile. */
export async function interruptible<T>(work: Promise<T>, { terminal, output, onInterrupt, waitForEnd }: OperationOptions): Promise<T> {
  let interrupted: GatewayServiceError | undefined;
  let leave: (error: GatewayServiceError) => void = () => {};
  const left = new Promise<never>((_, reject) => {
    leave = reject;
  });
  const off = terminal.onInterrupt(() => {
    if (interrupted) return leave(interrupted);
    const { step } = output;
    interrupted = new GatewayServiceError('interrupted', step && `(at: ${step})`);
    output.note(onInterrupt ?? 'Interrupted: the command ends when the present change is complete. Press Ctrl+C again to end it at once.');
    if (!waitForEnd) setTimeout(leave, GRACE_MS, interrupted).unref();
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
