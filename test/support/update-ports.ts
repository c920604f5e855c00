// What an update needs of the system, for a manager of a test: any POSIX system, where a file that runs can be replaced.

import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import type { GatewayManager } from '../../src/model/manager.ts';
import type { UpdatePorts } from '../../src/update/ports.ts';

export function updatePorts(manager: GatewayManager, stateRoot: string): UpdatePorts {
  return { stateRoot, processes: posixProcesses, files: { inUse: async () => undefined }, manager };
}
