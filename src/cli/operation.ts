/** Runs an operation that Ctrl+C or SIGTERM ends with exit code 130. A change takes moments and is completed; only waiting is interrupted. */

import { GatewayServiceError } from '../model/errors.ts';
import type { Output } from './output.ts';
import type { Terminal } from './terminal.ts';

/** How long a step that changes something may still take after an interruption, in milliseconds. */
const GRACE_MS = 2_000;

const ENDS_SOON = 'Interrupted: the command ends when the present change is complete.';

/** @throws GatewayServiceError `interrupted` after an interruption, even when the work ended meanwhile. */
export async function interruptible<T>(
  work: Promise<T>,
  { terminal, output }: { readonly terminal: Terminal; readonly output: Output },
): Promise<T> {
  let interrupted: GatewayServiceError | undefined;
  let leave: (error: GatewayServiceError) => void = () => {};
  const left = new Promise<never>((_, reject) => {
    leave = reject;
  });
  const off = terminal.onInterrupt(signal => {
    if (interrupted) return leave(interrupted);
    const { step } = output;
    interrupted = new GatewayServiceError('interrupted', step && `(at: ${step})`);
    output.note(signal === 'SIGINT' ? `${ENDS_SOON} Press Ctrl+C again to end it at once.` : ENDS_SOON);
    setTimeout(leave, GRACE_MS, interrupted).unref();
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
