/**
 * Reads files that another program writes: a half-written text, a wrong type, a FIFO or a huge file counts as no file; a byte order mark
 * (PowerShell) is removed. Nothing here throws.
 */

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Hermes' own files are a few kilobytes. */
const MAX_BYTES = 1024 * 1024;
/** Opening a FIFO must not wait for its writer. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The text of a file without its byte order mark; undefined where there is no UTF-8 file of a plausible size. */
export function readTextFile(file: string): string | undefined {
  const bytes = readBytes(file);
  try {
    return bytes && new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The content of a file; undefined where there is no readable file of a plausible size. */
export function readBytes(file: string): Buffer | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(file, FLAGS);
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > MAX_BYTES) return undefined;
    const bytes = Buffer.alloc(stat.size);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(fd, bytes, length, bytes.length - length, null);
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

export function readJsonObject(file: string): JsonObject | undefined {
  return asObject(parseJson(readTextFile(file)));
}

/** The value of a JSON text; undefined where it is invalid. */
export function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function asTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(each => typeof each === 'string') : [];
}

/** A possible PID of a process: 0 and negative numbers mean groups of processes. */
export function asPid(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= 0xffffffff ? (value as number) : undefined;
}

/** A time text as epoch milliseconds. */
export function asTimeMs(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(ms) ? ms : undefined;
}
