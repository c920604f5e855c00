/**
 * A gateway that outlived its runner: on POSIX a killed runner cannot end its gateway, so the next runner ends it before it starts another
 * one. There are never two gateways, and a stop leaves no process running. On Windows the runner's job does this.
 */

import { stopGateway } from '../gateway/graceful-stop.ts';
import { livingGateway } from '../gateway/identity-files.ts';
import { unendedStart } from '../model/history.ts';
import { isSameProcess, type ProcessRef, type ProcessTable, processRef } from '../model/process-ref.ts';
import type { LaunchRecord } from '../model/records.ts';
import type { StateFolder } from '../state/state-folder.ts';
import { endProcessGroup } from './process-group.ts';
import { refuseGatewayOfAnotherUser } from './process-owner.ts';

type Orphan = ProcessRef & Partial<Pick<LaunchRecord, 'group'>>;

/**
 * Ends the process group of a recorded launch whose runner is gone; resolves when it is empty. Where that record cannot be read, the
 * history's is used; so this runs before the end of that gateway is added there.
 */
export async function endOrphan(folder: StateFolder, processes: ProcessTable): Promise<boolean> {
  if (process.platform === 'win32') return false;
  const launch: Orphan | undefined = (await folder.launch.read()) ?? unendedStart(await folder.history());
  if (!launch) return false;
  // A process without a start time had ended when it was recorded: its PID is another's now.
  const recycled = processes.isAlive(launch.pid) && (launch.startTime === undefined || !isSameProcess(launch, processes));
  const ended = !recycled && (await endProcessGroup(launch.group ?? launch.pid));
  await folder.launch.remove();
  return ended;
}

/**
 * Stops a gateway of this home that no host manages (started by hand, or left by an update). Resolves with its PID.
 * @throws GatewayServiceError `gateway-of-another-user`
 */
export async function takeOver(home: string, processes: ProcessTable): Promise<number | undefined> {
  const found = livingGateway(home, processes);
  if (!found?.certain) return undefined;
  // Before anything is written: the other user's gateway would obey a marker and be restarted by what keeps it.
  refuseGatewayOfAnotherUser(found.pid);
  const former = processRef(found.pid, processes);
  // It removes its files before it ends.
  const gone = () => !isSameProcess(former, processes);
  const send = (signal: NodeJS.Signals) => {
    if (gone()) return;
    try {
      process.kill(found.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  await stopGateway(
    { home, gateway: found },
    {
      gatewayIsGone: gone,
      treeIsEmpty: gone,
      killTree: () => send('SIGKILL'),
      ...(process.platform === 'win32' ? {} : { signal: send }),
    },
  );
  return found.pid;
}
