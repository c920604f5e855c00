import type { GatewayIdentity } from '../gateway/home.ts';
import type { Report } from '../model/operation-steps.ts';
import type { Problem } from '../model/problems.ts';
import type { ReceiptRow } from '../model/receipt.ts';
import type { FoundProblem } from '../model/repair.ts';

/**
 * What starts this user's gateways and is not ours: Hermes' own task and Startup entries. Exactly one mechanism keeps a gateway running, so
 * they are removed while ours is in charge and restored after it.
 */
export interface FormerAutostart {
  receipt(verb: 'install' | 'uninstall', identity: GatewayIdentity): Promise<readonly ReceiptRow[]>;
  /** The autostarts that exist where ours is not registered: part of the status, and cached for a while. */
  present(identity: GatewayIdentity): Promise<readonly Problem[]>;
  /** What the last takeover could not remove or could not query. Queries nothing: it is part of the status. */
  problems(identity: GatewayIdentity): Promise<readonly Problem[]>;
  /** The autostarts that exist now, as what a repair would remove. */
  examine(identity: GatewayIdentity): Promise<readonly FoundProblem[]>;
  /**
   * Throws, before anything is written, where a mechanism without these rights would compete with what exists.
   * @throws GatewayServiceError `mechanism-in-charge`
   */
  checkRights(identity: GatewayIdentity, elevated: boolean): Promise<void>;
  /** Records what exists before ours is registered, because the elevated step may then remove what needs rights. Idempotent. */
  remember(identity: GatewayIdentity): Promise<void>;
  /** Removes what exists; ours is registered and not started yet. `problems` reports what cannot be removed. Idempotent. */
  takeOver(identity: GatewayIdentity, report: Report): Promise<void>;
  /**
   * Restores what was removed; ours is stopped and still registered, so that there is always one. Idempotent. Gives what could not be
   * restored.
   */
  restore(identity: GatewayIdentity, report: Report): Promise<readonly string[]>;
}
