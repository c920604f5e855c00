/**
 * What a trial stands on: a gateway service of its own, and ways to act and look that the service knows nothing of. The story is the same
 * below the supervisor of this computer and below another system's service; only this differs.
 */

import type { ControlAnswer } from '../../src/gateway/control-socket.ts';
import type { GatewayIdentity } from '../../src/gateway/home.ts';
import type { JsonObject } from '../../src/gateway/tolerant-json.ts';
import type { GatewayManager } from '../../src/model/manager.ts';
import type { UpdatePorts } from '../../src/update/ports.ts';
import type { TrialProcess } from './trial-processes.ts';

export type GatewayKind = 'sample' | 'hermes';

export interface TrialSystem {
  readonly gateway: GatewayKind;
  /** Where all of it happens, for people. */
  readonly place: string;
  /** Holds everything that the trial makes; gone after `dispose`. */
  readonly folder: string;
  readonly identity: GatewayIdentity;
  /** The Hermes home, as this process reaches it. */
  readonly homeFolder: string;
  readonly manager: GatewayManager;
  readonly updates: UpdatePorts;
  /** Who starts a gateway again that was killed, where lines about it have to say so. */
  readonly respawnedBy?: string;
  /** The gateway's program; absent where `install` is to find it. */
  readonly gatewayCommand?: readonly string[];
  /** Run by this process in the place of an updater. */
  readonly updateCommand: readonly string[];
  /** Environment of this process before the trial. */
  readonly outerEnv: NodeJS.ProcessEnv;
  /** Asks the gateway itself, by its own control pipe. */
  ask(verb: string): Promise<ControlAnswer<JsonObject>>;
  /** Ends a process of the trial at once, as a crash does. */
  kill(pid: number): Promise<void>;
  /** The living processes of the service, asked from the system. */
  processes(): Promise<readonly TrialProcess[]>;
  /** Files and entries that the service keeps now. */
  kept(): Promise<readonly string[]>;
  /** Stops and removes everything. Resolves with what it could not remove. */
  dispose(): Promise<readonly string[]>;
}

/** @throws GatewayServiceError where there is no such system, the home is missing or in use, or there is no gateway program */
export type OpenSystem = (options: SystemOptions) => TrialSystem | Promise<TrialSystem>;

export interface SystemOptions {
  readonly gateway: GatewayKind;
  /** A home to use instead of a throw-away one; what its gateway writes there stays. */
  readonly home?: string;
  /** The root of this project: where the sample gateway and the entry script are. */
  readonly root: string;
}
