/**
 * A process is its PID and its start time, because a PID is used again. The number is the one that Hermes writes into its files
 * (`gateway/status.py`), so that both can be compared: on Linux field 22 of /proc/<pid>/stat, in clock ticks since boot; on macOS and
 * Windows the creation time in centiseconds since 1970.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { ProcessTable } from '../model/process-ref.ts';

/** `ps` prints whole seconds, Hermes writes centiseconds. */
const MACOS_TOLERANCE = 100;
/** Two roundings of the same FILETIME. */
const WINDOWS_TOLERANCE = 1;

/** Whether a recorded and a real start time mean the same process. */
export function startTimesMatch(recorded: number, live: number, platform: NodeJS.Platform = process.platform): boolean {
  const tolerance = platform === 'darwin' ? MACOS_TOLERANCE : platform === 'win32' ? WINDOWS_TOLERANCE : 0;
  return Math.abs(recorded - live) <= tolerance;
}

/** The processes of Linux and macOS. Windows uses Win32 instead: a probe with a signal would end the process there. */
export const posixProcesses: ProcessTable = {
  startTime: pid => (process.platform === 'linux' ? readStat(pid)?.startTicks : readPs(pid)?.startCentiseconds),
  isAlive(pid) {
    if (pid <= 0) return false; // kill(0) and kill(-n) mean process groups
    try {
      process.kill(pid, 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
    }
    const state = process.platform === 'linux' ? readStat(pid)?.state : readPs(pid)?.state;
    return state !== 'Z' && state !== 'X';
  },
};

/** Whether a process was stopped by a signal (SIGSTOP). Windows has no such state. */
export function isSuspended(pid: number): boolean {
  if (process.platform === 'win32') return false;
  return (process.platform === 'linux' ? readStat(pid) : readPs(pid))?.state === 'T';
}

/** The state and start time in the text of /proc/<pid>/stat. The name before them may contain blanks and brackets. */
export function parseStat(text: string): { state: string; startTicks: number } | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTicks = Number(fields[19]);
  return state && Number.isSafeInteger(startTicks) ? { state, startTicks } : undefined;
}

/** The answer of `ps -o stat=,lstart=` in the C locale: `Ss   Sat Nov 22 19:59:00 2025`, in local time. */
export function parsePs(text: string): { state: string; startCentiseconds: number } | undefined {
  const [, state, started] = /^\s*(\S)\S*\s+(\S.*\S)\s*$/.exec(text) ?? [];
  const startedMs = Date.parse(started ?? '');
  return state && Number.isFinite(startedMs) ? { state, startCentiseconds: startedMs / 10 } : undefined;
}

function readStat(pid: number): ReturnType<typeof parseStat> {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
}

function readPs(pid: number): ReturnType<typeof parsePs> {
  try {
    const env = { ...process.env, LC_ALL: 'C' };
    return parsePs(
      execFileSync('/bin/ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8', env, stdio: 'pipe', timeout: 5_000 }),
    );
  } catch {
    return undefined;
  }
}
