/**
 * What must be true of one gateway service, whatever happens to it. Small on purpose: it contains the requests and the faults,
 * not how the service works. Where the result is unknown (a command was killed in the middle), it claims little until the next command.
 */

import type { HistoryRecord } from '../../src/model/history.ts';
import type { Phase, Status } from '../../src/model/status.ts';
import type { ChaosFile, CommandName, Mood } from './events.ts';

export interface Claims {
  readonly installed: boolean | 'unknown';
  readonly wished: 'running' | 'stopped' | 'unknown';
  /** An update holds it down: between its first and its last word nothing may start. */
  readonly held: boolean;
  /** It ended with 78: only a command starts it again. */
  readonly attention: boolean;
  /** Nobody of ours lives who could bring it back: a command, or the next sign-in, does. */
  readonly lost: boolean;
  /** Its definition was damaged; an installation repairs that. */
  readonly broken: boolean;
  /** Its state folder was removed: its processes end by themselves, unless a command gets there first. */
  readonly removed: boolean;
  readonly mood: Mood;
}

export const NOTHING: Claims = {
  installed: false,
  wished: 'stopped',
  held: false,
  attention: false,
  lost: false,
  broken: false,
  removed: false,
  mood: 'well',
};

/** Why no gateway may start now; undefined where one may. */
export function mayNotStart({ installed, wished, held, attention }: Claims): string | undefined {
  if (installed === false) return 'it is not installed';
  if (wished === 'stopped') return 'it is to be stopped';
  if (held) return 'an update is at work';
  return attention ? 'its configuration must be fixed' : undefined;
}

/** Whether a gateway must be there, or come back within the ladder. */
export function mustCome({ installed, wished, held, attention, lost, broken }: Claims): boolean {
  return installed === true && wished === 'running' && !held && !attention && !lost && !broken;
}

/** A command begins: from now on only what holds before and after it is claimed. */
export function begun(claims: Claims, command: CommandName): Claims {
  switch (command) {
    case 'stop':
    case 'uninstall':
      return { ...claims, wished: claims.wished === 'stopped' ? 'stopped' : 'unknown' };
    case 'update':
      // It may repair the configuration, and so it starts what needs that.
      return claims.attention ? unknown(claims) : claims;
    case 'install':
    case 'switch':
      // It writes the definition again, which ends earlier damage.
      return { ...asked(claims), broken: false };
    default:
      return asked(claims);
  }
}

/** It was requested, and the result is not known yet. */
const asked = (claims: Claims): Claims => ({
  ...claims,
  installed: claims.installed || 'unknown',
  wished: 'unknown',
  attention: false,
});

/** A command ended. `refused` is the code of its error. */
export function ended(before: Claims, command: CommandName, refused: string | undefined): Claims {
  if (refused === 'not-installed' && before.removed) return before;
  if (refused === 'not-installed') return before.installed === true ? unknown(before) : { ...NOTHING, mood: before.mood };
  const up = { ...before, installed: true, wished: 'running', attention: false, lost: false, removed: false } as const;
  if (refused !== undefined) {
    // An update does not change what is desired.
    if (command === 'update') return before.attention ? unknown(before) : before;
    // The desired state is set; whether the gateway starts depends on the ladder.
    if (refused === 'gateway-not-up' || refused === 'timed-out')
      return command === 'stop' || command === 'uninstall' ? unknown(before) : up;
    return refused === 'gateway-configuration' ? { ...up, attention: true } : unknown(before);
  }
  switch (command) {
    case 'install':
    case 'switch':
    case 'start':
    case 'restart':
      return up;
    case 'stop':
      return { ...before, installed: true, wished: 'stopped', attention: false, lost: false, removed: false };
    case 'uninstall':
      // Without their state folder it does not find the processes, which end by themselves.
      return before.removed ? before : { ...NOTHING, mood: before.mood };
    case 'update':
      return before.attention ? unknown(before) : before;
  }
}

/** The desired state is unknown until the next command. */
export function unknown(claims: Claims): Claims {
  return { ...claims, installed: 'unknown', wished: 'unknown', attention: false, held: false };
}

export function damaged(claims: Claims, file: ChaosFile): Claims {
  if (file === 'definition.json') return { ...claims, broken: true };
  // What cannot be read means "running": an installed gateway is lost by mistake, never by design.
  return file === 'desired.json' && claims.wished !== 'running' ? { ...claims, wished: 'unknown' } : claims;
}

/** Its state folder was removed; `ended`: none of its processes lives any more. */
export function stateRemoved({ mood }: Claims, ended: boolean): Claims {
  const removed = { ...NOTHING, installed: 'unknown', broken: true, removed: true, mood } as const;
  return ended ? removed : { ...removed, wished: 'unknown' };
}

/** What is seen of a gateway from outside, unchanged for a while. */
export interface Seen {
  /** PIDs of its living gateways. */
  readonly gateways: readonly number[];
  /** A command is running. */
  readonly busy: boolean;
}

const ALIVE: ReadonlySet<Phase> = new Set(['running', 'degraded']);

/** The error of a status; undefined where it is right, or cannot be judged. `ready`: the gateway has reported that it runs. */
export function contradiction(claims: Claims, { gateways, busy }: Seen, ready: boolean, status: Status): string | undefined {
  const { phase, detail, gatewayPid, servicePid } = status;
  const said = `the status is ${phase} (${JSON.stringify({ detail, gatewayPid, servicePid })})`;
  const [pid] = gateways;
  if (pid === undefined && ALIVE.has(status.phase)) return `${said} without a gateway`;
  if (busy || claims.broken || claims.lost) return undefined;
  if (claims.installed === false && status.phase !== 'not-installed') return `${said}, but it is not installed`;
  if (claims.installed !== true) return undefined;
  if (status.phase === 'not-installed') return `${said}, but it is installed`;
  if (claims.wished === 'stopped' && status.phase !== 'stopped') return `${said}, but it was stopped`;
  if (claims.attention && status.phase !== 'needs-attention') return `${said}, but its configuration must be fixed`;
  if (!mustCome(claims)) return undefined;
  if (pid !== undefined && ready && !ALIVE.has(status.phase)) return `${said}, but gateway ${pid} runs`;
  if (pid !== undefined && ready && status.gatewayPid !== pid) return `the status names gateway ${status.gatewayPid}, but ${pid} runs`;
  return undefined;
}

/** A life as it was seen from outside. */
export interface Life {
  readonly pid: number;
  /** Something was done near its beginning or its end that may have kept it out of the history. */
  readonly excused: boolean;
  /** The exit code that was requested, or that of a kill. */
  readonly code?: number | null;
}

/**
 * The differences between a history and what happened. `history` is that of the service since it was installed, `lives` what was seen since
 * then.
 */
export function untrue(history: readonly HistoryRecord[], lives: readonly Life[]): string | undefined {
  const told = history.filter(record => record.kind !== 'noted');
  const twice = told.find((record, index) => record.kind === 'started' && told[index - 1]?.kind === 'started');
  if (twice) return `the history has two starts without an end between them, at ${twice.at}`;
  const starts = new Set(told.flatMap(record => (record.kind === 'started' ? [record.pid] : [])));
  const missing = lives.find(({ pid, excused }) => !excused && !starts.has(pid));
  if (missing) return `the history does not know gateway ${missing.pid}`;
  for (const record of told) {
    if (record.kind !== 'ended' || record.code === null) continue;
    const [life, another] = lives.filter(({ pid }) => pid === record.pid);
    // Windows gives a PID again soon: then it is not known which one is meant.
    if (life?.code === undefined || life.excused || another) continue;
    if (life.code !== record.code)
      return `gateway ${life.pid} was to end with ${life.code}, the history says ${record.code}: ${record.reason}`;
  }
  return undefined;
}
