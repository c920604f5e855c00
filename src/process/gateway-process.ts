/** The gateway as a child process, with its output on pipes: on Windows an inherited file descriptor would open a console. */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { GatewayServiceError, isPermissionError } from '../model/errors.ts';
import { inBackground, LAUNCH_MARK, type MarkedProcess } from './background-processes.ts';
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
  /** Its process group, where that is not the one that `pid` leads. */
  readonly group?: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Undefined while it runs. */
  readonly exit: GatewayExit | undefined;
  readonly exited: Promise<GatewayExit>;
  isEmpty(): boolean;
  kill(): Promise<void>;
  /** Absent where there are no signals. */
  signal?(name: 'SIGTERM'): void;
  /** What continues after the launched process has ended. Absent where the tree includes it already. */
  background?(): Promise<GatewayProcessTree | undefined>;
}

/**
 * Rejects when the program could not be started. Where a program can outlive the runner, it begins only after `beforeItBegins`, which never
 * rejects, has recorded its PID, so that no unknown process stays. On Windows none outlives it, and this is not called.
 */
export type LaunchGateway = (spec: LaunchSpec, beforeItBegins: (pid: number) => Promise<void>) => Promise<GatewayProcessTree>;

/** How late the end of a process that is no child may be noticed: the system does not report it. In milliseconds. */
const WATCH_MS = 500;
/** Only the parent of a process gets its exit code. */
const UNKNOWN_EXIT: GatewayExit = { code: null, signal: null };

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
  const mark = randomUUID();
  const child = spawn(shell, [...inShell, ...argv], {
    cwd,
    env: { ...env, [LAUNCH_MARK]: mark },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
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
  const tree: GatewayProcessTree = {
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
    background: async () => {
      const continues = await inBackground(mark);
      return continues && backgroundTree(continues, tree);
    },
  };
  return tree;
};

/** What continues in the background after the launched process has ended; it ends when its process group is empty. */
function backgroundTree({ pid, group }: MarkedProcess, launched: GatewayProcessTree): GatewayProcessTree {
  let ended = false;
  const isEnded = () => {
    ended ||= !isGroupAlive(group);
    return ended;
  };
  const untilEnd = async () => {
    while (!isEnded()) await delay(WATCH_MS);
    return UNKNOWN_EXIT;
  };
  return {
    ...launched,
    pid,
    group,
    get exit() {
      return isEnded() ? UNKNOWN_EXIT : undefined;
    },
    exited: untilEnd(),
    isEmpty: () => isEnded() && launched.isEmpty(),
    kill: async () => {
      await endProcessGroup(group);
      await launched.kill();
    },
    signal: name => {
      signalGroup(group, name);
    },
  };
}
