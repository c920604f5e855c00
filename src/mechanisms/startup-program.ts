/**
 * What starts at sign-in: the entry of a service in the Startup folder and the copy of the host that the entry starts. The services of a
 * user share the copies, so one change of entries and copies waits for another.
 */

import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { GatewayServiceError } from '../model/errors.ts';
import type { ServiceName } from '../model/identity.ts';
import { poll } from '../model/poll.ts';
import { type Problem, problem } from '../model/problems.ts';
import type { ProcessTable } from '../model/process-ref.ts';
import { noted, type ReceiptRow } from '../model/receipt.ts';
import type { FoundProblem } from '../model/repair.ts';
import { isLock, lockHolder, takeLock } from '../state/lock.ts';
import { StateFolder } from '../state/state-folder.ts';
import type { StartupShell } from '../windows/startup-shell.ts';
import { ensureHostCopy, hostCopyCommand, isWholeCopy, pruneHostCopies } from './host-copy.ts';
import { StartupEntries } from './startup-entries.ts';
import { copyOf, entryCommand, entryFileName } from './startup-entry.ts';
import type { SupervisedHostOptions } from './supervised-host.ts';

export interface StartupProgramOptions extends SupervisedHostOptions {
  readonly shell: StartupShell;
}

/** How long one change of the copies waits for another, in milliseconds. */
const CHANGE_MS = 60_000;

export class StartupProgram {
  readonly #options: StartupProgramOptions;
  readonly #copies: string;
  readonly entries: StartupEntries;

  constructor(options: StartupProgramOptions) {
    this.#options = options;
    this.#copies = path.join(options.stateRoot, 'host');
    this.entries = new StartupEntries(options.shell, this.#copies);
  }

  /** @throws GatewayServiceError `startup-folder-unavailable`, `startup-entry-taken`, `service-program-missing` */
  async requireInstallable(service: ServiceName): Promise<void> {
    this.entries.folder();
    await this.requireFreeName(service);
    await hostCopyCommand(this.#copies, this.#options.hostCommand);
  }

  /** @throws GatewayServiceError `startup-entry-taken` */
  async requireFreeName(service: ServiceName): Promise<void> {
    const taken = this.entries.taken(service);
    if (taken) throw new GatewayServiceError('startup-entry-taken', `(${taken})`);
  }

  /** Writes the entry and the copy that it starts, and gives the command of the entry. */
  install(service: ServiceName): Promise<readonly string[]> {
    return this.#exclusively(async () => {
      try {
        const command = entryCommand(await ensureHostCopy(this.#copies, this.#options.hostCommand), service);
        await this.entries.write(service, command, this.#options.stateRoot);
        return command;
      } finally {
        await this.#prune();
      }
    });
  }

  remove(service: ServiceName): Promise<void> {
    return this.#exclusively(async () => {
      await this.entries.remove(service);
      await this.#prune();
    });
  }

  /** What to start: the command of the entry, from a whole copy. A damaged copy is repaired; an entry that the user removed is not. */
  async command(service: ServiceName): Promise<readonly string[]> {
    const entry = this.entries.find(service);
    if (!entry) return entryCommand(await this.#exclusively(() => ensureHostCopy(this.#copies, this.#options.hostCommand)), service);
    const copy = this.#copyFolder(entry.command);
    return copy && isWholeCopy(copy) ? entry.command : this.install(service);
  }

  async problems(service: ServiceName): Promise<readonly Problem[]> {
    const entry = this.entries.find(service);
    if (!entry) {
      const taken = this.entries.taken(service);
      return [taken ? problem('startup-entry-taken', `(${taken})`) : problem('startup-entry-missing')];
    }
    const copy = this.#copyFolder(entry.command) ?? '';
    return [
      ...(this.#options.shell.isEnabled(path.basename(entry.file)) ? [] : [problem('startup-disabled')]),
      ...(entry.kind === 'cmd' ? [problem('startup-flashes')] : []),
      ...(isWholeCopy(copy) ? [] : [problem('startup-host-damaged', `(${copy})`)]),
    ];
  }

  /**
   * The problems with what a repair changes: it writes the entry and its copy. Windows' own switch and the entry of another program stay.
   */
  async examine(service: ServiceName): Promise<readonly FoundProblem[]> {
    const target = path.join(this.entries.folder(), entryFileName(service, 'lnk'));
    return (await this.problems(service)).map(found => {
      if (found.code === 'startup-disabled') return { problem: found, changes: [], kept: true };
      if (found.code === 'startup-entry-taken') return { problem: found, changes: [] };
      return { problem: found, changes: [{ action: 'create', kind: 'startup-entry', target }] };
    });
  }

  async installReceipt(service: ServiceName): Promise<readonly ReceiptRow[]> {
    const entry = this.entries.find(service);
    const host = await hostCopyCommand(this.#copies, this.#options.hostCommand);
    const copy = this.#copyFolder(host) ?? this.#copies;
    const started = entryCommand(host, service).join(' ');
    // Node is a console program; the host executable is none.
    const note = host.length > 1 ? noted('sign-in-console', started) : noted('sign-in', started);
    const target = entry?.file ?? path.join(this.entries.folder(), entryFileName(service, 'lnk'));
    return [
      { action: existsSync(copy) ? 'keep' : 'create', kind: 'folder', target: copy, ...noted('host-copy') },
      { action: entry ? 'change' : 'create', kind: 'startup-entry', target, ...note },
    ];
  }

  async removalReceipt(service: ServiceName): Promise<readonly ReceiptRow[]> {
    const entry = this.entries.find(service);
    const copy = this.#copyFolder(entry?.command);
    return [
      ...(entry ? [{ action: 'remove', kind: 'startup-entry', target: entry.file } as const] : []),
      ...(copy ? [{ action: 'remove', kind: 'folder', target: copy, ...noted('host-copy-removed') } as const] : []),
    ];
  }

  /** The folder of the copy that a command starts from. */
  #copyFolder(command: readonly string[] | undefined): string | undefined {
    const name = command && copyOf(command, this.#copies);
    return name && path.join(this.#copies, name);
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const take = () => {
      const taken = takeLock(`${this.#copies}.lock`, this.#options.processes);
      return isLock(taken) && taken;
    };
    const lock = await poll(take, { deadlineMs: CHANGE_MS, what: 'another change of the sign-in start' });
    try {
      return await work();
    } finally {
      lock.release();
    }
  }

  /** Removes every copy that no entry starts and no living process of ours runs from. */
  async #prune(): Promise<void> {
    const { stateRoot, processes } = this.#options;
    const all = await this.entries.all().catch(() => undefined);
    // In a folder that cannot be read now there may be an entry for every copy.
    if (!all) return;
    const found = await fs.readdir(stateRoot, { withFileTypes: true }).catch(() => []);
    const services = found.flatMap(each => (each.isDirectory() ? [each.name] : []));
    const running = await Promise.all(services.map(service => livingProgram(new StateFolder(path.join(stateRoot, service)), processes)));
    const commands = [...all.map(({ command }) => command), ...running.map(program => (program === undefined ? [] : [program]))];
    await pruneHostCopies(this.#copies, new Set(commands.flatMap(command => copyOf(command, this.#copies) ?? [])));
  }
}

/** The program of a living supervisor, or of one that its living runner would start again; the runner of a service has another host. */
async function livingProgram(folder: StateFolder, processes: ProcessTable): Promise<string | undefined> {
  const mechanism = (await folder.definition().catch(() => undefined))?.mechanism;
  const lives = lockHolder(folder.supervisorLock, processes) ?? (mechanism === 'startup' && lockHolder(folder.runnerLock, processes));
  return lives ? (await folder.hostFacts())?.program : undefined;
}
