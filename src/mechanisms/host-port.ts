/**
 * What differs from mechanism to mechanism: how the host of a gateway is registered, started and stopped. Declared for the manager, which
 * does everything else the same for all of them.
 */

import type { TrustsServer } from '../control/control-client.ts';
import type { GatewayIdentity } from '../gateway/home.ts';
import type { Definition } from '../model/definition.ts';
import type { HostFacts, Registration } from '../model/facts.ts';
import type { Problem } from '../model/problems.ts';
import type { ReceiptEntry } from '../model/receipt.ts';
import type { FoundProblem } from '../model/repair.ts';
import type { Installable, Status } from '../model/status.ts';
import type { Report } from '../model/steps.ts';
import type { StateFolder } from '../state/state-folder.ts';

/** The host of a mechanism: the broker below the SCM, or a supervisor. */
export interface HostPort {
  readonly mechanism: Installable;
  /** Whether registering asks for an administrator. */
  readonly elevated: boolean;
  registration(identity: GatewayIdentity, folder: StateFolder): Promise<Registration>;
  hostFacts(identity: GatewayIdentity, folder: StateFolder): Promise<HostFacts | undefined>;
  /** Whom a client of the control pipe believes. */
  readonly trustsServer: TrustsServer;
  /** What is wrong with the registration itself; asked for one that is registered. */
  problems?(identity: GatewayIdentity, folder: StateFolder): Promise<readonly Problem[]>;
  /** Everything of the registration that is not as `register` would write it; asked for one that is registered. */
  examine?(identity: GatewayIdentity, definition: Definition | undefined): Promise<readonly FoundProblem[]>;
  /** Repairs all of that, and keeps what somebody chose. */
  repair?(identity: GatewayIdentity, definition: Definition | undefined, report: Report): Promise<void>;
  /** What registering would change beside the state folder; empty where the definition is the registration. */
  receipt(verb: 'install' | 'uninstall', identity: GatewayIdentity, status: Status): Promise<readonly ReceiptEntry[]>;
  /** Throws, before anything is written, where `register` could not work. */
  checkRights(identity: GatewayIdentity): Promise<void>;
  /** Idempotent. Undoes what it did when it fails. */
  register(identity: GatewayIdentity, definition: Definition, report: Report): Promise<void>;
  /** Idempotent. */
  unregister(identity: GatewayIdentity, report: Report): Promise<void>;
  /** Makes sure that a host lives. */
  start(identity: GatewayIdentity, folder: StateFolder): Promise<void>;
  /** Asks the host to end; the wish in the state folder is "stopped" already. */
  stop(identity: GatewayIdentity, folder: StateFolder): Promise<void>;
  isGone(identity: GatewayIdentity, folder: StateFolder): Promise<boolean>;
}
