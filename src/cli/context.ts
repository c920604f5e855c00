/**
 * What a verb of the command line works with: the selected gateway and the manager of this system. `composition.ts` makes it.
 */

import type { GatewayCommand } from '../gateway/command.ts';
import type { GatewayIdentity } from '../gateway/home.ts';
import type { IsInsideGateway } from '../manager/inside-gateway.ts';
import type { GatewayManager } from '../model/manager.ts';
import type { StateFolder } from '../state/state-folder.ts';
import type { UpdatePorts } from '../update/ports.ts';
import type { Output } from './output.ts';
import type { Terminal } from './terminal.ts';
import type { StartUpdateProcess } from './update-process.ts';

/** `--profile` and `--home`. */
export interface Selection {
  readonly profile?: string;
  readonly home?: string;
}

export interface Composition {
  /** @throws GatewayServiceError `profile-invalid`, `home-invalid` */
  identity(selection: Selection): GatewayIdentity;
  /** Every profile of this home, and every other gateway service of this user, installed or not. */
  identities(selection: Selection): Promise<readonly GatewayIdentity[]>;
  readonly manager: GatewayManager;
  /** Sentences about what this system lacks for this gateway's service. */
  lacking(identity: GatewayIdentity): readonly string[];
  state(identity: GatewayIdentity): StateFolder;
  readonly updates: UpdatePorts;
  /** Absent where this process does the update itself. */
  readonly startUpdateProcess?: StartUpdateProcess;
  /** Whether this process runs below the gateway of this profile. */
  readonly isInside: IsInsideGateway;
  /**
   * Runs a command line of this program outside of the gateway, below which this process runs; its output goes to this file.
   * @throws GatewayServiceError `inside-gateway` where the system does not allow it
   */
  runOutside(file: string, argv: readonly string[]): Promise<void>;
  /** @throws GatewayServiceError `gateway-command-missing` */
  gatewayCommand(identity: GatewayIdentity, override?: readonly string[]): GatewayCommand;
}

export interface VerbContext {
  readonly composition: Composition;
  readonly terminal: Terminal;
  readonly output: Output;
  /** The whole command line. */
  readonly argv: readonly string[];
  readonly selection: Selection;
  /** `--all`; no profile is selected then. */
  readonly all: boolean;
}
