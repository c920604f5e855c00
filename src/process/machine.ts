/**
 * What differs between the systems below a runner or a client: how processes are told apart, and how a gateway is born so that its whole
 * tree stays within reach. Windows' half is loaded on Windows only, because it brings koffi.
 */

import { readFileSync } from 'node:fs';
import { posixProcesses } from '../gateway/process-start-time.ts';
import type { ProcessTable } from '../state/lock.ts';
import { type LaunchGateway, launchInProcessGroup } from './gateway-process.ts';

export interface Machine {
  readonly processes: ProcessTable;
  readonly launch: LaunchGateway;
  /** Command line of a living process; undefined where it may not be read. */
  commandLine(pid: number): readonly string[] | undefined;
  /** The process that started this one; undefined where that cannot be told. */
  parentOf(pid: number): number | undefined;
  /** Whether a program has this file open, so that it cannot be replaced; on POSIX a file that runs can. */
  isInUse(file: string): boolean;
  /** Calls back when the user's session ends, and holds Windows back until this process has ended. Elsewhere a session's end is a signal. */
  onSessionEnd(listener: () => void): Promise<void>;
  /** Ends this process, which has nothing left to write: whoever restarts it waits for that. */
  leave(exitCode: number): never;
}

export async function thisMachine(): Promise<Machine> {
  return process.platform === 'win32' ? (await import('./windows-machine.ts')).windowsMachine : posixMachine;
}

export const posixMachine: Machine = {
  processes: posixProcesses,
  launch: launchInProcessGroup,
  commandLine: pid => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    } catch {
      return undefined;
    }
  },
  parentOf: pid => {
    try {
      // The name of the program stands in parentheses, whatever is in it.
      const [, parent] = readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ');
      return Number(parent);
    } catch {
      return undefined;
    }
  },
  isInUse: () => false,
  onSessionEnd: async () => undefined,
  leave: exitCode => process.exit(exitCode),
};
