/**
 * The host where there is no SCM (Linux, macOS, development): the definition is the registration, and a detached supervisor restarts the
 * runner.
 */

import { isOwnSocket } from '../control/pipe-address.ts';
import { type GatewayIdentity, sameFolder } from '../gateway/home.ts';
import type { Registration } from '../model/facts.ts';
import type { ProcessTable } from '../model/process-ref.ts';
import { noted } from '../model/receipt.ts';
import { startDetached } from '../process/detach.ts';
import { lockHolder } from '../state/lock.ts';
import type { StateFolder } from '../state/state-folder.ts';
import type { HostPort } from './host-port.ts';
import { livingHostFacts, supervisedRegistration } from './supervisor-facts.ts';

export interface EmbeddedHostOptions {
  /** How this module starts itself: `[node, entry script]`, or the host executable. */
  readonly hostCommand: readonly string[];
  readonly processes: ProcessTable;
  /** Folder of all state folders. */
  readonly stateRoot: string;
}

export function embeddedHost({ hostCommand, processes, stateRoot }: EmbeddedHostOptions): HostPort {
  return {
    mechanism: 'embedded',
    elevated: false,
    registration: (identity, folder) => registration(identity, folder, processes),
    hostFacts: (_identity, folder) => livingHostFacts(folder, processes),
    trustsServer: async ({ pipe }) => isOwnSocket(pipe),
    receipt: async (verb, _identity, { servicePid }) => {
      if (verb === 'uninstall') return servicePid ? [{ action: 'stop', kind: 'process', target: `supervisor (PID ${servicePid})` }] : [];
      return [{ action: servicePid ? 'keep' : 'start', kind: 'process', target: 'supervisor', ...noted('windowless') }];
    },
    checkRights: async () => undefined,
    register: async () => undefined,
    unregister: async () => undefined,
    start: async (_identity, folder) => {
      if (lockHolder(folder.supervisorLock, processes)) return;
      await startDetached([...hostCommand, 'supervise', '--service', folder.service], stateRoot);
    },
    // The supervisor watches the state folder and stops its runner when the desired state is "stopped".
    stop: async () => undefined,
    isGone: async (_identity, folder) => !lockHolder(folder.supervisorLock, processes),
  };
}

async function registration(identity: GatewayIdentity, folder: StateFolder, processes: ProcessTable): Promise<Registration> {
  const registered = supervisedRegistration(folder, processes);
  try {
    const definition = await folder.definition();
    if (!definition) return { state: 'absent' };
    return sameFolder(definition.home, identity.home)
      ? registered
      : { state: 'foreign', detail: `it belongs to the home ${definition.home}` };
  } catch {
    // A definition that cannot be read is a separate problem; the service is registered all the same.
    return registered;
  }
}
