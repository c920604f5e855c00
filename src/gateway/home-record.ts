/**
 * Which service keeps the gateway of a home. Services of two state folders (another XDG_STATE_HOME, another user) see each other nowhere
 * else, and each would end the gateway of the other. The runner writes the record before it starts a gateway, and it stays until the
 * service is removed, so that a stopped service is found too.
 */

import { accessSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import { poll } from '../model/poll.ts';
import { isSameProcess, PROCESS_REF, type ProcessTable, thisProcess } from '../model/process-ref.ts';
import { serviceName } from '../model/schemas.ts';
import { HOST_GRACE_MS, KILL_MS } from '../model/stop-times.ts';
import { recordFile } from '../state/record-file.ts';
import { StateFolder } from '../state/state-folder.ts';
import { sameFolder } from './home.ts';

/** `home`: in a copied home the record is that of the other one. */
const HOME_RECORD = v.object({ home: v.string(), service: serviceName, stateFolder: v.string(), runner: PROCESS_REF });

export type HomeRecord = Readonly<v.InferOutput<typeof HOME_RECORD>>;

const fileOf = (home: string) => recordFile(path.join(home, '.gateway-service.json'), HOME_RECORD);

/** @throws GatewayServiceError `home-in-use`, which names the other service of this home */
export async function requireFreeHome(home: string, own: StateFolder, processes: ProcessTable): Promise<void> {
  const other = await otherService(home, own);
  if (!other) return;
  const { service, runner, stateFolder } = other;
  const pid = isSameProcess(runner, processes) ? `, PID ${runner.pid}` : '';
  throw new GatewayServiceError('home-in-use', `(${service}${pid}; its state folder: ${stateFolder})`);
}

/** The other service that keeps the gateway of this home, if any. */
export async function otherService(home: string, own: StateFolder): Promise<HomeRecord | undefined> {
  const record = await fileOf(home).read();
  if (!record || !sameFolder(record.home, home) || sameFolder(record.stateFolder, own.path)) return undefined;
  return (await keeps(new StateFolder(record.stateFolder), home)) ? record : undefined;
}

/** Whether there is a service in this state folder, and it is for this home. One that cannot be read is there. */
async function keeps(folder: StateFolder, home: string): Promise<boolean> {
  const defined = await folder.definition().catch(error => toGatewayServiceError(error));
  return defined instanceof GatewayServiceError || (defined !== undefined && sameFolder(defined.home, home));
}

/**
 * Waits for the end of the runner that had this home before: after its state folder was deleted it still has a gateway, which it ends.
 * Resolves at the latest after the time that a runner has for this, or when `isCancelled`.
 */
export async function formerRunnerEnded(home: string, processes: ProcessTable, isCancelled: () => boolean): Promise<void> {
  const record = await fileOf(home).read();
  if (!record || !sameFolder(record.home, home) || record.runner.pid === process.pid) return;
  const isOver = () => isCancelled() || !isSameProcess(record.runner, processes);
  await poll(isOver, { what: 'the former runner to end', deadlineMs: HOST_GRACE_MS + KILL_MS }).catch(() => undefined);
}

/**
 * Writes that this process runs the gateway of this home. Of two runners that do so at one moment the last one has the home: the other one
 * finds its record before the next start.
 * @throws the file system's error where the home is missing (a deleted profile must not be created again) or cannot be written
 */
export async function claimHome(home: string, own: StateFolder, processes: ProcessTable): Promise<void> {
  accessSync(home);
  const record: HomeRecord = { home, service: own.service, stateFolder: own.path, runner: thisProcess(processes) };
  const file = fileOf(home);
  if (JSON.stringify(await file.read()) !== JSON.stringify(record)) await file.write(record);
}

/** Removes the record of a service that is removed. */
export async function releaseHome(home: string, own: StateFolder): Promise<void> {
  const file = fileOf(home);
  const record = await file.read();
  if (record && sameFolder(record.stateFolder, own.path)) await file.remove();
}
