/**
 * Holds: records that say "do not start now". An update holds a service so that neither the ladder nor a queued SCM restart, which cannot
 * be cancelled, starts the gateway in the middle of it. A hold counts while its holder runs *and* before its cap; one that was handed off
 * outlives its holder, for minutes or as long as its successor runs, but never a restart of the machine.
 */

import os from 'node:os';
import type { HandOff, Hold } from '../model/hold.ts';
import { isSameProcess, type ProcessTable } from '../model/process-ref.ts';

/** An update that takes longer than this has hung, in milliseconds. */
export const HOLD_CAP_MS = 60 * 60 * 1000;

/** The hold in force, if any: of several the one that lasts longest. */
export function holdInForce(holds: readonly Hold[], processes: ProcessTable, nowMs: number, uptimeMs = systemUptimeMs()): Hold | undefined {
  return holds.filter(hold => counts(hold, processes, nowMs, uptimeMs)).sort((a, b) => Date.parse(b.until) - Date.parse(a.until))[0];
}

function counts(hold: Hold, processes: ProcessTable, nowMs: number, uptimeMs: number): boolean {
  if (isOver(hold, nowMs, uptimeMs)) return false;
  const { holder, handOff } = hold;
  return isSameProcess(holder, processes) || (handOff !== undefined && handOffInForce(handOff, processes, uptimeMs));
}

/** By the machine's uptime where it was recorded, else by the clock. */
function isOver({ since, until, uptimeMs: placedMs, handOff }: Hold, nowMs: number, uptimeMs: number): boolean {
  const beganMs = handOff?.uptimeMs ?? placedMs;
  if (beganMs === undefined) return !(Date.parse(until) > nowMs);
  const capMs = handOff?.capMs ?? Date.parse(until) - Date.parse(since);
  // Less than none: the machine was restarted.
  const agoMs = uptimeMs - beganMs;
  return !(agoMs >= 0 && agoMs < capMs);
}

/** Whether what was handed off must still be left alone. */
export function handOffInForce(
  { uptimeMs: handedOffMs, capMs, successor }: HandOff,
  processes: ProcessTable,
  uptimeMs = systemUptimeMs(),
): boolean {
  const agoMs = uptimeMs - handedOffMs;
  if (agoMs < 0 || agoMs >= capMs) return false;
  return successor === undefined || isSameProcess(successor, processes);
}

/** Uptime of the machine, in milliseconds. */
export function systemUptimeMs(): number {
  return os.uptime() * 1_000;
}
