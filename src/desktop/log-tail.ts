/** The end of a log for a window: only the last part of each file is read. */

import { readTail } from '../state/log-reader.ts';

/** Largest part of the file that is read, in bytes: thousands of ordinary lines. */
const MAX_BYTES = 512 * 1024;
const MAX_LINE_CHARACTERS = 4_096;

/** The last `count` lines, oldest first, each cut to the longest that a window shows. A missing log is empty. */
export async function tailLog(file: string, count: number): Promise<string[]> {
  const lines = await readTail(file, { lines: count, maxBytes: MAX_BYTES });
  const cut = (line: string) => (line.length > MAX_LINE_CHARACTERS ? `${line.slice(0, MAX_LINE_CHARACTERS)}…` : line);
  return lines.map(cut);
}
