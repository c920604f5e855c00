/** What differs between systems for runner and client: identifying processes, starting a gateway with its tree within reach. */

import type { Environment } from '../gateway/environment.ts';
import type { ParentOf, ProcessTable } from '../model/process-ref.ts';
import type { LaunchGateway } from './gateway-process.ts';

export interface Machine {
  readonly processes: ProcessTable;
  readonly launch: LaunchGateway;
  /** Command line of a running process; undefined where it may not be read. */
  commandLine(pid: number): readonly string[] | undefined;
  readonly parentOf: ParentOf;
  /** Whether a debugger is attached to a process; false where that may not be read. */
  isDebugged(pid: number): boolean;
  /** PID of the process that listens on a TCP port of this computer; undefined where that is not known. */
  portHolder(port: number): number | undefined;
  /**
   * Starts a program that does not end with the gateway below which this process runs. Resolves when it has started.
   * @throws GatewayServiceError `inside-gateway` where the system does not allow it
   */
  startOutside(argv: readonly string[], cwd: string, env: Environment): Promise<void>;
  /** Whether a program has this file open, so that it cannot be replaced; on POSIX an open file can. */
  isInUse(file: string): boolean;
  /** Calls back when the user's session ends, and delays that until this process has ended. Outside Windows it is a signal. */
  onSessionEnd(listener: () => void): Promise<void>;
  /** Ends this process, whose output is complete, at once: the host that restarts it waits for that. */
  endWithCode(exitCode: number): never;
}
