/**
 * The journal of an update: `update-<id>.json` in the state root, written before anything is stopped and removed when every gateway is
 * accounted for. After a crash, a kill or a power cut it remains, and the next process (`resume.ts`) reads from it what to start.
 */

import fs from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { errorCode } from '../model/error-value.ts';
import { GatewayServiceError } from '../model/errors.ts';
import { HAND_OFF, HOLD_ID } from '../model/hold.ts';
import { isSameProcess, PROCESS_REF, type ProcessTable } from '../model/process-ref.ts';
import { isoTime } from '../model/schemas.ts';
import { disk } from '../state/disk.ts';
import { readJson, writeJson } from '../state/files.ts';
import { handOffInForce } from '../state/holds.ts';
import { PLANNED_GATEWAY, shortText, UPDATE_OUTCOMES, UPDATE_STEPS, UPDATE_VERSIONS } from './update-shape.ts';

export * from './update-shape.ts';

export const PROGRESS_LENGTH = 200;

const FILE = /^update-([a-z0-9-]{1,64})\.json$/;

const UPDATE_RESULT = v.object({
  outcome: v.picklist(UPDATE_OUTCOMES),
  /** Exit code of the update command, where there was one. */
  code: v.exactOptional(v.number()),
  /** Why it failed, where that is in the table of errors. */
  why: v.exactOptional(errorCode),
  /** A plain sentence. */
  message: shortText,
  at: isoTime,
});

const JOURNAL = v.object({
  schema: v.literal(1),
  /** Also the id of the holds that the update places. */
  id: v.pipe(v.string(), v.regex(HOLD_ID)),
  /** What is updated, as text: "Hermes 0.19 -> 0.20", "git pull". */
  what: shortText,
  /** The program that updates, as text. */
  who: shortText,
  since: isoTime,
  owner: PROCESS_REF,
  step: v.picklist(UPDATE_STEPS),
  /** The last line that the work reported; at most `PROGRESS_LENGTH` characters. */
  progress: v.exactOptional(shortText),
  versions: v.exactOptional(UPDATE_VERSIONS),
  /** Where the owner ended on purpose: until when, and which program continues. */
  handOff: v.exactOptional(HAND_OFF),
  profiles: v.pipe(v.array(PLANNED_GATEWAY), v.maxLength(1_000), v.readonly()),
  result: v.exactOptional(UPDATE_RESULT),
});

export type UpdateResult = Readonly<v.InferOutput<typeof UPDATE_RESULT>>;
export type UpdateJournal = Readonly<v.InferOutput<typeof JOURNAL>>;

/** A file with a journal's name: its content, or why it cannot be read. */
export type JournalFile =
  | { readonly file: string; readonly journal: UpdateJournal }
  | { readonly file: string; readonly error: GatewayServiceError };

export function journalFile(stateRoot: string, id: string): string {
  if (!HOLD_ID.test(id)) throw new RangeError(`not an id of an update: ${id}`);
  return path.join(stateRoot, `update-${id}.json`);
}

/** @throws the file system's error */
export function writeJournal(stateRoot: string, journal: UpdateJournal): Promise<void> {
  return writeJson(journalFile(stateRoot, journal.id), journal);
}

export async function removeJournal(file: string): Promise<void> {
  await disk.rm(file, { force: true, maxRetries: 10, retryDelay: 50 });
}

/** Every journal in the state root; one `readdir` where there is none. Never throws. */
export async function readJournals(stateRoot: string): Promise<JournalFile[]> {
  const names = await fs.readdir(stateRoot).catch(() => []);
  const read = await Promise.all(names.filter(name => FILE.test(name)).map(name => readJournal(path.join(stateRoot, name))));
  return read.filter(found => found !== undefined);
}

/** Undefined where there is no such file. */
export async function readJournal(file: string): Promise<JournalFile | undefined> {
  const read = await readJson(file);
  if (read.state === 'absent') return undefined;
  if (read.state === 'denied') return { file, error: read.error };
  if (read.state === 'damaged') return { file, error: new GatewayServiceError('journal-unreadable', `${file} (${read.why})`) };
  const result = v.safeParse(JOURNAL, read.value);
  if (result.success && journalFile(path.dirname(file), result.output.id) === file) return { file, journal: result.output };
  const { schema } = (read.value ?? {}) as { schema?: unknown };
  const why = typeof schema === 'number' && schema > 1 ? 'it was written by a newer version' : 'it is no journal of an update';
  return { file, error: new GatewayServiceError('journal-unreadable', `${file} (${why})`) };
}

/** Whether it is in progress: its owner runs, or the program that continues it may still run. */
export function isUnderWay({ owner, handOff }: UpdateJournal, processes: ProcessTable, uptimeMs?: number): boolean {
  return isSameProcess(owner, processes) || (handOff !== undefined && handOffInForce(handOff, processes, uptimeMs));
}
