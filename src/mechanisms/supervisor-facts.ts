/** What the lock and the facts of a supervisor say about it: the same for every mechanism whose host is a supervisor. */

import type { HostFacts, Registration } from '../model/facts.ts';
import type { ProcessTable } from '../model/process-ref.ts';
import { lockHolder } from '../state/lock.ts';
import type { StateFolder } from '../state/state-folder.ts';

/** The registration of a supervised service, and whether its supervisor runs. */
export function supervisedRegistration(folder: StateFolder, processes: ProcessTable): Extract<Registration, { state: 'registered' }> {
  const holder = lockHolder(folder.supervisorLock, processes);
  return holder ? { state: 'registered', host: 'running', hostPid: holder.pid } : { state: 'registered', host: 'stopped' };
}

/** What a supervisor wrote. Of a killed supervisor only the end of its runner is still true. */
export async function livingHostFacts(folder: StateFolder, processes: ProcessTable): Promise<HostFacts | undefined> {
  const facts = await folder.hostFacts();
  if (!facts || lockHolder(folder.supervisorLock, processes)) return facts;
  return { ...facts, phase: 'stopped' };
}
