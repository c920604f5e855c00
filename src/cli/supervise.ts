/** `supervise`: the supervisor of one service, in this process. */

import type { ServiceName } from '../model/identity.ts';
import { hostCommand } from '../process/host-command.ts';

/** Resolves when the supervisor has ended; false when another supervisor or the Windows service is in charge. */
export async function runSupervise(service: ServiceName): Promise<boolean> {
  const { runSupervisor } = await import('../host/main.ts');
  return runSupervisor(service, async (identity, folder) => {
    if (process.platform !== 'win32') return false;
    const { scmHost } = await import('../mechanisms/scm-host.ts');
    const { state } = await scmHost({ hostCommand: hostCommand() }).registration(identity, folder);
    return state === 'registered';
  });
}
