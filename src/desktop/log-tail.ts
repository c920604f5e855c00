/** The end of a log for a window: only the last part of the file is read, and control characters, which could hide text, are removed. */

import fs from 'node:fs/promises';
import { printable } from '../state/log-reader.ts';

/** Largest part of the file that is read, in bytes: thousands of ordinary lines. */
const MAX_BYTES = 512 * 1024;
const MAX_LINE_CHARACTERS = 4_096;

/** The last `count` lines, oldest first. A missing log is empty. */
export async function tailLog(file: string, count: number): Promise<string[]> {
  let handle: fs.FileHandle;
  try {
    handle = await fs.open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - MAX_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    const lines = buffer.subarray(0, bytesRead).toString('utf8').split('\n');
    // The text after the last newline is no line; the first line may be incomplete, and is dropped where there is another.
    if (lines.at(-1) === '') lines.pop();
    if (start > 0 && lines.length > 1) lines.shift();
    return lines.slice(-count).map(shown);
  } finally {
    await handle.close();
  }
}

/** One line, cut to the longest that a window shows. */
function shown(line: string): string {
  const clean = printable(line);
  return clean.length > MAX_LINE_CHARACTERS ? `${clean.slice(0, MAX_LINE_CHARACTERS)}…` : clean;
}
