/**
 * Whether Hermes' own updater is at work: the process that its marker names lives and is the one that wrote it. A marker stays behind when
 * an updater is killed, and its PID is given to the next program; the time in the marker tells them apart.
 */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ProcessTable } from '../model/process-ref.ts';
import { readUpdateMarker, UPDATE_MARKER } from './identity-files.ts';

export interface LivingUpdater {
  readonly pid: number;
}

/** The marker has whole seconds, and the clock may have been corrected a little, in milliseconds. */
const TOLERANCE_MS = 5_000;
const LINUX_TICKS_PER_SECOND = 100;

/** @param root The Hermes root: the marker lies there whichever profile is updated. */
export function livingUpdater(root: string, processes: ProcessTable): LivingUpdater | undefined {
  const marker = readUpdateMarker(root);
  if (!marker || !processes.isAlive(marker.pid)) return undefined;
  const { pid, startedAtMs = writtenAtMs(root) } = marker;
  const bornMs = bornAtMs(pid, processes);
  // Whoever was born after the marker was written is another one.
  return startedAtMs !== undefined && bornMs !== undefined && bornMs > startedAtMs + TOLERANCE_MS ? undefined : { pid };
}

/** When a process was born, in epoch milliseconds; undefined where that may not be asked. */
function bornAtMs(pid: number, processes: ProcessTable): number | undefined {
  let startTime: number | undefined;
  try {
    startTime = processes.startTime(pid);
  } catch {
    // A process of somebody else.
  }
  if (startTime === undefined) return undefined;
  if (process.platform !== 'linux') return startTime * 10;
  return Date.now() - os.uptime() * 1_000 + (startTime * 1_000) / LINUX_TICKS_PER_SECOND;
}

/** For a marker that does not say when it was written. */
function writtenAtMs(root: string): number | undefined {
  return fs.statSync(path.join(root, UPDATE_MARKER), { throwIfNoEntry: false })?.mtimeMs;
}
