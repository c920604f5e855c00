/**
 * A gateway that outlived its runner: on POSIX a killed runner cannot take its gateway along, so whoever comes next ends it before
 * another one is started. Never two gateways, and nothing left behind by a stop. On Windows the runner's job does this by itself.
 */

import { isSameProcess, type ProcessTable } from '../service/lock.ts';
import type { StateFolder } from '../service/state-folder.ts';
import { endProcessGroup } from './process-group.ts';

/** Ends the process group of a recorded launch whose runner is gone; resolves when it is empty. */
export async function endOrphan(folder: StateFolder, processes: ProcessTable): Promise<boolean> {
  const launch = process.platform === 'win32' ? undefined : await folder.launch();
  if (!launch) return false;
  // One without a start time was gone when it was written down: whoever has its number now is another.
  const recycled = processes.isAlive(launch.pid) && (launch.startTime === undefined || !isSameProcess(launch, processes));
  const ended = !recycled && (await endProcessGroup(launch.pid));
  await folder.removeLaunch();
  return ended;
}
