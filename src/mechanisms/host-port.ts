/** What differs between mechanisms: how the host of a gateway is registered, started and stopped. The manager does the rest. */

import type { TrustsServer } from '../control/control-client.ts';
import type { Environment } from '../gateway/environment.ts';
import type { GatewayIdentity } from '../gateway/home.ts';
import type { Definition } from '../model/definition.ts';
import type { HostFacts, Registration } from '../model/facts.ts';
import type { ServiceName } from '../model/identity.ts';
import type { Report } from '../model/operation-steps.ts';
import type { Problem } from '../model/problems.ts';
import type { ReceiptRow } from '../model/receipt.ts';
import type { FoundProblem } from '../model/repair.ts';
import type { Installable, Status } from '../model/status.ts';
import type { StateFolder } from '../state/state-folder.ts';

/** The program of a running host, beside the one that would be started now. */
export type HostProgram = 'same' | 'another' | 'gone';

/** The host of a mechanism: the broker below the SCM, or a supervisor. */
export interface HostPort {
  readonly mechanism: Installable;
  /** Whether registering needs an administrator. */
  readonly elevated: boolean;
  registration(identity: GatewayIdentity, folder: StateFolder): Promise<Registration>;
  hostFacts(identity: GatewayIdentity, folder: StateFolder): Promise<HostFacts | undefined>;
  /** Which server of the control pipe a client trusts. */
  readonly trustsServer: TrustsServer;
  /** The problems of the registration itself; called for a registered host. */
  problems?(identity: GatewayIdentity, folder: StateFolder): Promise<readonly Problem[]>;
  /** Every setting that differs from what `register` writes, with its repair; called for a registered host. */
  examine?(identity: GatewayIdentity, definition: Definition | undefined): Promise<readonly FoundProblem[]>;
  /** Repairs all of that, and keeps what the user chose. */
  repair?(identity: GatewayIdentity, definition: Definition | undefined, report: Report): Promise<void>;
  /** What registering changes beside the state folder; empty where the definition is the registration. */
  receipt(verb: 'install' | 'uninstall', identity: GatewayIdentity, status: Status): Promise<readonly ReceiptRow[]>;
  /** Throws, before anything is written, where `register` cannot work. */
  checkRights(identity: GatewayIdentity): Promise<void>;
  /** Idempotent. Undoes its changes when it fails. `replaced`: a service that is removed with the same consent, where one is needed. */
  register(identity: GatewayIdentity, definition: Definition, report: Report, replaced?: ServiceName): Promise<void>;
  /** Ends the wait for an administrator's consent, unless it was given. */
  cancelConsent?(identity: GatewayIdentity): void;
  /** Idempotent. */
  unregister(identity: GatewayIdentity, report: Report): Promise<void>;
  /**
   * Whether the program of the running host was moved or deleted, or is another than `start` would start. Absent where the system replaces
   * the program itself.
   */
  programOfHost?(identity: GatewayIdentity, folder: StateFolder): Promise<HostProgram>;
  /** The environment of the running host, which the gateway inherits; undefined where the system does not show it. */
  environment?(folder: StateFolder): Environment | undefined;
  /** Makes sure that a host runs. */
  start(identity: GatewayIdentity, folder: StateFolder): Promise<void>;
  /** Asks the host to end. The desired state in the state folder is "stopped" already. */
  stop(identity: GatewayIdentity, folder: StateFolder): Promise<void>;
  isGone(identity: GatewayIdentity, folder: StateFolder): Promise<boolean>;
}
