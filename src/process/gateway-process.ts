/** The gateway as a child process, with its output on pipes: on Windows an inherited file descriptor would open a console. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { GatewayServiceError, isPermissionError } from '../model/errors.ts';
import { endProcessGroup, isGroupAlive, signalGroup } from './process-group.ts';

export interface LaunchSpec {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface GatewayExit {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A launched gateway and its child processes. */
export interface GatewayProcessTree {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Undefined while it runs. */
  readonly exit: GatewayExit | undefined;
  readonly exited: Promise<GatewayExit>;
  isEmpty(): boolean;
  kill(): Promise<void>;
  /** Absent where there are no signals. */
  signal?(name: 'SIGTERM'): void;
}

/**
 * Rejects when the program could not be started. Where a program can outlive the runner, it begins only after `beforeItBegins`, which never
 * rejects, has recorded its PID, so that no unknown process stays. On Windows none outlives it, and this is not called.
 */
export type LaunchGateway = (spec: LaunchSpec, beforeItBegins: (pid: number) => Promise<void>) => Promise<GatewayProcessTree>;

/** Waits for a line, then becomes the program; ends where its input ends without one. */
const START_ON_LINE = ['/bin/sh', '-c', 'read -r word && exec "$@" </dev/null', 'sh'] as const;

export const launchInProcessGroup: LaunchGateway = async ({ argv, cwd, env }, beforeItBegins) => {
  const [program = ''] = argv;
  if (program.includes('/')) {
    await access(program, constants.X_OK).catch((error: unknown) => {
      throw isPermissionError(error) ? new GatewayServiceError('program-not-executable', `(${program})`, { cause: error }) : error;
    });
  }
  const [shell, ...inShell] = START_ON_LINE;
  const child = spawn(shell, [...inShell, ...argv], { cwd, env: { ...env }, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined); // It ended before the line was written.
  let exit: GatewayExit | undefined;
  const exited = new Promise<GatewayExit>(resolve => {
    child.once('exit', (code, signal) => {
      exit = { code, signal };
      resolve(exit);
    });
  });
  await once(child, 'spawn');
  const pid = child.pid as number;
  await beforeItBegins(pid);
  child.stdin.end('\n');
  return {
    pid,
    stdout: child.stdout,
    stderr: child.stderr,
    get exit() {
      return exit;
    },
    exited,
    isEmpty: () => exit !== undefined && !isGroupAlive(pid),
    kill: async () => {
      await endProcessGroup(pid);
    },
    signal: name => {
      signalGroup(pid, name);
    },
  };
};
