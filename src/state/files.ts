/**
 * Atomic small files: a reader sees the old document or the new one, never half of one, even after a kill or a power cut. Reads of other
 * programs' files never throw: a byte order mark is removed, and half a document or a megabyte of invalid data is a result.
 */

import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import type * as v from 'valibot';
import { GatewayServiceError, isPermissionError } from '../model/errors.ts';
import { versioned } from '../model/schemas.ts';
import { disk } from './disk.ts';

/** State files of ours and of Hermes are far smaller, in bytes. */
const MAX_BYTES = 1024 * 1024;

/** How long a rename is retried while a reader or a virus scanner has the target open on Windows, in milliseconds. */
const RENAME_PATIENCE_MS = 2_000;

/**
 * The result of a write to the state folder.
 * @throws GatewayServiceError `state-unwritable` where a permission for it is missing, `state-corrupt` where the folder was deleted meanwhile
 */
export async function stateWrite<T>(write: () => T | Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const { path: where } = error as NodeJS.ErrnoException;
    if (isPermissionError(error)) throw new GatewayServiceError('state-unwritable', where && `(${where})`, { cause: error });
    if (isMissing(error)) throw new GatewayServiceError('state-corrupt', where && `(${where} was deleted meanwhile)`, { cause: error });
    throw error;
  }
}

/**
 * Writes `text` to `file` through a temporary file beside it, flushed to the disk before the rename. Makes missing folders. On failure the
 * old file is unchanged and the temporary file is removed.
 */
export async function writeFileAtomic(file: string, text: string): Promise<void> {
  await disk.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    await disk.writeFile(temporary, text, { flag: 'wx', mode: 0o600, flush: true });
    await renamePatiently(temporary, file);
  } catch (error) {
    await disk.rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Writes a file where no other file may be even for a moment: Windows opens every file in a Startup folder. Returns whether it is there
 * now: a file of other content is never replaced, except by the end of its own interrupted write. Makes missing folders.
 */
export async function writeIfMissing(file: string, content: Buffer): Promise<boolean> {
  await disk.mkdir(path.dirname(file), { recursive: true });
  const bytes = content.toString('latin1');
  try {
    await disk.writeFile(file, bytes, { flag: 'wx', encoding: 'latin1' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const present = await fs.readFile(file);
  const isOurBeginning = present.length < content.length && content.subarray(0, present.length).equals(present);
  if (isOurBeginning) await disk.writeFile(file, bytes, { encoding: 'latin1' });
  return (await fs.readFile(file)).equals(content);
}

/** Renames over the existing file, and retries while another program reads it. */
export async function renamePatiently(from: string, to: string): Promise<void> {
  const deadline = performance.now() + RENAME_PATIENCE_MS;
  for (;;) {
    try {
      return await disk.rename(from, to);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      const held = process.platform === 'win32' && (code === 'EPERM' || code === 'EACCES' || code === 'EBUSY');
      if (!held || performance.now() > deadline) throw error;
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }
}

export function writeJson(file: string, value: unknown): Promise<void> {
  return stateWrite(() => writeFileAtomic(file, `${JSON.stringify(value, undefined, 2)}\n`));
}

export type JsonRead =
  | { readonly state: 'absent' }
  | { readonly state: 'damaged'; readonly why: string }
  | { readonly state: 'denied'; readonly error: GatewayServiceError }
  | { readonly state: 'read'; readonly value: unknown };

/**
 * Reads a JSON document that any program may have written. Never throws: a file that is none is `damaged`. A kilobyte is read synchronously:
 * a look at twenty gateways reads a hundred such files, and each trip through the thread pool takes longer than the file.
 */
export async function readJson(file: string): Promise<JsonRead> {
  return readJsonNow(file);
}

export function readJsonNow(file: string): JsonRead {
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) return { state: 'damaged', why: `${size} bytes are more than any such file has` };
    const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
    return { state: 'read', value: JSON.parse(text) };
  } catch (error) {
    if (isMissing(error)) return { state: 'absent' };
    if (isPermissionError(error))
      return { state: 'denied', error: new GatewayServiceError('permission-denied', `(${file})`, { cause: error }) };
    return { state: 'damaged', why: error instanceof Error ? error.message : String(error) };
  }
}

/** Undefined where there is none. @throws GatewayServiceError `state-corrupt`, `state-newer`, `permission-denied` */
export async function readVersioned<T>(file: string, schema: v.GenericSchema<unknown, T>): Promise<T | undefined> {
  const read = await readJson(file);
  if (read.state === 'denied') throw read.error;
  if (read.state === 'damaged') throw new GatewayServiceError('state-corrupt', `${file} (${read.why})`);
  return read.state === 'read' ? versioned(schema, read.value, file) : undefined;
}

/** What is read, or undefined where there is no such file or folder. */
export async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
