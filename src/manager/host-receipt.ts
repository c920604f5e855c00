/** The receipt of an installation or a removal: the changes of the manager, and those of the mechanism. */

import path from 'node:path';
import type { GatewayIdentity } from '../gateway/home.ts';
import type { HostPort } from '../mechanisms/host-port.ts';
import type { FormerAutostart } from '../migration/migration.ts';
import type { BeforeSignIn } from '../model/before-sign-in.ts';
import type { RecoveryLadder } from '../model/ladder.ts';
import type { UninstallOptions } from '../model/manager.ts';
import { noted, type Receipt, type ReceiptRow } from '../model/receipt.ts';
import type { Status } from '../model/status.ts';
import type { StateFolder } from '../state/state-folder.ts';

export interface ReceiptFacts {
  readonly identity: GatewayIdentity;
  readonly folder: StateFolder;
  readonly status: Status;
  readonly host: HostPort;
  /** The other mechanisms that are registered. */
  readonly others: readonly HostPort[];
  readonly former: FormerAutostart | undefined;
}

/**
 * @param command what would be started
 * @param beforeSignIn the choice; absent where it does not change
 */
export async function installReceipt(
  facts: ReceiptFacts,
  command: readonly string[],
  { recovery, beforeSignIn }: { readonly recovery: RecoveryLadder; readonly beforeSignIn: BeforeSignIn | undefined },
): Promise<Receipt> {
  const { identity, folder, status, host, others, former } = facts;
  const present = status.phase !== 'not-installed';
  const delays = recovery.delaysMs.map(ms => ms / 1000).join(', ');
  const replaced = await Promise.all(others.map(other => other.receipt('uninstall', identity, status)));
  return receipt(facts, 'install', [
    { action: present ? 'keep' : 'create', kind: 'folder', target: folder.path, ...noted('state') },
    {
      action: present ? 'change' : 'create',
      kind: 'file',
      target: path.join(folder.path, 'definition.json'),
      detail: command.join(' '),
    },
    { action: 'create', kind: 'ladder', target: identity.service, ...noted('delays', delays, String(recovery.resetMs / 1000)) },
    ...(await host.receipt('install', identity, status)),
    ...(beforeSignIn === undefined ? [] : [beforeSignInRow(identity.service, beforeSignIn)]),
    ...replaced.flat(),
    ...((await former?.receipt('install', identity)) ?? []),
    { action: status.gatewayPid ? 'keep' : 'start', kind: 'process', target: 'gateway', ...noted('home', identity.home) },
  ]);
}

const beforeSignInRow = (target: string, choice: BeforeSignIn): ReceiptRow => ({
  action: 'change',
  kind: 'right',
  target,
  ...noted(choice === 'no' ? 'not-before-sign-in' : 'before-sign-in'),
});

export async function uninstallReceipt(facts: ReceiptFacts, { keepLogs = false }: UninstallOptions): Promise<Receipt> {
  const { identity, folder, status, host, others, former } = facts;
  if (status.phase === 'not-installed') return receipt(facts, 'uninstall', []);
  const { gatewayPid } = status;
  const removed = await Promise.all([host, ...others].map(each => each.receipt('uninstall', identity, status)));
  return receipt(facts, 'uninstall', [
    ...(gatewayPid ? [{ action: 'stop', kind: 'process', target: `gateway (PID ${gatewayPid})` } as const] : []),
    ...removed.flat(),
    ...((await former?.receipt('uninstall', identity)) ?? []),
    ...(keepLogs
      ? ([
          { action: 'remove', kind: 'file', target: folder.definitionPath },
          { action: 'keep', kind: 'folder', target: folder.path, ...noted('logs-kept') },
        ] as const)
      : [{ action: 'remove', kind: 'folder', target: folder.path, ...noted('state-removed') } as const]),
  ]);
}

function receipt({ identity, host, others }: ReceiptFacts, verb: Receipt['verb'], rows: readonly ReceiptRow[]): Receipt {
  const { profile, service } = identity;
  const elevated = rows.length > 0 && [host, ...others].some(each => each.elevated);
  return { schema: 1, verb, profile, service, mechanism: host.mechanism, elevated, rows };
}
