/**
 * The journal of an update: `update-<id>.json` in the state root, written before anything is stopped and removed when every gateway is
 * accounted for. A crash, a kill or a power cut leaves it behind, and whoever comes next (`resume.ts`) knows from it what is to be started.
 */

import fs from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { ERRORS, type ErrorCode } from '../model/error-table.ts';
import { GatewayServiceError } from '../model/errors.ts';
import { isProcessRef, isTime } from '../model/fields.ts';
import type { HandOff } from '../model/hold.ts';
import { isServiceName, type ServiceName } from '../model/identity.ts';
import { isSameProcess, type ProcessRef, type ProcessTable } from '../model/process-ref.ts';
import { readJson, writeJson } from '../state/files.ts';
import { handOffInForce } from '../state/holds.ts';
import {
  type PlannedGateway,
  UPDATE_OUTCOMES,
  UPDATE_STEPS,
  type UpdateOutcome,
  type UpdateStep,
  type UpdateVersions,
} from './update-shape.ts';

export * from './update-shape.ts';

export interface UpdateResult {
  readonly outcome: UpdateOutcome;
  /** Exit code of the update command, where there was one. */
  readonly code?: number;
  /** Why it did not go well, where that is in the table of errors. */
  readonly why?: ErrorCode;
  /** A plain sentence. */
  readonly message: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface UpdateJournal {
  readonly schema: 1;
  /** Also the id of the holds that the update places. */
  readonly id: string;
  /** What is updated, in plain words: "Hermes 0.19 -> 0.20", "git pull". */
  readonly what: string;
  /** The program that updates, in plain words. */
  readonly who: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly owner: ProcessRef;
  readonly step: UpdateStep;
  /** The last thing that the work said; at most `PROGRESS_LENGTH` characters. */
  readonly progress?: string;
  readonly versions?: UpdateVersions;
  /** Where the owner went on purpose: until when, and for whom. */
  readonly handOff?: HandOff;
  readonly profiles: readonly PlannedGateway[];
  readonly result?: UpdateResult;
}

export const PROGRESS_LENGTH = 200;

const ID = /^[a-z0-9-]{1,64}$/;
const FILE = /^update-([a-z0-9-]{1,64})\.json$/;

const text = v.pipe(v.string(), v.maxLength(4_096));
const time = v.custom<string>(isTime);
const milliseconds = v.pipe(v.number(), v.minValue(0));
const errorCode = v.custom<ErrorCode>(code => typeof code === 'string' && Object.hasOwn(ERRORS, code));
const processRef = v.custom<ProcessRef>(isProcessRef);

const JOURNAL: v.GenericSchema<unknown, UpdateJournal> = v.object({
  schema: v.literal(1),
  id: v.pipe(v.string(), v.regex(ID)),
  what: text,
  who: text,
  since: time,
  owner: processRef,
  step: v.picklist(UPDATE_STEPS),
  progress: v.exactOptional(text),
  versions: v.exactOptional(v.object({ from: v.exactOptional(text), to: v.exactOptional(text) })),
  handOff: v.exactOptional(v.object({ uptimeMs: milliseconds, capMs: milliseconds, successor: v.exactOptional(processRef) })),
  profiles: v.pipe(
    v.array(
      v.object({
        profile: text,
        service: v.custom<ServiceName>(value => typeof value === 'string' && isServiceName(value), 'not the name of a gateway service'),
        serviceId: text,
        home: text,
        root: text,
        mechanism: v.picklist(['service', 'startup', 'embedded', 'none']),
        state: v.picklist(['waiting', 'stopped', 'up', 'failed']),
        error: v.exactOptional(
          v.object({
            code: errorCode,
            message: text,
            remedy: text,
            win32: v.exactOptional(v.number()),
          }),
        ),
      }),
    ),
    v.maxLength(1_000),
  ),
  result: v.exactOptional(
    v.object({
      outcome: v.picklist(UPDATE_OUTCOMES),
      code: v.exactOptional(v.number()),
      why: v.exactOptional(errorCode),
      message: text,
      at: time,
    }),
  ),
});

/** A file that has a journal's name: what it says, or why nobody can know. */
export type JournalFile =
  | { readonly file: string; readonly journal: UpdateJournal }
  | { readonly file: string; readonly error: GatewayServiceError };

export function journalFile(stateRoot: string, id: string): string {
  if (!ID.test(id)) throw new RangeError(`not an id of an update: ${id}`);
  return path.join(stateRoot, `update-${id}.json`);
}

/** @throws the file system's error */
export function writeJournal(stateRoot: string, journal: UpdateJournal): Promise<void> {
  return writeJson(journalFile(stateRoot, journal.id), journal);
}

export async function removeJournal(file: string): Promise<void> {
  await fs.rm(file, { force: true, maxRetries: 10, retryDelay: 50 });
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
  if (read.state === 'damaged') return { file, error: new GatewayServiceError('journal-unreadable', `${file} (${read.why})`) };
  const result = v.safeParse(JOURNAL, read.value);
  if (result.success && journalFile(path.dirname(file), result.output.id) === file) return { file, journal: result.output };
  const { schema } = (read.value ?? {}) as { schema?: unknown };
  const why = typeof schema === 'number' && schema > 1 ? 'it was written by a newer version' : 'it is no journal of an update';
  return { file, error: new GatewayServiceError('journal-unreadable', `${file} (${why})`) };
}

/** Whether somebody is at it: its owner lives, or the one to whom it was handed off may still be at work. */
export function isUnderWay({ owner, handOff }: UpdateJournal, processes: ProcessTable, uptimeMs?: number): boolean {
  return isSameProcess(owner, processes) || (handOff !== undefined && handOffInForce(handOff, processes, uptimeMs));
}
