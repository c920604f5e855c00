/** A small record of a state folder in its own file: where clients find a runner, or which gateway it launched. */

import fs from 'node:fs/promises';
import type * as v from 'valibot';
import { matching } from '../model/schemas.ts';
import { readJson, writeJson } from './files.ts';

export class RecordFile<T> {
  readonly #file: string;
  readonly #schema: v.GenericSchema<unknown, T>;

  constructor(file: string, schema: v.GenericSchema<unknown, T>) {
    this.#file = file;
    this.#schema = schema;
  }

  /** Undefined where there is none, or none that can be read. */
  async read(): Promise<T | undefined> {
    const read = await readJson(this.#file);
    return read.state === 'read' ? matching(this.#schema, read.value) : undefined;
  }

  write(record: T): Promise<void> {
    return writeJson(this.#file, record);
  }

  remove(): Promise<void> {
    return fs.rm(this.#file, { force: true });
  }
}
