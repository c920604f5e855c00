/**
 * Reads the captured output of a gateway: its last lines and, on request, every later one, across rotation, and after the log was removed
 * or moved away. A gateway's output is never trusted: control sequences, which could repaint the reader's terminal, are removed.
 */

import { type FileHandle, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { ifThere } from './files.ts';
import { watchFolder } from './folder-watch.ts';

export interface ReadLogOptions {
  /** How many of the last lines to begin with. */
  readonly lines: number;
  /** The largest part of a file that is read for them, in bytes; the first line may be incomplete then. Default: as much as they need. */
  readonly maxBytes?: number;
  /** Continue with later lines, until the signal is aborted. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/** Windows reports writes to an open file late, so a follower also looks by time, in milliseconds. */
const BACKSTOP_MS = 1_000;
/** A follower shows a line without its end when it has not changed for this time, in milliseconds. */
const STALLED_MS = 1_000;
const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** Yields lines, oldest first, without control characters. A missing log has no lines (yet). */
export async function* readLog(
  file: string,
  { lines, maxBytes = Number.POSITIVE_INFINITY, follow = false, signal }: ReadLogOptions,
): AsyncGenerator<string> {
  const reader = new LogReader(file);
  try {
    yield* await reader.tail(lines, maxBytes);
    if (follow) {
      for await (const _ of logChanges(path.dirname(file), signal)) {
        yield* reader.later();
        yield* reader.stalled();
      }
    } else {
      yield* reader.later();
      yield* reader.rest();
    }
  } finally {
    await reader.close();
  }
}

/** The last lines as they are now, oldest first. */
export async function readTail(file: string, options: Pick<ReadLogOptions, 'lines' | 'maxBytes'>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of readLog(file, options)) found.push(line);
  return found.slice(-options.lines);
}

/** The line as it may be shown: no escape sequences, no control characters but tabs. */
export function printable(line: string): string {
  return stripVTControlCharacters(line).replace(/[^\P{Cc}\t]/gu, '');
}

/** One of the files of a log: the current one is 0, the last rotated one 1. */
interface Generation {
  readonly generation: number;
  readonly ino: bigint;
}

/** Keeps the current file open, so that it can be read to its end even after it was renamed or removed. */
class LogReader {
  readonly #file: string;
  #handle: FileHandle | undefined;
  /** The file that is read, and the one before it when that was opened: they show which file comes next. */
  #read: (bigint | undefined)[] = [];
  /** Where the first line that was not returned begins: until it has its end, it may still change. */
  #position = 0;
  #unfinished = '';
  #unfinishedSinceMs = 0;
  #shown = '';

  constructor(file: string) {
    this.#file = file;
  }

  /** The last whole lines of all generations; later ones come from `later`. */
  async tail(count: number, maxBytes: number): Promise<string[]> {
    const found: string[] = [];
    this.#read = [await this.#inode(1)];
    for (let generation = 0; found.length < count || generation === 0; generation += 1) {
      const handle = await ifThere(open(generationPath(this.#file, generation), 'r'));
      if (!handle) break;
      const { lines, end } = await lastLines(handle, count - found.length, maxBytes);
      found.unshift(...lines);
      if (generation > 0) await handle.close();
      else await this.#continueWith(handle, generation, end);
    }
    return found;
  }

  async *later(): AsyncGenerator<string> {
    for (;;) {
      if (this.#handle) yield* this.#drain(this.#handle);
      const { isCurrent, isRemoved, next } = await this.#generations();
      if (isCurrent) return;
      if (this.#handle && (isRemoved || next)) {
        // Rotation may have happened between the two looks; a rotated file gets no more lines. On Windows an open handle can keep the name
        // of a removed file, so that there could be no new one.
        yield* this.#drain(this.#handle);
        yield* this.rest();
        await this.close();
      }
      if (!next) return;
      const handle = await ifThere(open(generationPath(this.#file, next.generation), 'r'));
      const isStillThere = handle && (await handle.stat({ bigint: true })).ino === next.ino;
      if (isStillThere) await this.#continueWith(handle, next.generation, 0);
      else await handle?.close();
    }
  }

  /** A last line that has no end yet. */
  *rest(): Generator<string> {
    if (this.#unfinished !== '') yield this.#unfinished;
    this.#unfinished = '';
  }

  /** That line, once, when it has not changed for a moment. */
  *stalled(): Generator<string> {
    const isStalled = this.#unfinished !== '' && performance.now() - this.#unfinishedSinceMs >= STALLED_MS;
    if (!isStalled || this.#unfinished === this.#shown) return;
    this.#shown = this.#unfinished;
    yield this.#unfinished;
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #continueWith(handle: FileHandle, generation: number, position: number): Promise<void> {
    this.#handle = handle;
    this.#position = position;
    this.#read = [(await handle.stat({ bigint: true })).ino, await this.#inode(generation + 1)];
  }

  async *#drain(handle: FileHandle): AsyncGenerator<string> {
    let rest = Buffer.alloc(0);
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, this.#position + rest.length);
      if (bytesRead === 0) break;
      const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      this.#position += end;
      rest = bytes.subarray(end);
      for (const line of bytes.toString('utf8', 0, end).split('\n').slice(0, -1)) yield printable(line);
    }
    const unfinished = printable(rest.toString('utf8'));
    if (unfinished !== this.#unfinished) this.#unfinishedSinceMs = performance.now();
    this.#unfinished = unfinished;
  }

  /** Where the open file is now, and the file after it or, where that was removed or moved away, after the one before it. */
  async #generations(): Promise<{ isCurrent: boolean; isRemoved: boolean; next: Generation | undefined }> {
    const open = await this.#handle?.stat({ bigint: true });
    const inodes = await this.#inodes();
    const read = this.#read.map(each => (each === undefined ? -1 : inodes.indexOf(each))).find(each => each >= 0);
    // Emptied: it begins again.
    if (open && read === 0 && open.size < BigInt(this.#position)) this.#position = 0;
    // None of them is there, after many rotations: continue with the oldest one.
    const generation = (read ?? inodes.length) - 1;
    const ino = inodes[generation];
    return { isCurrent: read === 0, isRemoved: open?.nlink === 0n, next: ino === undefined ? undefined : { generation, ino } };
  }

  /** The files of all generations. A rotation moves them one by one: two equal looks show no rotation. */
  async #inodes(): Promise<(bigint | undefined)[]> {
    for (let last: string | undefined; ; ) {
      const found: (bigint | undefined)[] = [];
      while (found.length < 2 || found.at(-1) !== undefined || found.at(-2) !== undefined) found.push(await this.#inode(found.length));
      const look = found.join();
      if (look === last) return found.slice(0, -2);
      last = look;
    }
  }

  async #inode(generation: number): Promise<bigint | undefined> {
    return (await stat(generationPath(this.#file, generation), { bigint: true }).catch(() => undefined))?.ino;
  }
}

/** Yields at once, after changes in the folder of a log and when the backstop is due, until the signal is aborted. */
export async function* logChanges(folder: string, signal: AbortSignal | undefined): AsyncGenerator<void> {
  let wake = () => {};
  const change = () =>
    new Promise<void>(resolve => {
      wake = resolve;
    });
  let changed = change();
  const report = () => wake();
  const unwatch = watchFolder(folder, report);
  signal?.addEventListener('abort', report);
  try {
    while (!signal?.aborted) {
      yield;
      await Promise.race([changed, delay(BACKSTOP_MS, undefined, { ref: false })]);
      changed = change();
    }
  } finally {
    unwatch();
    signal?.removeEventListener('abort', report);
  }
}

/** The last whole lines and where they end; reads backwards until there are enough. */
async function lastLines(handle: FileHandle, count: number, maxBytes: number): Promise<{ lines: string[]; end: number }> {
  const { size } = await handle.stat();
  let bytes = Buffer.alloc(0);
  let newlines = 0;
  let start = size;
  while (start > Math.max(0, size - maxBytes) && newlines <= count) {
    const length = Math.min(CHUNK_BYTES, start);
    start -= length;
    const chunk = Buffer.alloc(length);
    await handle.read(chunk, 0, length, start);
    for (const byte of chunk) if (byte === NEWLINE) newlines += 1;
    bytes = Buffer.concat([chunk, bytes]);
  }
  const whole = bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1);
  const lines = whole.toString('utf8').split('\n').slice(0, -1);
  // The first one may be incomplete; it is shown only where there is no other.
  if (start > 0 && lines.length > 1) lines.shift();
  return { lines: count > 0 ? lines.slice(-count).map(printable) : [], end: size - (bytes.length - whole.length) };
}

function generationPath(file: string, generation: number): string {
  return generation === 0 ? file : `${file}.${generation}`;
}
