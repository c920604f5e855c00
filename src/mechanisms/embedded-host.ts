/** The host where there is no SCM: the definition is the registration, and a detached supervisor restarts the runner. */

import { isOwnSocket } from '../control/pipe-address.ts';
import { sameFolder } from '../gateway/home.ts';
import { startDetached } from '../process/detach.ts';
import type { HostPort } from './host-port.ts';
import {
  continueSupervisor,
  movedProgram,
  type SupervisedHostOptions,
  supervisedHost,
  supervisedRegistration,
  supervisorProgram,
  supervisorReceipt,
} from './supervised-host.ts';

export function embeddedHost({ hostCommand, processes, stateRoot }: SupervisedHostOptions): HostPort {
  return {
    ...supervisedHost(processes),
    mechanism: 'embedded',
    registration: async ({ home }, folder) => {
      // A definition that cannot be read is a separate problem; the service is registered all the same.
      const definition = await folder.definition().catch(() => ({ home }));
      if (!definition) return { state: 'absent' };
      if (sameFolder(definition.home, home)) return supervisedRegistration(folder, processes);
      return { state: 'foreign', detail: `it belongs to the home ${definition.home}` };
    },
    trustsServer: async ({ pipe }) => isOwnSocket(pipe),
    receipt: async (verb, _identity, status) => supervisorReceipt(verb, status),
    checkRights: async () => undefined,
    register: async () => undefined,
    unregister: async () => undefined,
    programOfHost: (_identity, folder) => supervisorProgram(folder, processes, hostCommand.at(-1)),
    problems: (_identity, folder) => movedProgram(folder, processes),
    start: async (_identity, folder) => {
      if (continueSupervisor(folder, processes)) return;
      await startDetached([...hostCommand, 'supervise', '--service', folder.service], stateRoot);
    },
  };
}
