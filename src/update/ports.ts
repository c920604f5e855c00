/** What an update needs of the system: what keeps each gateway running, which files must be free, and the processes it trusts. */

import type { GatewayIdentity } from '../model/identity.ts';
import type { GatewayManager } from '../model/manager.ts';
import type { ProcessTable } from '../model/process-ref.ts';

export interface InstallFiles {
  /** A file of this gateway's install that cannot be replaced now, because a program has it open. One look, no waiting. */
  inUse(identity: GatewayIdentity): Promise<string | undefined>;
}

export interface UpdatePorts {
  /** Folder of all state folders and journals. */
  readonly stateRoot: string;
  readonly processes: ProcessTable;
  readonly files: InstallFiles;
  readonly manager: GatewayManager;
}
