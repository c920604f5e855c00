/**
 * Reads the captured output of a gateway: its last lines and, on request, every later one, across rotation. A gateway's output is never
 * trusted: control sequences, which could repaint the reader's terminal, are removed.
 */

import { type FileHandle, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';
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
const CHUNK_BYTES = 64 * 1024;

/** Yields lines, oldest first, without control characters. A missing log has no lines (yet). */
export async function* readLog(
  file: string,
  { lines, maxBytes = Number.POSITIVE_INFINITY, follow = false, signal }: ReadLogOptions,
): AsyncGenerator<string> {
  const reader = new LogReader(file);
  try {
    yield* await reader.tail(lines, maxBytes);
    if (follow) for await (const _ of changesIn(path.dirname(file), signal)) yield* reader.later();
    else {
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

/** Keeps the current file open, so that it can be read to its end even after it was renamed. */
class LogReader {
  readonly #file: string;
  #handle: FileHandle | undefined;
  #position = 0;
  #decoder = new StringDecoder('utf8');
  #partial = '';

  constructor(file: string) {
    this.#file = file;
  }

  /** The last whole lines of all generations; later ones come from `later`. */
  async tail(count: number, maxBytes: number): Promise<string[]> {
    const found: string[] = [];
    for (let generation = 0; found.length < count || generation === 0; generation += 1) {
      const handle = await ifThere(open(generationPath(this.#file, generation), 'r'));
      if (!handle) break;
      const { lines, end } = await lastLines(handle, count - found.length, maxBytes);
      found.unshift(...lines);
      if (generation > 0) await handle.close();
      else [this.#handle, this.#position] = [handle, end];
    }
    return found;
  }

  async *later(): AsyncGenerator<string> {
    for (;;) {
      this.#handle ??= await ifThere(open(this.#file, 'r'));
      if (!this.#handle) return;
      yield* this.#drain(this.#handle);
      const next = await this.#newerGeneration(this.#handle);
      if (!next) return;
      // Rotation may have happened between the two looks; a rotated file gets no more lines.
      yield* this.#drain(this.#handle);
      yield* this.rest();
      await this.#handle.close();
      this.#handle = await ifThere(open(next, 'r'));
      this.#position = 0;
      this.#decoder = new StringDecoder('utf8');
    }
  }

  /** A last line that has no end yet. */
  *rest(): Generator<string> {
    if (this.#partial !== '') yield printable(this.#partial);
    this.#partial = '';
  }

  async close(): Promise<void> {
    await this.#handle?.close();
  }

  async *#drain(handle: FileHandle): AsyncGenerator<string> {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, this.#position);
      if (bytesRead === 0) return;
      this.#position += bytesRead;
      const [first = '', ...others] = this.#decoder.write(buffer.subarray(0, bytesRead)).split('\n');
      const whole = [this.#partial + first, ...others];
      this.#partial = whole.pop() ?? '';
      for (const line of whole) yield printable(line);
    }
  }

  /** The file after the open one: undefined while that is the current one, or until there is a new one. */
  async #newerGeneration(handle: FileHandle): Promise<string | undefined> {
    const { ino, size } = await handle.stat({ bigint: true });
    for (let generation = 0; ; generation += 1) {
      const name = generationPath(this.#file, generation);
      const found = await stat(name, { bigint: true }).catch(() => undefined);
      if (found?.ino === ino) {
        if (generation === 0 && size < BigInt(this.#position)) this.#position = 0;
        return generation === 0 ? undefined : generationPath(this.#file, generation - 1);
      }
      // Rotated away: continue with the oldest existing file.
      if (!found && generation > 0) return generationPath(this.#file, generation - 1);
    }
  }
}

/** Yields at once, after changes in the folder and when the backstop is due, until the signal is aborted. */
async function* changesIn(folder: string, signal: AbortSignal | undefined): AsyncGenerator<void> {
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
    for (const byte of chunk) if (byte === 0x0a) newlines += 1;
    bytes = Buffer.concat([chunk, bytes]);
  }
  const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
  const lines = whole.toString('utf8').split('\n').slice(0, -1);
  // The first one may be incomplete; it is shown only where there is no other.
  if (start > 0 && lines.length > 1) lines.shift();
  return { lines: count > 0 ? lines.slice(-count).map(printable) : [], end: size - (bytes.length - whole.length) };
}

function generationPath(file: string, generation: number): string {
  return generation === 0 ? file : `${file}.${generation}`;
}
