import type { GatewayIdentity } from '../gateway/home.ts';
import type { Problem } from '../model/problems.ts';
import type { ReceiptEntry } from '../model/receipt.ts';
import type { FoundProblem } from '../model/repair.ts';
import type { Report } from '../model/steps.ts';

/**
 * What starts this user's gateways and belongs to somebody else: Hermes' own task and Startup entries. Exactly one mechanism keeps a gateway,
 * so they go while ours is in charge, and come back after it.
 */
export interface FormerAutostart {
  receipt(verb: 'install' | 'uninstall', identity: GatewayIdentity): Promise<readonly ReceiptEntry[]>;
  /** That there is one, where ours is not registered: part of the status, and believed for a while. */
  present(identity: GatewayIdentity): Promise<readonly Problem[]>;
  /** What of it is still there, or could not be asked for, as the last takeover left it. Asks nobody: it is part of the status. */
  problems(identity: GatewayIdentity): Promise<readonly Problem[]>;
  /** All of it that is there now, as what a repair would take away. */
  examine(identity: GatewayIdentity): Promise<readonly FoundProblem[]>;
  /**
   * Throws, before anything is written, where a mechanism without these rights would have to fight what is there.
   * @throws GatewayServiceError `mechanism-in-charge`
   */
  checkRights(identity: GatewayIdentity, elevated: boolean): Promise<void>;
  /** Writes down what there is, before ours is registered: the elevated step that does so may take away what needs rights. Idempotent. */
  remember(identity: GatewayIdentity): Promise<void>;
  /** Takes away what there is; ours is registered already, and not started yet. What cannot be taken is told by `problems`. Idempotent. */
  takeOver(identity: GatewayIdentity, report: Report): Promise<void>;
  /**
   * Puts back what was taken away; ours is stopped, and still registered, so that there is never nothing. Idempotent. Gives what could not
   * be put back.
   */
  restore(identity: GatewayIdentity, report: Report): Promise<readonly string[]>;
}
