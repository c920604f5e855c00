/**
 * `.hermes-update-in-progress` in the Hermes root: whether Hermes' own updater is running. The rules are Hermes' own
 * (`hermes_cli/update_lock.py`, contract C1): the process that the marker names, or its delegate, must be running and must have written it.
 */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ProcessTable } from '../model/process-ref.ts';
import { readTextFile } from './tolerant-json.ts';

export const UPDATE_MARKER = '.hermes-update-in-progress';

/** A running updater of Hermes. */
export interface LivingUpdater {
  /** Absent for the moment in which the marker exists without its text. */
  readonly pid?: number;
  /** When the update began, in epoch milliseconds. */
  readonly startedAtMs: number;
}

/** A process by PID and creation time, as the marker names it. */
interface MarkedProcess {
  readonly pid: number;
  /** In epoch milliseconds; markers of version 1 have none. */
  readonly createdAtMs?: number;
}

/** The text of a marker: PID, epoch seconds, `ct:<epoch seconds>`, and from the fourth line on tagged lines in any order. */
export interface UpdateMarker {
  readonly owner: MarkedProcess;
  readonly startedAtMs: number;
  /** The process that finishes the update when the owner has ended. */
  readonly delegate?: MarkedProcess;
}

/** Age after which a marker without a creation time no longer counts, because its PID may be used again, in milliseconds. */
const UNPROVED_MAX_AGE_MS = 20 * 60 * 1_000;
/** Allowed difference between a recorded and a measured creation time, in milliseconds. */
const CREATION_TOLERANCE_MS = 2_000;
/** Allowed difference for a marker in whole seconds from a clock that may have been corrected, in milliseconds. */
const CLAIM_TOLERANCE_MS = 5_000;
/** An empty marker of this age or less is about to be written, in milliseconds. */
const EMPTY_GRACE_MS = 5_000;
const LINUX_TICKS_PER_SECOND = 100;
const MAX_PID = 0xffff_ffff;

/** Undefined where the first two lines are not a PID and a time. A damaged later line is ignored. */
export function parseUpdateMarker(text: string): UpdateMarker | undefined {
  const [first = '', second = '', third = '', ...tagged] = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map(line => line.replace(/\r$/, '').replace(/^[ \t]+|[ \t]+$/g, ''));
  const pid = pidOf(first);
  // Hermes 0.19 writes seconds with decimals.
  if (pid === undefined || !/^[0-9]+(\.[0-9]+)?$/.test(second)) return undefined;
  const createdAtMs = milliseconds(/^ct:([0-9]+(?:\.[0-9]+)?)$/.exec(third)?.[1]);
  const delegates = tagged.flatMap(line => {
    const [, delegatePid = '', created] = /^delegate:([0-9]+) ct:([0-9]+(?:\.[0-9]+)?)$/.exec(line) ?? [];
    const found = pidOf(delegatePid);
    return found === undefined ? [] : [marked(found, milliseconds(created))];
  });
  const [delegate] = delegates;
  return { owner: marked(pid, createdAtMs), startedAtMs: Number(second) * 1_000, ...(delegate && { delegate }) };
}

/** @param root The Hermes root: one marker for all profiles. */
export function livingUpdater(root: string, processes: ProcessTable, nowMs = Date.now()): LivingUpdater | undefined {
  const file = path.join(root, UPDATE_MARKER);
  const text = readTextFile(file);
  if (text === undefined) return undefined;
  if (text === '') {
    const writtenAtMs = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Number.NaN;
    return nowMs - writtenAtMs < EMPTY_GRACE_MS ? { startedAtMs: writtenAtMs } : undefined;
  }
  const marker = parseUpdateMarker(text);
  if (!marker) return undefined;
  const { owner, delegate, startedAtMs } = marker;
  const living = [owner, delegate].find(each => each !== undefined && isLive(each, startedAtMs, processes, nowMs));
  return living && { pid: living.pid, startedAtMs };
}

function isLive({ pid, createdAtMs }: MarkedProcess, startedAtMs: number, processes: ProcessTable, nowMs: number): boolean {
  if (!processes.isAlive(pid)) return false;
  const bornAtMs = creationTimeMs(pid, processes, nowMs);
  if (createdAtMs !== undefined && bornAtMs !== undefined) return Math.abs(bornAtMs - createdAtMs) <= CREATION_TOLERANCE_MS;
  if (nowMs - startedAtMs > UNPROVED_MAX_AGE_MS) return false;
  // A process that was created after the marker was written is another program with the same PID.
  return bornAtMs === undefined || bornAtMs <= startedAtMs + CLAIM_TOLERANCE_MS;
}

/** When a process was created, in epoch milliseconds; undefined where that may not be read. */
function creationTimeMs(pid: number, processes: ProcessTable, nowMs: number): number | undefined {
  let startTime: number | undefined;
  try {
    startTime = processes.startTime(pid);
  } catch {
    // A process of another user.
  }
  if (startTime === undefined) return undefined;
  if (process.platform !== 'linux') return startTime * 10;
  return nowMs - os.uptime() * 1_000 + (startTime * 1_000) / LINUX_TICKS_PER_SECOND;
}

function pidOf(text: string): number | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined;
  const pid = Number(text);
  return pid > 0 && pid <= MAX_PID ? pid : undefined;
}

const milliseconds = (seconds: string | undefined): number | undefined => (seconds === undefined ? undefined : Number(seconds) * 1_000);

const marked = (pid: number, createdAtMs: number | undefined): MarkedProcess =>
  createdAtMs === undefined ? { pid } : { pid, createdAtMs };
