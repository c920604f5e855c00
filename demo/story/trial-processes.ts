/**
 * The process list of a trial, read from the system and not from our own records: every process with the trial's folder in its
 * environment was started by the trial, whatever its parent is now.
 */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { poll } from '../../src/model/poll.ts';

export interface TrialProcess {
  readonly pid: number;
  readonly command: string;
}

const ENDED_MS = 5_000;

/** Running processes that the trial in `folder` started, without this process. */
export function processesOf(folder: string): readonly TrialProcess[] {
  const listed = process.platform === 'linux' ? listProc(folder) : listPs(folder);
  return listed.filter(({ pid }) => pid !== process.pid && posixProcesses.isAlive(pid));
}

/** Kills the processes; resolves with them when they have ended. */
export async function endProcesses(
  processes: readonly TrialProcess[],
  isAlive: (pid: number) => boolean = posixProcesses.isAlive,
): Promise<readonly TrialProcess[]> {
  for (const { pid } of processes) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  await poll(() => processes.every(({ pid }) => !isAlive(pid)), { what: 'the processes to end', deadlineMs: ENDED_MS });
  return processes;
}

function listProc(folder: string): TrialProcess[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => {
      try {
        if (!readFileSync(`/proc/${name}/environ`, 'latin1').includes(folder)) return [];
        return [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() }];
      } catch {
        // The process has ended, or belongs to another user.
        return [];
      }
    });
}

/** On macOS, `ps` prints command and environment in one line. */
function listPs(folder: string): TrialProcess[] {
  const text = execFileSync('/bin/ps', ['-AEww', '-o', 'pid=,command='], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return text.split('\n').flatMap(line => {
    const [, pid, command] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid && command?.includes(folder) ? [{ pid: Number(pid), command }] : [];
  });
}
