/** Our entries in the user's Startup folder. A file that only has the name of one belongs to another program and is never changed. */

import { existsSync, readFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { attempt } from '../model/attempt.ts';
import { GatewayServiceError } from '../model/errors.ts';
import type { ServiceName } from '../model/identity.ts';
import { ifThere, writeFileAtomic } from '../state/files.ts';
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

/** A file that has the name of our entry. */
interface NamedFile {
  readonly kind: EntryKind;
  readonly file: string;
  /** What it starts; undefined where it is not ours. */
  readonly command: readonly string[] | undefined;
}

type Entry = NamedFile & { readonly command: readonly string[] };

const isEntry = (named: NamedFile): named is Entry => named.command !== undefined;

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
  find(service: ServiceName): Entry | undefined {
    return this.#named(service).find(isEntry);
  }

  /** A file that has the name of our entry and is not ours. */
  taken(service: ServiceName): string | undefined {
    return this.#named(service).find(each => !isEntry(each))?.file;
  }

  /** All entries of ours. Throws where the folder exists and cannot be read. */
  async all(): Promise<readonly Entry[]> {
    const names = (await ifThere(fs.readdir(this.folder()))) ?? [];
    const services = new Set(names.flatMap(name => serviceOfEntry(name) ?? []));
    return [...services].flatMap(service => this.find(service) ?? []);
  }

  /**
   * Writes the entry: a shortcut, else a command file. Removes our entry of the other kind.
   * @throws GatewayServiceError `startup-folder-unavailable`
   */
  async write(service: ServiceName, command: readonly string[], cwd: string): Promise<void> {
    const folder = this.folder();
    const fileOf = (kind: EntryKind) => path.join(folder, entryFileName(service, kind));
    let kind: EntryKind = 'lnk';
    try {
      await fs.mkdir(folder, { recursive: true });
      try {
        this.#shell.writeShortcut(fileOf('lnk'), shortcutOf(command, cwd));
      } catch {
        kind = 'cmd';
        await writeFileAtomic(fileOf('cmd'), commandFileOf(command));
      }
      await this.remove(service, kind);
    } catch (cause) {
      throw new GatewayServiceError('startup-folder-unavailable', `(${folder}: ${(cause as Error).message})`, { cause });
    }
  }

  async remove(service: ServiceName, except?: EntryKind): Promise<void> {
    for (const { kind, file, command } of this.#named(service)) {
      if (command && kind !== except) await fs.rm(file, { force: true });
    }
  }

  /** Empty where the folder cannot be read. */
  #named(service: ServiceName): readonly NamedFile[] {
    const folder = attempt(() => this.#shell.folder());
    if (folder === undefined) return [];
    const files = ENTRY_KINDS.map(kind => ({ kind, file: path.join(folder, entryFileName(service, kind)) }));
    const present = files.filter(({ file }) => existsSync(file));
    return present.map(each => ({ ...each, command: this.#ourCommand(service, each) }));
  }

  #ourCommand(service: ServiceName, { kind, file }: Omit<NamedFile, 'command'>): readonly string[] | undefined {
    const read = {
      lnk: () => commandOfShortcut(this.#shell.readShortcut(file)),
      cmd: () => commandOfCommandFile(readFileSync(file, 'utf8')),
    };
    const command = attempt(read[kind]);
    return command && isOurs(command, service, this.#copies) ? command : undefined;
  }
}
