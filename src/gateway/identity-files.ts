/**
 * A gateway's files in its home (`gateway/status.py`), and whether that gateway is running. A file alone proves nothing: the gateway may
 * have been killed and its PID given to another program.
 */

import path from 'node:path';
import type { ProcessTable } from '../model/process-ref.ts';
import { sameFolder } from './home.ts';
import { posixProcesses, startTimesMatch } from './process-start-time.ts';
import { asObject, asPid, asText, asTexts, type JsonObject, parseJson, readJsonObject, readTextFile } from './tolerant-json.ts';

/** A gateway. Its start time distinguishes it from another program with its PID. */
export interface GatewayProcess {
  /** The worker's PID: with a venv launcher it is a child of the process that was started. */
  readonly pid: number;
  /** In the unit of `process-start-time.ts`; null where the gateway had none (and in files of old versions). */
  readonly startTime: number | null;
}

/** `gateway_state.json`. */
export interface GatewayState {
  readonly pid?: number;
  readonly startTime: number | null;
  /** `starting`, `running`, `degraded`, `draining`, `stopped`, `startup_failed`; others may be added. */
  readonly state?: string;
  readonly exitReason?: string;
  /** Agents and jobs with work in progress. */
  readonly activeAgents: number;
  /** Profiles that this gateway serves besides its own: they need no gateway. */
  readonly servedProfiles: readonly string[];
  readonly platforms: readonly PlatformState[];
}

/** Why a gateway does not run: its own exit reason, else the error of a platform. Undefined where it gives none. */
export function statedReason({ exitReason, platforms }: GatewayState): string | undefined {
  const failed = platforms.find(({ errorMessage }) => errorMessage !== undefined);
  return exitReason ?? (failed && `${failed.name}: ${failed.errorMessage}`);
}

/** One messaging platform of a gateway. */
interface PlatformState {
  readonly name: string;
  /** `connecting`, `connected`, `retrying`, `fatal`, `disconnected`, `paused`; others may be added. */
  readonly state?: string;
  /** The gateway that wrote this entry; Hermes before 0.22 does not say it. */
  readonly writerPid?: number;
  /** Epoch milliseconds. */
  readonly updatedAtMs?: number;
  /** Hermes' own code; one that ends in `_lock` means that another gateway holds the token of this bot. */
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

/** `.hermes-update-result.json` in the root, written once at the end of an update that the desktop app handed over. */
export interface UpdateResult {
  readonly ok: boolean;
  readonly message?: string;
  readonly finishedAtMs?: number;
}

/** A running gateway. */
export interface LivingGateway extends GatewayProcess {
  /** PID and start time agree; otherwise the evidence is only the PID and a plausible state: never kill on that ground. */
  readonly certain: boolean;
  readonly state?: GatewayState;
}

/** States in which a gateway reports its own end. */
const ENDED: ReadonlySet<string> = new Set(['stopped', 'startup_failed']);

/** It has ended, or finishes its work before it ends. */
export const isEnding = ({ state = '' }: Partial<GatewayState> = {}): boolean => state === 'draining' || ENDED.has(state);

export const readGatewayPid = (home: string): GatewayProcess | undefined => readRecord(home, 'gateway.pid');
export const readGatewayLock = (home: string): GatewayProcess | undefined => readRecord(home, 'gateway.lock');
export const readGatewayState = (home: string): GatewayState | undefined =>
  toGatewayState(ofHome(home, readJsonObject(path.join(home, 'gateway_state.json'))));

/** Whether a gateway has ever kept its files in this home. */
export const hasGatewayFiles = (home: string): boolean => readGatewayState(home) !== undefined || readGatewayPid(home) !== undefined;

/** `state/gateway.heartbeat`: the event loop of a gateway stamps it every 30 s (`gateway/shutdown_watchdog.py`). */
export function readHeartbeat(home: string): { readonly pid: number; readonly updatedAt: string } | undefined {
  const json = readJsonObject(path.join(home, 'state', 'gateway.heartbeat'));
  const pid = asPid(json?.['pid']);
  const updatedAt = asText(json?.['updated_at']);
  return pid === undefined || updatedAt === undefined ? undefined : { pid, updatedAt };
}

export function readUpdateResult(root: string): UpdateResult | undefined {
  const json = readJsonObject(path.join(root, '.hermes-update-result.json'));
  if (json === undefined || typeof json['ok'] !== 'boolean') return undefined;
  const finishedAt = json['finished_at'];
  const finishedAtMs = typeof finishedAt === 'number' ? finishedAt * 1_000 : Number.NaN;
  const message = asText(json['message']);
  return {
    ok: json['ok'],
    ...(message ? { message } : {}),
    ...(Number.isFinite(finishedAtMs) ? { finishedAtMs } : {}),
  };
}

/**
 * The gateway of this home, if it is running: its PID exists *and* has the recorded start time. Where no start time was recorded, or the
 * real one may not be read, a state of the same process that does not report an end is needed, and the answer is not `certain`.
 */
export function livingGateway(
  home: string,
  processes: ProcessTable = posixProcesses,
  platform: NodeJS.Platform = process.platform,
): LivingGateway | undefined {
  const state = readGatewayState(home);
  for (const record of [readGatewayPid(home), readGatewayLock(home), recordInState(state)]) {
    if (record === undefined || !processes.isAlive(record.pid)) continue;
    const { pid, startTime } = record;
    const live = processes.startTime(pid);
    const certain = startTime !== null && live !== undefined;
    if (certain ? !startTimesMatch(startTime, live, platform) : !isPlausible(record, state)) continue;
    return { pid, startTime, certain, ...(state?.pid === pid ? { state } : {}) };
  }
  return undefined;
}

function isPlausible({ pid, startTime }: GatewayProcess, state: GatewayState | undefined): boolean {
  const claimed = recordInState(state);
  return claimed?.pid === pid && claimed.startTime === startTime;
}

/** The process of a state, unless that state reports its end. `gateway.pid` is sometimes lost under service managers. */
function recordInState(state: GatewayState | undefined): GatewayProcess | undefined {
  if (state?.pid === undefined || state.state === undefined || ENDED.has(state.state)) return undefined;
  return { pid: state.pid, startTime: state.startTime };
}

/** A record, unless it names another home: in a copied home it is of the gateway of that one. Hermes before 0.20 names none. */
function ofHome(home: string, record: JsonObject | undefined): JsonObject | undefined {
  const named = asText(record?.['hermes_home'])?.trim();
  return !named || sameFolder(named, home) ? record : undefined;
}

function readRecord(home: string, name: string): GatewayProcess | undefined {
  const json = parseJson(readTextFile(path.join(home, name))?.trim());
  const bare = asPid(json);
  if (bare !== undefined) return { pid: bare, startTime: null };
  const record = ofHome(home, asObject(json));
  const pid = asPid(record?.['pid']);
  const startTime = asStartTime(record?.['start_time']);
  const kind = record?.['kind'] ?? 'hermes-gateway';
  if (record === undefined || pid === undefined || startTime === undefined || kind !== 'hermes-gateway') return undefined;
  return { pid, startTime };
}

function toGatewayState(json: JsonObject | undefined): GatewayState | undefined {
  if (json === undefined) return undefined;
  const pid = asPid(json['pid']);
  const state = asText(json['gateway_state']);
  const exitReason = asText(json['exit_reason']);
  const activeAgents = json['active_agents'];
  return {
    ...(pid === undefined ? {} : { pid }),
    startTime: asStartTime(json['start_time']) ?? null,
    ...(state === undefined ? {} : { state }),
    ...(exitReason ? { exitReason } : {}),
    activeAgents: typeof activeAgents === 'number' ? activeAgents : 0,
    servedProfiles: asTexts(json['served_profiles']),
    platforms: Object.entries(asObject(json['platforms']) ?? {}).flatMap(([name, each]) => toPlatform(name, asObject(each))),
  };
}

function toPlatform(name: string, json: JsonObject | undefined): PlatformState[] {
  if (json === undefined) return [];
  const state = asText(json['state']);
  const writerPid = asPid(json['writer_pid']);
  const updatedAtMs = Date.parse(asText(json['updated_at']) ?? '');
  const errorCode = asText(json['error_code']);
  const errorMessage = asText(json['error_message']);
  const written = { ...(writerPid !== undefined && { writerPid }), ...(Number.isFinite(updatedAtMs) && { updatedAtMs }) };
  return [
    { name, ...(state ? { state } : {}), ...written, ...(errorCode ? { errorCode } : {}), ...(errorMessage ? { errorMessage } : {}) },
  ];
}

/** A start time: null where none was recorded, undefined where the recorded value is invalid. */
export function asStartTime(value: unknown): number | null | undefined {
  if (value === undefined || value === null) return null;
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
