/**
 * Root with the environment of another user (`sudo -E`, `su`): what root writes into the folder of that user belongs to root, and the user
 * can no longer change it. The system denies root nothing, so it is refused here.
 */

import { statSync } from 'node:fs';
import path from 'node:path';
import { GatewayServiceError } from '../model/errors.ts';

export interface OwnerSources {
  /** The user of this process; undefined on Windows. */
  readonly uid: number | undefined;
  /** The owner of a folder; undefined where there is no such folder. */
  readonly ownerOf: (folder: string) => number | undefined;
}

const THIS_SYSTEM: OwnerSources = {
  uid: process.geteuid?.(),
  ownerOf: folder => statSync(folder, { throwIfNoEntry: false })?.uid,
};

/** Checks the folder, or the nearest existing one above it, in which it would be created. @throws GatewayServiceError `folder-of-another-user` */
export function requireOwnFolder(folder: string, { uid, ownerOf }: OwnerSources = THIS_SYSTEM): void {
  if (uid !== 0) return;
  let existing = folder;
  while (ownerOf(existing) === undefined && path.dirname(existing) !== existing) existing = path.dirname(existing);
  const owner = ownerOf(existing) ?? 0;
  if (owner === 0) return;
  throw new GatewayServiceError('folder-of-another-user', `(${existing}, user ${owner})`, {
    remedy: `Run the command as that user: sudo -u "#${owner}" -H hermes-gateway …`,
  });
}
