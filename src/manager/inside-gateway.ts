/**
 * Whether this process runs below a gateway: the shell of an agent, a job that the gateway started. Such a process ends with the gateway
 * (on Windows with its job), so it can neither stop it nor wait for its restart.
 */

import path from 'node:path';
import { SUPERVISED_CHILD, variable } from '../gateway/environment.ts';
import { sameFolder } from '../gateway/home.ts';
import { servingGateway } from '../gateway/host-gateway.ts';
import { livingGateway } from '../gateway/identity-files.ts';
import type { GatewayIdentity } from '../model/identity.ts';
import { lineage, type ParentOf, type ProcessTable } from '../model/process-ref.ts';
import { lockHolder } from '../state/lock.ts';
import { StateFolder } from '../state/state-folder.ts';

export interface InsideGatewayPorts {
  readonly stateRoot: string;
  /** Hermes' folder of locks. */
  readonly locks: string;
  readonly processes: ProcessTable;
  readonly parentOf: ParentOf;
}

export type IsInsideGateway = (identity: GatewayIdentity) => boolean;

/**
 * By the parents of this process. Where a parent has ended and the chain is broken, by the environment: every process below a gateway
 * inherits what was set for that gateway.
 */
export function insideGateway({ stateRoot, locks, processes, parentOf }: InsideGatewayPorts, { env, platform } = process): IsInsideGateway {
  return identity => {
    const runner = lockHolder(new StateFolder(path.join(stateRoot, identity.service)).runnerLock, processes)?.pid;
    const found = [runner, livingGateway(identity.home, processes)?.pid, servingGateway(identity, locks, processes)?.pid];
    const running = found.filter(pid => pid !== undefined);
    if (running.length === 0) return false;
    const above = lineage(process.pid, parentOf);
    if (running.some(pid => above.includes(pid))) return true;
    const home = variable(env, 'HERMES_HOME', platform);
    return variable(env, SUPERVISED_CHILD, platform) === '1' && home !== undefined && sameFolder(home, identity.home, platform);
  };
}
