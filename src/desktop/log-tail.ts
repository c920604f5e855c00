/** The log for a window: its end or the place of an end of the gateway, and a wait until it has grown. Only the last part is read. */

import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ifThere } from '../state/files.ts';
import { logChanges, readTail } from '../state/log-reader.ts';
import type { LogTail, RequestOf } from './ipc.ts';
import { lineOfEnd } from './log-lines.ts';

const LINES = 200;
/** Largest part of the file that is read, in bytes: thousands of ordinary lines. */
const MAX_BYTES = 512 * 1024;
const MAX_LINE_CHARACTERS = 4_096;
/** How far back an end is looked for that is not in the tail. */
const FAR = { lines: 50_000, maxBytes: 8 * 1024 * 1024 };
/** Lines that are shown after an end: the beginning of the next life. */
const AFTER_END = 40;
/** A window asks again after this time, in milliseconds: one that is closed meanwhile does not say so. */
const LONGEST_WAIT_MS = 10_000;
/** A gateway that prints without a pause is read this often, in milliseconds. */
const PAUSE_MS = 250;

/** The last lines, oldest first, each cut to the longest that a window shows. A missing log is empty. */
export async function tailLog(file: string, request: Omit<RequestOf<'logs'>, 'profile'>): Promise<Omit<LogTail, 'path' | 'canReveal'>> {
  const { lines: count = LINES, end, known } = request;
  if (known !== undefined) await changed(file, known);
  // Taken first: what is written while the lines are read is read again the next time.
  const stamp = await stampOf(file);
  const lines = await readTail(file, { lines: count, maxBytes: MAX_BYTES });
  if (!end || lineOfEnd(lines, end) >= 0) return { lines: lines.map(cut), stamp, ...(end && { hasEnd: true }) };
  const far = await readTail(file, FAR);
  const line = lineOfEnd(far, end);
  if (line < 0) return { lines: lines.map(cut), stamp, hasEnd: false };
  const after = line + AFTER_END;
  return { lines: far.slice(Math.max(0, after - count), after).map(cut), stamp, hasEnd: true };
}

const cut = (line: string): string => (line.length > MAX_LINE_CHARACTERS ? `${line.slice(0, MAX_LINE_CHARACTERS)}…` : line);

/** What the log contains: another text after every change. */
async function stampOf(file: string): Promise<string> {
  const found = await ifThere(fs.stat(file, { bigint: true }));
  return found ? `${found.ino} ${found.size} ${found.mtimeNs}` : '';
}

async function changed(file: string, known: string): Promise<void> {
  for await (const _ of logChanges(path.dirname(file), AbortSignal.timeout(LONGEST_WAIT_MS))) {
    if ((await stampOf(file)) !== known) return delay(PAUSE_MS);
  }
}
