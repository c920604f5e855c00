/**
 * The tree below a gateway on POSIX: the gateway leads its own process group, and every process that it starts stays in that group unless
 * it leaves on purpose (as Hermes' own `/update` does). On Windows a job object does the same.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { GatewayServiceError, isPermissionError } from '../model/errors.ts';
import { poll } from '../model/poll.ts';

const GONE_MS = 5_000;

/** Kills every process of the group and waits until none is left. False when there was none. */
export async function endProcessGroup(leaderPid: number): Promise<boolean> {
  // -1 would mean every process of the user.
  if (leaderPid <= 1 || !isGroupAlive(leaderPid)) return false;
  await poll(
    () => {
      signalGroup(leaderPid, 'SIGKILL');
      return !isGroupAlive(leaderPid);
    },
    { deadlineMs: GONE_MS, everyMs: 10, what: `the process group ${leaderPid} to end` },
  );
  return true;
}

/** Whether a process of the group runs. Linux also counts one that ended and was not waited for, so its state is read. */
export function isGroupAlive(leaderPid: number): boolean {
  return signalGroup(leaderPid, 0) && (process.platform !== 'linux' || hasRunningMember(leaderPid));
}

/** False when there is no such group. */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leaderPid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw isPermissionError(error) ? new GatewayServiceError('permission-denied', `(process group ${leaderPid})`, { cause: error }) : error;
  }
}

function hasRunningMember(leaderPid: number): boolean {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const text = readFileSync(`/proc/${entry}/stat`, 'latin1');
      const [state, , group] = text.slice(text.lastIndexOf(')') + 2).split(' ');
      if (Number(group) === leaderPid && state !== 'Z' && state !== 'X') return true;
    } catch {
      // It ended meanwhile.
    }
  }
  return false;
}
