/**
 * The part of a trial that depends on the system: the gateway service under trial, and ways to act and observe that do not go through the
 * service. The story is the same for the supervisor of this computer and for the Windows service below Wine.
 */

import type { ControlAnswer } from '../../src/gateway/control-socket.ts';
import type { GatewayIdentity } from '../../src/gateway/home.ts';
import type { JsonObject } from '../../src/gateway/tolerant-json.ts';
import type { GatewayManager } from '../../src/model/manager.ts';
import type { Status } from '../../src/model/status.ts';
import type { UpdatePorts } from '../../src/update/ports.ts';
import type { TrialProcess } from './trial-processes.ts';

export type GatewayKind = 'sample' | 'hermes';

/** A profile beside the default one. */
export interface NamedProfile {
  readonly name: string;
  /** Runs a verb of `hermes-gateway` for it; resolves with the document that this prints. */
  run(verb: 'install' | 'status' | 'uninstall'): Promise<CommandDocument>;
}

/** What `--json` prints. */
export interface CommandDocument {
  readonly ok: boolean;
  readonly status?: Status;
  readonly error?: { readonly code: string; readonly message: string };
}

export interface TrialSystem {
  readonly gateway: GatewayKind;
  /** Where the trial runs, as text for people. */
  readonly place: string;
  /** Contains everything that the trial creates; deleted by `dispose`. */
  readonly folder: string;
  readonly identity: GatewayIdentity;
  /** Path of the Hermes home for this process. */
  readonly homeFolder: string;
  /** The home is the user's, not a temporary one. */
  readonly ownHome: boolean;
  readonly manager: GatewayManager;
  readonly updates: UpdatePorts;
  /** What restarts a killed gateway, where the report must name it. */
  readonly respawnedBy?: string;
  /** The gateway program; absent where `install` has to find it. */
  readonly gatewayCommand?: readonly string[];
  /** Run by this process instead of an updater. */
  readonly updateCommand: readonly string[];
  /** Environment of this process before the trial. */
  readonly outerEnv: NodeJS.ProcessEnv;
  /** A second profile of the home, and our command line for it; absent where there is only one. */
  readonly named?: NamedProfile;
  /** Sends a request to the gateway's own control pipe. */
  ask(verb: string): Promise<ControlAnswer<JsonObject>>;
  /** Ends a process of the trial at once, as a crash does. */
  kill(pid: number): Promise<void>;
  /** Running processes of the service, read from the system. */
  processes(): Promise<readonly TrialProcess[]>;
  /** Files and entries of the service that exist now. */
  kept(): Promise<readonly string[]>;
  /** Stops and removes everything; resolves with what could not be removed. */
  dispose(): Promise<readonly string[]>;
}

/** @throws GatewayServiceError where there is no such system, the home is missing or in use, or there is no gateway program */
export type OpenSystem = (options: SystemOptions) => TrialSystem | Promise<TrialSystem>;

export interface SystemOptions {
  readonly gateway: GatewayKind;
  /** A home to use instead of a temporary one. Files that its gateway writes there remain. */
  readonly home?: string;
  /** Use the Windows service instead of the sign-in start; on Windows only. */
  readonly service?: boolean;
  /** Root folder of this project, with the sample gateway and dist/. */
  readonly root: string;
}
