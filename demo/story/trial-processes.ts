/**
 * The process list of a trial, asked from the system and from nobody of ours: whoever carries the trial's folder in its environment was
 * started by it, however it was started and whoever is its parent now.
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

/** Living processes that were started by the trial in `folder`; neither this process nor what it started for itself. */
export function processesOf(folder: string): readonly TrialProcess[] {
  const listed = process.platform === 'linux' ? listProc(folder) : listPs(folder);
  return listed.filter(({ pid }) => pid !== process.pid && posixProcesses.isAlive(pid));
}

/** Ends each of them; resolves with them when they are gone. */
export async function endProcesses(processes: readonly TrialProcess[]): Promise<readonly TrialProcess[]> {
  for (const { pid } of processes) if (posixProcesses.isAlive(pid)) process.kill(pid, 'SIGKILL');
  await poll(() => processes.every(({ pid }) => !posixProcesses.isAlive(pid)), { what: 'the processes to end', deadlineMs: ENDED_MS });
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
        // It ended meanwhile, or belongs to somebody else.
        return [];
      }
    });
}

/** Command and environment in one line, as `ps` of macOS prints them. */
function listPs(folder: string): TrialProcess[] {
  const text = execFileSync('/bin/ps', ['-AEww', '-o', 'pid=,command='], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return text.split('\n').flatMap(line => {
    const [, pid, command] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid && command?.includes(folder) ? [{ pid: Number(pid), command }] : [];
  });
}
