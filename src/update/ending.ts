/**
 * The end of an update, in any process: the result is recorded with every gateway, the holds end, the gateways start, and then all files of
 * the update are removed. Every step may be repeated, because its process may be killed too.
 */

import path from 'node:path';
import { type GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import type { UpdateNote } from '../model/history.ts';
import { type GatewayIdentity, identityOf } from '../model/identity.ts';
import type { GatewayManager } from '../model/manager.ts';
import { progress, type Report } from '../model/operation-steps.ts';
import { poll } from '../model/poll.ts';
import type { Status } from '../model/status.ts';
import { StateFolder } from '../state/state-folder.ts';
import { journalFile, type PlannedGateway, removeJournal, type UpdateJournal, type UpdateOutcome, type UpdateResult } from './journal.ts';
import type { UpdatePorts } from './ports.ts';

/** An update that has ended: every gateway is running, failed, or in the user's desired state. */
export interface EndedUpdate {
  readonly journal: UpdateJournal;
  /** Of the planned gateways, as far as they are still installed. */
  readonly statuses: readonly Status[];
}

/** How long to wait for a gateway that starts by itself, in milliseconds. */
const UP_MS = 30_000;

const NOTES: Readonly<Record<UpdateOutcome, UpdateNote>> = {
  updated: 'updated',
  failed: 'update-failed',
  interrupted: 'update-interrupted',
  'not-updated': 'not-updated',
};

export const UPDATE_INTERRUPTED = 'The process that did the update is gone. Its progress is unknown.';

export function resultOf(outcome: UpdateOutcome, message: string, code?: number | null): UpdateResult {
  return { outcome, ...(typeof code === 'number' && { code }), message, at: new Date().toISOString() };
}

/** Nothing was changed, and this is why. */
export function notUpdated({ message, code }: GatewayServiceError): UpdateResult {
  return { ...resultOf('not-updated', message), why: code };
}

interface RestartOptions {
  readonly release?: () => Promise<unknown>;
  readonly report?: Report | undefined;
  readonly onChange?: ((journal: UpdateJournal) => void) | undefined;
}

/** Starts every gateway of an update. Never throws: failures are in the journal that it returns. */
export async function restartGateways(
  ports: UpdatePorts,
  journal: UpdateJournal,
  { release, report, onChange }: RestartOptions = {},
): Promise<EndedUpdate> {
  const folderOf = ({ service }: PlannedGateway) => new StateFolder(path.join(ports.stateRoot, service));
  // The note comes first: a later failure is one after the update.
  await Promise.all(journal.profiles.map(planned => noteEnd(folderOf(planned), journal)));
  for (const planned of journal.profiles) folderOf(planned).releaseHold(journal.id);
  await release?.();
  report?.(progress('update', 'resuming'));
  const brought = await Promise.all(journal.profiles.map(planned => bringUp(ports.manager, planned, report)));
  const ended: UpdateJournal = { ...journal, step: 'done', profiles: brought.map(({ planned }) => planned) };
  await removeJournal(journalFile(ports.stateRoot, journal.id)).catch(() => undefined);
  onChange?.(ended);
  return { journal: ended, statuses: brought.flatMap(({ status }) => (status ? [status] : [])) };
}

/** Writes the end of an update into the history of a gateway, once. */
export async function noteEnd(folder: StateFolder, { id, what, versions, result }: UpdateJournal): Promise<void> {
  const { outcome, message, why } = result ?? resultOf('interrupted', UPDATE_INTERRUPTED);
  const noted = (await folder.history()).some(record => record.kind === 'noted' && record.update?.id === id);
  if (noted) return;
  const at = new Date().toISOString();
  // A full disk must not keep a gateway stopped.
  await folder
    .appendHistory({ at, kind: 'noted', what: NOTES[outcome], reason: message, update: { id, what, ...versions, ...(why && { why }) } })
    .catch(() => undefined);
}

/** Lets the holds of an update outlive this process. @throws the file system's error */
export async function handHoldsOff({ stateRoot }: UpdatePorts, { id, profiles, handOff }: UpdateJournal): Promise<void> {
  if (!handOff) return;
  const until = new Date(Date.now() + handOff.capMs).toISOString();
  for (const { service } of profiles) {
    const folder = new StateFolder(path.join(stateRoot, service));
    for (const hold of await folder.holds()) if (hold.id === id) await folder.placeHold({ ...hold, until, handOff });
  }
}

async function bringUp(
  manager: GatewayManager,
  planned: PlannedGateway,
  report?: Report,
): Promise<{ planned: PlannedGateway; status?: Status | undefined }> {
  const identity = identityOf(planned);
  try {
    const before = await manager.status(identity);
    if (before.mechanism === 'none') return { planned };
    const start = manager.start(identity, report, { unlessStopped: true });
    const status = await start.catch((error: unknown) => untilUp(manager, identity, error));
    const { error: _, ...rest } = planned;
    // The user has stopped it meanwhile.
    if (status.desired === 'stopped') return { planned: { ...rest, state: 'stopped' }, status };
    return { planned: { ...rest, state: status.phase === 'held-for-update' ? 'waiting' : 'up' }, status };
  } catch (thrown) {
    const error = toGatewayServiceError(thrown).toValue();
    const status = await manager.status(identity).catch(() => undefined);
    return { planned: { ...planned, state: 'failed', error }, status };
  }
}

/** Where nothing can be written no start can be requested; the running runner starts the gateway anyway. */
function untilUp(manager: GatewayManager, identity: GatewayIdentity, thrown: unknown): Promise<Status> {
  const { code } = toGatewayServiceError(thrown);
  if (code !== 'disk-full' && code !== 'state-unwritable') throw thrown;
  const up = async () => {
    const status = await manager.status(identity);
    return (status.phase === 'running' || status.phase === 'degraded') && status;
  };
  return poll(up, { what: 'the gateway to come up', deadlineMs: UP_MS }).catch(() => {
    throw thrown;
  });
}
