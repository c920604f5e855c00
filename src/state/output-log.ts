/**
 * The captured output of a gateway: whole lines of both its streams in one file, rotated by size. A gateway may print 100 MB/s; memory
 * stays bounded because a stream is not read while its last chunk is being written. A full disk loses lines but never blocks the gateway.
 */

import fs from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ifThere } from './files.ts';
import { readTail } from './log-reader.ts';

export interface OutputLogOptions {
  /** Size at which a file is rotated, in bytes. */
  readonly maxBytes?: number;
  /** Number of rotated files that are kept. */
  readonly keep?: number;
  /** Called when something could not be written. */
  readonly onLoss?: () => void;
}

const NEWLINE = 0x0a;
/** The mark of the last start. */
const STARTED = /^--- \S+ gateway started, /;

/** A longer line is cut into pieces, which bounds memory, in bytes. */
const MAX_LINE_BYTES = 256 * 1024;

export class OutputLog {
  readonly path: string;
  readonly #maxBytes: number;
  readonly #keep: number;
  readonly #onLoss: () => void;
  #handle: fs.FileHandle | undefined;
  #size = 0;
  #tail: Promise<void> = Promise.resolve();

  constructor(file: string, { maxBytes = 10 * 1024 * 1024, keep = 4, onLoss = () => undefined }: OutputLogOptions = {}) {
    this.path = file;
    this.#maxBytes = maxBytes;
    this.#keep = keep;
    this.#onLoss = onLoss;
  }

  /** Copies a stream, line by line, until it ends; resolves when all of it is written. */
  async capture(stream: Readable): Promise<void> {
    let rest: Buffer[] = [];
    let restBytes = 0;
    stream.on('data', (chunk: Buffer) => {
      const end = chunk.lastIndexOf(NEWLINE) + 1;
      if (end === 0 && restBytes + chunk.length < MAX_LINE_BYTES) {
        rest.push(chunk);
        restBytes += chunk.length;
        return;
      }
      const cut = end || chunk.length;
      const whole = [...rest, chunk.subarray(0, cut)];
      rest = cut < chunk.length ? [chunk.subarray(cut)] : [];
      restBytes = chunk.length - cut;
      stream.pause();
      void this.#write(whole).then(() => stream.resume());
    });
    await finished(stream, { writable: false }).catch(() => undefined);
    if (restBytes > 0) void this.#write([...rest, Buffer.from('\n')]);
    // The end can come while the last chunk is still being written.
    await this.#tail;
  }

  /** The last lines of the last gateway, oldest first, at most `count`. */
  async lastLines(count: number): Promise<string[]> {
    await this.#tail;
    // A log that cannot be read has none.
    const lines = await readTail(this.path, { lines: count }).catch((): string[] => []);
    return lines.slice(lines.findLastIndex(line => STARTED.test(line)) + 1);
  }

  /** The service's own line, which shows where a gateway began and ended. */
  mark(line: string): Promise<void> {
    return this.#write([Buffer.from(`--- ${new Date().toISOString()} ${line}\n`)]);
  }

  async close(): Promise<void> {
    await this.#tail;
    await this.#handle?.close().catch(() => undefined);
    this.#handle = undefined;
  }

  #write(chunks: readonly Buffer[]): Promise<void> {
    const written = this.#tail.then(() => this.#append(chunks));
    this.#tail = written;
    return written;
  }

  async #append(chunks: readonly Buffer[]): Promise<void> {
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    try {
      if (this.#handle && this.#size + bytes > this.#maxBytes) await this.#rotate();
      const handle = await this.#open();
      let rest = Buffer.concat(chunks);
      while (rest.length > 0) rest = rest.subarray((await handle.write(rest)).bytesWritten);
      this.#size += bytes;
    } catch {
      // What was written of it is half a line.
      await this.#handle?.truncate(this.#size).catch(() => undefined);
      await this.#handle?.close().catch(() => undefined);
      this.#handle = undefined;
      this.#onLoss();
    }
  }

  async #open(): Promise<fs.FileHandle> {
    if (!this.#handle) {
      await fs.mkdir(path.dirname(this.path), { recursive: true, mode: 0o700 });
      this.#handle = await fs.open(this.path, 'a', 0o600);
      this.#size = (await this.#handle.stat()).size;
    }
    return this.#handle;
  }

  async #rotate(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
    for (let n = this.#keep; n >= 1; n -= 1) {
      const from = n === 1 ? this.path : `${this.path}.${n - 1}`;
      await ifThere(fs.rename(from, `${this.path}.${n}`));
    }
  }
}
