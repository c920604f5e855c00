/** What a supervisor's lock and its last word say of it: the same for every mechanism whose host is one. */

import type { HostFacts, Registration } from '../model/facts.ts';
import type { ProcessTable } from '../model/process-ref.ts';
import { lockHolder } from '../state/lock.ts';
import type { StateFolder } from '../state/state-folder.ts';

/** Something that a supervisor serves, and whether one lives. */
export function supervisedRegistration(folder: StateFolder, processes: ProcessTable): Extract<Registration, { state: 'registered' }> {
  const holder = lockHolder(folder.supervisorLock, processes);
  return holder ? { state: 'registered', host: 'running', hostPid: holder.pid } : { state: 'registered', host: 'stopped' };
}

/** What a supervisor wrote; one that was killed left facts that are no longer true, except for its runner's end. */
export async function livingHostFacts(folder: StateFolder, processes: ProcessTable): Promise<HostFacts | undefined> {
  const facts = await folder.hostFacts();
  if (!facts || lockHolder(folder.supervisorLock, processes)) return facts;
  return { ...facts, phase: 'stopped' };
}
