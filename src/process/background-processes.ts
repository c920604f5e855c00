/**
 * A gateway program that goes into the background (a daemon): the process that was launched ends, and its children continue in a process
 * group of their own. Linux shows the environment of each process, so a mark in it finds them. A cgroup would need a session of systemd,
 * and a subreaper a native module.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { attempt } from '../model/attempt.ts';
import { environmentOf } from './process-environment.ts';

/** The variable of the mark; every launch has another value. Hermes' own `/update` inherits it too, so nothing is ended for the mark alone. */
export const LAUNCH_MARK = 'HERMES_GATEWAY_SERVICE_LAUNCH';

/** A daemon forks up to two times: its group counts when it was the same for this long, in milliseconds. */
const SETTLED_MS = 400;
const SETTLES_WITHIN_MS = 3_000;
const LOOK_MS = 100;

export interface MarkedProcess {
  readonly pid: number;
  readonly group: number;
  /** In clock ticks since boot. */
  readonly startTicks: number;
}

/** The oldest living process with this mark; undefined where there is none, and where environments cannot be read. */
function oldestMarked(mark: string): MarkedProcess | undefined {
  const entries = attempt(() => readdirSync('/proc')) ?? [];
  const found = entries.flatMap(entry => (/^\d+$/.test(entry) ? (marked(Number(entry), mark) ?? []) : []));
  return found.sort((one, other) => one.startTicks - other.startTicks || one.pid - other.pid)[0];
}

function marked(pid: number, mark: string): MarkedProcess | undefined {
  if (environmentOf(pid)?.[LAUNCH_MARK] !== mark) return undefined;
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? '';
  // After the name, which may contain any character: state, parent, group, and as the 20th field the start.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, , group] = fields;
  return state === undefined || state === 'Z' || state === 'X' ? undefined : { pid, group: Number(group), startTicks: Number(fields[19]) };
}

/**
 * The process of a launch that continues after the launched one has ended, as soon as its process group stays the same; undefined where
 * none does.
 */
export async function inBackground(mark: string): Promise<MarkedProcess | undefined> {
  const deadline = performance.now() + SETTLES_WITHIN_MS;
  let found = oldestMarked(mark);
  let sinceMs = performance.now();
  // One look can miss all of them: a process that forks and ends meanwhile has another PID.
  while (performance.now() - sinceMs < SETTLED_MS && performance.now() < deadline) {
    await delay(LOOK_MS);
    const now = oldestMarked(mark);
    if (now?.pid !== found?.pid || now?.group !== found?.group) sinceMs = performance.now();
    found = now;
  }
  return found;
}
