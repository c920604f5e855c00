/**
 * What differs between the systems below a runner or a client: identifying processes, and starting a gateway with its tree within reach.
 */

import type { ProcessTable } from '../model/process-ref.ts';
import type { LaunchGateway } from './gateway-process.ts';

export interface Machine {
  readonly processes: ProcessTable;
  readonly launch: LaunchGateway;
  /** Command line of a running process; undefined where it may not be read. */
  commandLine(pid: number): readonly string[] | undefined;
  /** The process that started this one; undefined where that is unknown. */
  parentOf(pid: number): number | undefined;
  /** Whether a program has this file open, so that it cannot be replaced; on POSIX an open file can. */
  isInUse(file: string): boolean;
  /** Calls back when the user's session ends, and delays that until this process has ended. Outside Windows it is a signal. */
  onSessionEnd(listener: () => void): Promise<void>;
  /** Ends this process, whose output is complete, at once: the host that restarts it waits for that. */
  endWithCode(exitCode: number): never;
}
