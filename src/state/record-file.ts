/** A small record of a state folder in its own file: where clients find a runner, or which gateway it launched. */

import type * as v from 'valibot';
import { matching } from '../model/schemas.ts';
import { disk } from './disk.ts';
import { readJson, writeJson } from './files.ts';

export type RecordFile<T> = ReturnType<typeof recordFile<T>>;

export function recordFile<T>(file: string, schema: v.GenericSchema<unknown, T>) {
  return {
    /** Undefined where there is none, or none that can be read. */
    read: async (): Promise<T | undefined> => {
      const read = await readJson(file);
      return read.state === 'read' ? matching(schema, read.value) : undefined;
    },
    write: (record: T): Promise<void> => writeJson(file, record),
    remove: (): Promise<void> => disk.rm(file, { force: true }),
  };
}
