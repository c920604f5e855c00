/**
 * Our entries in the user's Startup folder: found, written and removed. A file that only has the name of our entry belongs to another
 * program and is never changed.
 */

import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { GatewayServiceError } from '../model/errors.ts';
import type { ServiceName } from '../model/identity.ts';
import { writeFileAtomic } from '../state/files.ts';
import { commandOfShortcut } from '../windows/argv.ts';
import type { StartupShell } from '../windows/startup-shell.ts';
import {
  commandFileOf,
  commandOfCommandFile,
  ENTRY_KINDS,
  type EntryKind,
  entryFileName,
  isOurs,
  serviceOfEntry,
  shortcutOf,
} from './startup-entry.ts';

export interface Entry {
  readonly kind: EntryKind;
  readonly file: string;
  readonly command: readonly string[];
}

export class StartupEntries {
  readonly #shell: StartupShell;
  readonly #copies: string;

  /** @param copies the folder of all copies of the host: an entry that starts a program from there is ours */
  constructor(shell: StartupShell, copies: string) {
    this.#shell = shell;
    this.#copies = copies;
  }

  /** @throws GatewayServiceError `startup-folder-unavailable` */
  folder(): string {
    try {
      return this.#shell.folder();
    } catch (cause) {
      throw new GatewayServiceError('startup-folder-unavailable', `(${(cause as Error).message})`, { cause });
    }
  }

  /** Our entry for a service; undefined where the folder cannot be read. */
  async find(service: ServiceName): Promise<Entry | undefined> {
    const found = await Promise.all(ENTRY_KINDS.map(kind => this.#ours(service, kind)));
    return found.find(entry => entry !== undefined);
  }

  /** A file that has the name of our entry and is not ours. */
  async taken(service: ServiceName): Promise<string | undefined> {
    for (const kind of ENTRY_KINDS) {
      const file = this.#file(service, kind);
      if (file && !(await this.#ours(service, kind))) return file;
    }
    return undefined;
  }

  /** All entries of ours. Throws where the folder exists and cannot be read. */
  async all(): Promise<readonly Entry[]> {
    const names = await fs.readdir(this.folder()).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
      return [];
    });
    const services = new Set(names.flatMap(name => serviceOfEntry(name) ?? []));
    const found = await Promise.all([...services].map(service => this.find(service)));
    return found.filter(entry => entry !== undefined);
  }

  /**
   * Writes the entry: a shortcut, else a command file. Removes our entry of the other kind.
   * @throws GatewayServiceError `startup-folder-unavailable`
   */
  async write(service: ServiceName, command: readonly string[], cwd: string): Promise<void> {
    const folder = this.folder();
    try {
      await fs.mkdir(folder, { recursive: true });
      const other = (await this.#write(folder, service, command, cwd)) === 'lnk' ? 'cmd' : 'lnk';
      const left = await this.#ours(service, other);
      if (left) await fs.rm(left.file, { force: true });
    } catch (cause) {
      throw new GatewayServiceError('startup-folder-unavailable', `(${folder}: ${(cause as Error).message})`, { cause });
    }
  }

  async remove(service: ServiceName): Promise<void> {
    for (const kind of ENTRY_KINDS) {
      const entry = await this.#ours(service, kind);
      if (entry) await fs.rm(entry.file, { force: true });
    }
  }

  async #write(folder: string, service: ServiceName, command: readonly string[], cwd: string): Promise<EntryKind> {
    const fileOf = (kind: EntryKind) => path.join(folder, entryFileName(service, kind));
    try {
      this.#shell.writeShortcut(fileOf('lnk'), shortcutOf(command, cwd));
      return 'lnk';
    } catch {
      await writeFileAtomic(fileOf('cmd'), commandFileOf(command));
      return 'cmd';
    }
  }

  async #ours(service: ServiceName, kind: EntryKind): Promise<Entry | undefined> {
    const file = this.#file(service, kind);
    const command = file && (await this.#read(file, kind).catch(() => undefined));
    return command && isOurs(command, service, this.#copies) ? { kind, file, command } : undefined;
  }

  async #read(file: string, kind: EntryKind): Promise<readonly string[] | undefined> {
    return kind === 'lnk' ? commandOfShortcut(this.#shell.readShortcut(file)) : commandOfCommandFile(await fs.readFile(file, 'utf8'));
  }

  /** The file of this name, if there is one. */
  #file(service: ServiceName, kind: EntryKind): string | undefined {
    try {
      const file = path.join(this.#shell.folder(), entryFileName(service, kind));
      return existsSync(file) ? file : undefined;
    } catch {
      return undefined;
    }
  }
}
