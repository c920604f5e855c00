/**
 * The markers that announce a planned stop to a gateway (`gateway/status.py`): without one, a gateway that gets SIGTERM exits as failed.
 * They work without signals, which Windows does not have: a gateway looks for the planned stop every half second.
 */

import { accessSync, rmSync } from 'node:fs';
import path from 'node:path';
import { writeJson } from '../state/files.ts';
import { asStartTime, type GatewayProcess } from './identity-files.ts';
import { startTimesMatch } from './process-start-time.ts';
import { asPid, asTimeMs, readJsonObject } from './tolerant-json.ts';

/** A marker in the home: a request that this process end. */
export interface StopMarker {
  readonly target: GatewayProcess;
  /** The process that wrote it: the one that stops the gateway, or the gateway that takes over. */
  readonly writerPid?: number;
  readonly writtenAtMs: number;
  /** Another gateway takes the place of this one. */
  readonly takeover?: true;
}

/** Hermes ignores a marker that is older. */
const MARKER_TTL_MS = 60_000;
const plannedStopFile = (home: string) => path.join(home, '.gateway-planned-stop.json');

/**
 * Writes a planned stop for this gateway. The start time must be the one of its own `gateway.pid`, in the same unit. Readers never see half
 * a marker.
 * @throws the file system's error where the home is missing (a deleted profile must not be created again) or cannot be written
 */
export async function writePlannedStop(home: string, { pid, startTime }: GatewayProcess): Promise<void> {
  accessSync(home);
  // "+00:00" and not "Z": Python before 3.11 does not read the latter.
  const writtenAt = new Date().toISOString().replace('Z', '+00:00');
  await writeJson(plannedStopFile(home), {
    target_pid: pid,
    target_start_time: startTime,
    stopper_pid: process.pid,
    written_at: writtenAt,
  });
}

/** The planned stop in this home, fresh or not, for any process. */
export function readPlannedStop(home: string): StopMarker | undefined {
  return readMarker(plannedStopFile(home), 'stopper_pid');
}

/** The marker of a `gateway run --replace` that takes over from the gateway of this home. */
export function readTakeoverMarker(home: string): StopMarker | undefined {
  const marker = readMarker(path.join(home, '.gateway-takeover.json'), 'replacer_pid');
  return marker && { ...marker, takeover: true };
}

/** Removes the planned stop for this gateway where it was not obeyed, so that it stops no other one. */
export function clearPlannedStop(home: string, target: GatewayProcess): void {
  const marker = readPlannedStop(home);
  if (marker === undefined || !isSameProcess(marker.target, target)) return;
  try {
    rmSync(plannedStopFile(home), { force: true });
  } catch {
    // It expires by itself.
  }
}

/** Whether a marker is for this process and still counts. */
export function isMarkerFor(
  marker: StopMarker,
  target: GatewayProcess,
  nowMs: number,
  platform: NodeJS.Platform = process.platform,
): boolean {
  return Math.abs(nowMs - marker.writtenAtMs) <= MARKER_TTL_MS && isSameProcess(marker.target, target, platform);
}

/** Hermes' own rule: the PIDs are equal, and the start times where both are known. */
function isSameProcess(one: GatewayProcess, other: GatewayProcess, platform?: NodeJS.Platform): boolean {
  if (one.pid !== other.pid) return false;
  return one.startTime === null || other.startTime === null || startTimesMatch(one.startTime, other.startTime, platform);
}

function readMarker(file: string, writerField: string): StopMarker | undefined {
  const json = readJsonObject(file);
  const pid = asPid(json?.['target_pid']);
  const startTime = asStartTime(json?.['target_start_time']);
  const writtenAtMs = asTimeMs(json?.['written_at']);
  if (pid === undefined || startTime === undefined || writtenAtMs === undefined) return undefined;
  const writerPid = asPid(json?.[writerField]);
  return { target: { pid, startTime }, writtenAtMs, ...(writerPid === undefined ? {} : { writerPid }) };
}
