/**
 * The captured output of a gateway: whole lines of both its streams in one file, rotated by size. A gateway may print 100 MB/s; memory
 * stays bounded because a stream is not read while its last chunk is being written. A full disk loses lines but never blocks the gateway.
 *
 *   whole lines … | the line that waits for its end
 *                 └ is replaced by the next write: a line of the other stream, or the same line when it has grown
 */

import { fstatSync, statSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ifThere, renamePatiently } from './files.ts';
import { LineSplitter } from './line-splitter.ts';
import { localIsoTime } from './local-time.ts';
import { readTail } from './log-reader.ts';

export interface OutputLogOptions {
  /** Size at which a file is rotated, in bytes. */
  readonly maxBytes?: number;
  /** Number of rotated files that are kept. */
  readonly keep?: number;
  /** Called when something could not be written. */
  readonly onLoss?: () => void;
}

/** After this time a line is shown without its end, in milliseconds. */
const SHOWN_AFTER_MS = 1_000;
const CONTINUED = 'log continues here, because its file was removed, moved or emptied';
/** The marks before which nothing belongs to the last gateway. */
const BEGINNING = /^--- \S+ (gateway started, |log continues here)/;
const NOTHING = Buffer.alloc(0);

/** The file, opened for appending, and the size of what was written to it. */
interface OpenFile {
  readonly handle: fs.FileHandle;
  readonly ino: bigint;
  size: number;
}

export class OutputLog {
  readonly path: string;
  readonly #maxBytes: number;
  readonly #keep: number;
  readonly #onLoss: () => void;
  #file: OpenFile | undefined;
  /** Size at which the next rotation is tried, in bytes. */
  #rotateAt: number;
  /** The stream whose unfinished line is at the end of the file, and the length of that line there, in bytes. */
  #shown: LineSplitter | undefined;
  #shownBytes = 0;
  #tail: Promise<void> = Promise.resolve();

  constructor(file: string, { maxBytes = 10 * 1024 * 1024, keep = 4, onLoss = () => undefined }: OutputLogOptions = {}) {
    this.path = file;
    this.#maxBytes = maxBytes;
    this.#rotateAt = maxBytes;
    this.#keep = keep;
    this.#onLoss = onLoss;
  }

  /** Copies a stream, line by line, until it ends; resolves when all of it is written. */
  async capture(stream: Readable): Promise<void> {
    const lines = new LineSplitter();
    let due: NodeJS.Timeout | undefined;
    const show = () => {
      due = undefined;
      void this.#inTurn(() => this.#show(lines));
    };
    const take = async (chunk: Buffer) => {
      const whole = lines.add(chunk);
      if (whole.length > 0) await this.#append(whole, lines);
      if (!lines.isEmpty) due ??= setTimeout(show, SHOWN_AFTER_MS).unref();
    };
    stream.on('data', (chunk: Buffer) => {
      stream.pause();
      void this.#inTurn(() => take(chunk)).then(() => stream.resume());
    });
    await finished(stream, { writable: false }).catch(() => undefined);
    // The end can come while the last chunk is still being written.
    await this.#inTurn(() => this.#append(lines.end(), lines));
    clearTimeout(due);
  }

  /** The last lines of the last gateway, oldest first, at most `count`. */
  async lastLines(count: number): Promise<string[]> {
    await this.#tail;
    // A log that cannot be read has none.
    const lines = await readTail(this.path, { lines: count }).catch((): string[] => []);
    return lines.slice(lines.findLastIndex(line => BEGINNING.test(line)) + 1);
  }

  /** The service's own line, which shows where a gateway began and ended; by its time the record of the end finds it. */
  mark(line: string, at?: Date): Promise<void> {
    return this.#inTurn(() => this.#append(markOf(line, at)));
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#closeFile());
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#tail = this.#tail.then(work);
    return this.#tail;
  }

  /** Shows a line that waits for its end. There is place for one: that of the other stream gets its end here. */
  async #show(lines: LineSplitter): Promise<void> {
    if (lines.isEmpty) return;
    const other = this.#shown === lines ? undefined : this.#shown;
    this.#shown = lines;
    await this.#append(other?.end() ?? NOTHING);
  }

  /** Appends whole lines. @param finished The stream whose unfinished line they replace */
  async #append(lines: Buffer, finished?: LineSplitter): Promise<void> {
    if (this.#shown === finished) this.#shown = undefined;
    try {
      const file = await this.#open(lines.length);
      await this.#hideUnfinished(file);
      const unfinished = this.#shown?.rest ?? NOTHING;
      await writeAll(file.handle, Buffer.concat([lines, unfinished]));
      file.size += lines.length;
      this.#shownBytes = unfinished.length;
    } catch {
      // What was written of it is part of a line.
      if (this.#file) await fs.truncate(this.path, this.#file.size).catch(() => undefined);
      await this.#closeFile();
      if (lines.length > 0) this.#onLoss();
    }
  }

  /** By its path: on Windows a handle for appending cannot shorten its file. */
  async #hideUnfinished({ size }: OpenFile): Promise<void> {
    if (this.#shownBytes > 0) await fs.truncate(this.path, size);
    this.#shownBytes = 0;
  }

  /** The file for `bytes` more: a new one after a rotation, and where a program has removed, moved or changed the old one. */
  async #open(bytes: number): Promise<OpenFile> {
    const isChanged = this.#file !== undefined && !this.#isAsWritten(this.#file);
    if (isChanged) await this.#closeFile();
    else if (this.#file && this.#file.size > 0 && this.#file.size + bytes > this.#rotateAt) await this.#rotate(this.#file);
    if (this.#file) return this.#file;
    // Not the state folder: who removes that ends the service.
    await fs.mkdir(path.dirname(this.path), { mode: 0o700 }).catch(() => undefined);
    const handle = await fs.open(this.path, 'a+', 0o600);
    const { ino, size } = await handle.stat({ bigint: true });
    const file = { handle, ino, size: Number(size) };
    this.#file = file;
    const beginning = file.size > 0 ? await missingEnd(file) : isChanged ? markOf(CONTINUED) : NOTHING;
    await writeAll(handle, beginning);
    file.size += beginning.length;
    return file;
  }

  /** On Windows the name of a removed file can stay until its last handle is closed: then only the handle shows that it has no name. */
  #isAsWritten({ handle, ino, size }: OpenFile): boolean {
    try {
      const found = statSync(this.path, { bigint: true });
      return found.ino === ino && found.size === BigInt(size + this.#shownBytes) && fstatSync(handle.fd).nlink > 0;
    } catch {
      return false;
    }
  }

  /** Where a program holds one of the files, the current one grows on, and the next try comes later. */
  async #rotate(file: OpenFile): Promise<void> {
    await this.#hideUnfinished(file);
    await this.#closeFile();
    this.#rotateAt = this.#maxBytes;
    try {
      for (let n = this.#keep; n >= 1; n -= 1) {
        const from = n === 1 ? this.path : `${this.path}.${n - 1}`;
        await ifThere(renamePatiently(from, `${this.path}.${n}`));
      }
    } catch {
      this.#rotateAt = file.size + this.#maxBytes;
    }
  }

  async #closeFile(): Promise<void> {
    const handle = this.#file?.handle;
    this.#file = undefined;
    this.#shownBytes = 0;
    await handle?.close().catch(() => undefined);
  }
}

const markOf = (line: string, at = new Date()): Buffer => Buffer.from(`--- ${localIsoTime(at)} ${line}\n`);

/** The end of a last line that has none: a killed process was writing it. */
async function missingEnd({ handle, size }: OpenFile): Promise<Buffer> {
  const end = Buffer.from('\n');
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.equals(end) ? NOTHING : end;
}

async function writeAll(handle: fs.FileHandle, bytes: Buffer): Promise<void> {
  for (let rest = bytes; rest.length > 0; ) rest = rest.subarray((await handle.write(rest)).bytesWritten);
}
