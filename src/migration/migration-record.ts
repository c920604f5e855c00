/**
 * What the migration of one gateway has removed or is about to remove: kept in the service's state folder, as the fields from which it is
 * restored. It is written before each change, so that a process that continues after a kill finds at least what was changed.
 */

import path from 'node:path';
import * as v from 'valibot';
import { GatewayServiceError } from '../model/errors.ts';
import { disk } from '../state/disk.ts';
import { readVersioned, writeJson } from '../state/files.ts';

const list = <T extends v.GenericSchema>(item: T) => v.pipe(v.array(item), v.readonly());
const text = v.pipe(v.string(), v.maxLength(131_072));
/** The scripts that an autostart runs; they are needed again when it is restored. */
const launchers = list(v.object({ file: text, text }));

const TASK_FIELDS = v.object({
  command: text,
  args: text,
  cwd: v.exactOptional(text),
  description: v.exactOptional(text),
  /** How long after sign-in it starts, as an ISO 8601 duration (`PT30S`). */
  delay: v.exactOptional(text),
  /** Whether Windows starts it; a user can disable a task. */
  enabled: v.boolean(),
});

const AUTOSTART = v.variant('kind', [
  v.object({ kind: v.literal('task'), name: text, task: TASK_FIELDS, launchers }),
  /** With the name of its file, and the whole file as Base64. */
  v.object({ kind: v.literal('startup-entry'), name: text, content: text, launchers }),
  /** `packaged`: Hermes' own service, of its MSIX package. */
  v.object({ kind: v.literal('service'), name: text, launchers, packaged: v.exactOptional(v.literal(true)) }),
]);

const KIND = v.picklist(['task', 'startup-entry', 'service']);

const RECORD = v.object({
  schema: v.literal(1),
  /** What was removed, or is being removed now. */
  taken: list(AUTOSTART),
  /** What still starts this gateway, because it could not be removed. */
  left: list(v.object({ kind: KIND, name: text })),
  /** What could not be queried, with the reason. */
  unasked: list(v.object({ kind: KIND, why: text })),
  /** Whether the last removal was completed. */
  settled: v.boolean(),
});

export type TaskFields = Readonly<v.InferOutput<typeof TASK_FIELDS>>;
export type Autostart = Readonly<v.InferOutput<typeof AUTOSTART>>;
export type MigrationRecord = Readonly<v.InferOutput<typeof RECORD>>;

export const NOTHING_TAKEN: MigrationRecord = { schema: 1, taken: [], left: [], unasked: [], settled: true };

export const migrationFile = (stateFolder: string): string => path.join(stateFolder, 'migration.json');

/** @throws GatewayServiceError `state-corrupt`, `state-newer` */
export async function readMigration(stateFolder: string): Promise<MigrationRecord> {
  return (await readVersioned(migrationFile(stateFolder), RECORD)) ?? NOTHING_TAKEN;
}

/**
 * The record to change; one that cannot be read is kept beside it as `migration.json.damaged`. @throws GatewayServiceError `state-newer`
 */
export async function recordToWrite(stateFolder: string): Promise<MigrationRecord> {
  try {
    return await readMigration(stateFolder);
  } catch (error) {
    if (!(error instanceof GatewayServiceError) || error.code !== 'state-corrupt') throw error;
    await disk.rename(migrationFile(stateFolder), `${migrationFile(stateFolder)}.damaged`);
    return NOTHING_TAKEN;
  }
}

export function writeMigration(stateFolder: string, record: MigrationRecord): Promise<void> {
  return writeJson(migrationFile(stateFolder), record);
}

export const isSameAutostart = (one: Autostart, other: Autostart): boolean =>
  one.kind === other.kind && one.name.toLowerCase() === other.name.toLowerCase();

/** The record with these autostarts as they are now: an earlier one of the same name is replaced. */
export function withTaken(record: MigrationRecord, autostarts: readonly Autostart[]): MigrationRecord {
  const kept = record.taken.filter(taken => !autostarts.some(each => isSameAutostart(each, taken)));
  return { ...record, taken: [...kept, ...autostarts] };
}
