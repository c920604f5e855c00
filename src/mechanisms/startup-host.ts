/**
 * The host of the sign-in start: a supervisor that Explorer starts from our entry in the user's Startup folder. For users who cannot ask for
 * an administrator; everything is the user's own, and the supervisor has the ladder that the SCM has for a service.
 */

import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { TrustsServer } from '../control/control-client.ts';
import { sameFolder } from '../gateway/home.ts';
import { GatewayServiceError } from '../model/errors.ts';
import type { Registration } from '../model/facts.ts';
import type { ServiceName } from '../model/identity.ts';
import { poll } from '../model/poll.ts';
import { type Problem, problem } from '../model/problems.ts';
import type { ProcessTable } from '../model/process-ref.ts';
import { noted } from '../model/receipt.ts';
import type { FoundProblem } from '../model/repair.ts';
import { startDetached } from '../process/detach.ts';
import { isLock, lockHolder, takeLock } from '../state/lock.ts';
import { StateFolder } from '../state/state-folder.ts';
import type { StartupShell } from '../windows/startup-shell.ts';
import { copiesIn, ensureHostCopy, hostCopyCommand, isWholeCopy, pruneHostCopies } from './host-copy.ts';
import type { HostPort } from './host-port.ts';
import { StartupEntries } from './startup-entries.ts';
import { copyOf, entryCommand, entryFileName, shortcutOf } from './startup-entry.ts';
import { livingHostFacts, supervisedRegistration } from './supervised.ts';

export interface StartupHostOptions {
  /** This program, of which a copy is made: `[node, bundled script]`, or the host executable. */
  readonly hostCommand: readonly string[];
  /** Folder of all state folders. */
  readonly stateRoot: string;
  readonly processes: ProcessTable;
  readonly shell: StartupShell;
  /** Whom a client of the control pipe believes. */
  readonly trustsServer: TrustsServer;
}

/** The profiles share the copies: how long one waits for another that changes them, in milliseconds. */
const TURN_MS = 60_000;

export function startupHost({ hostCommand, stateRoot, processes, shell, trustsServer }: StartupHostOptions): HostPort {
  const copies = copiesIn(stateRoot);
  const entries = new StartupEntries(shell, copies);

  /** The folder of the copy that a command starts from. */
  const copyFolder = (command: readonly string[] | undefined): string | undefined => {
    const name = command && copyOf(command, copies);
    return name && path.join(copies, name);
  };

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const take = () => {
      const taken = takeLock(`${copies}.lock`, processes);
      return isLock(taken) && taken;
    };
    const lock = await poll(take, { deadlineMs: TURN_MS, what: 'another change of the sign-in start' });
    try {
      return await work();
    } finally {
      lock.release();
    }
  }

  const install = (service: ServiceName): Promise<readonly string[]> =>
    inTurn(async () => {
      try {
        const command = entryCommand(await ensureHostCopy(copies, hostCommand), service);
        await entries.write(service, command, stateRoot);
        return command;
      } finally {
        await prune();
      }
    });

  /** Removes every copy that no entry starts and no living process of ours runs from. */
  async function prune(): Promise<void> {
    const all = await entries.all().catch(() => undefined);
    // In a folder that cannot be read just now there may be an entry for every copy.
    if (!all) return;
    const found = await fs.readdir(stateRoot, { withFileTypes: true }).catch(() => []);
    const services = found.flatMap(each => (each.isDirectory() ? [each.name] : []));
    const running = await Promise.all(services.map(service => livingProgram(new StateFolder(path.join(stateRoot, service)), processes)));
    const commands = [...all.map(({ command }) => command), ...running.map(program => (program === undefined ? [] : [program]))];
    await pruneHostCopies(copies, new Set(commands.flatMap(command => copyOf(command, copies) ?? [])));
  }

  /** What to start: what the entry says, from a copy that is whole. A damaged copy is repaired; an entry that the user removed is not. */
  async function whole(service: ServiceName): Promise<readonly string[]> {
    const entry = await entries.find(service);
    if (!entry) return entryCommand(await inTurn(() => ensureHostCopy(copies, hostCommand)), service);
    const copy = copyFolder(entry.command);
    return copy && (await isWholeCopy(copy)) ? entry.command : install(service);
  }

  async function problems(service: ServiceName): Promise<readonly Problem[]> {
    const entry = await entries.find(service);
    if (!entry) {
      const taken = await entries.taken(service);
      return [taken ? problem('startup-entry-taken', `(${taken})`) : problem('startup-entry-missing')];
    }
    const problems: Problem[] = [];
    if (!shell.isEnabled(path.basename(entry.file))) problems.push(problem('startup-disabled'));
    if (entry.kind === 'cmd') problems.push(problem('startup-flashes'));
    const copy = copyFolder(entry.command) ?? '';
    if (!(await isWholeCopy(copy))) problems.push(problem('startup-host-damaged', `(${copy})`));
    return problems;
  }

  return {
    mechanism: 'startup',
    elevated: false,
    registration: async ({ service, home }, folder): Promise<Registration> => {
      const definition = await folder.definition().catch(() => undefined);
      const defined = definition?.mechanism === 'startup';
      if (defined && !sameFolder(definition.home, home)) return { state: 'foreign', detail: `it belongs to the home ${definition.home}` };
      return defined || (await entries.find(service)) ? supervisedRegistration(folder, processes) : { state: 'absent' };
    },
    trustsServer,
    hostFacts: (_identity, folder) => livingHostFacts(folder, processes),
    problems: ({ service }) => problems(service),
    examine: async ({ service }) => (await problems(service)).map(each => entryProblem(each, entries.folder(), service)),
    repair: async ({ service }) => {
      const taken = await entries.taken(service);
      if (taken) throw new GatewayServiceError('startup-entry-taken', `(${taken})`);
      await install(service);
    },
    receipt: async (verb, { service }, { servicePid }) => {
      const entry = await entries.find(service);
      if (verb === 'uninstall') {
        const copy = copyFolder(entry?.command);
        return [
          ...(servicePid ? [{ action: 'stop', kind: 'process', target: `supervisor (PID ${servicePid})` } as const] : []),
          ...(entry ? [{ action: 'remove', kind: 'startup-entry', target: entry.file } as const] : []),
          ...(copy ? [{ action: 'remove', kind: 'folder', target: copy, ...noted('host-copy-removed') } as const] : []),
        ];
      }
      const host = await hostCopyCommand(copies, hostCommand);
      const copy = copyFolder(host) ?? copies;
      const started = entryCommand(host, service).join(' ');
      // Node is a console program; the host executable is none.
      const note = host.length > 1 ? noted('sign-in-console', started) : noted('sign-in', started);
      const target = entry?.file ?? path.join(entries.folder(), entryFileName(service, 'lnk'));
      return [
        { action: existsSync(copy) ? 'keep' : 'create', kind: 'folder', target: copy, ...noted('host-copy') },
        { action: entry ? 'change' : 'create', kind: 'startup-entry', target, ...note },
        { action: servicePid ? 'keep' : 'start', kind: 'process', target: 'supervisor', ...noted('windowless') },
      ];
    },
    checkRights: async ({ service }) => {
      entries.folder();
      const taken = await entries.taken(service);
      if (taken) throw new GatewayServiceError('startup-entry-taken', `(${taken})`);
      await hostCopyCommand(copies, hostCommand);
    },
    register: async ({ service }) => {
      await install(service);
    },
    unregister: ({ service }) =>
      inTurn(async () => {
        await entries.remove(service);
        await prune();
      }),
    start: async ({ service }, folder) => {
      if (lockHolder(folder.supervisorLock, processes)) return;
      const command = await whole(service);
      if (await shell.start(shortcutOf(command, stateRoot))) return;
      // At every later sign-in the gateway has the user's own rights; it is never to have more just once.
      if (shell.hasMoreRights()) throw new GatewayServiceError('started-elevated', `(${service})`);
      await startDetached(command, stateRoot);
    },
    // The supervisor hears of the wish by its watch of the folder and tells the runner.
    stop: async () => undefined,
    isGone: async (_identity, folder) => !lockHolder(folder.supervisorLock, processes),
  };
}

/** What repairs a problem of the entry: to write it and its copy anew. Windows' own switch is the user's; another one's entry is too. */
function entryProblem(found: Problem, folder: string, service: ServiceName): FoundProblem {
  switch (found.code) {
    case 'startup-disabled':
      return { problem: found, changes: [], kept: true };
    case 'startup-entry-taken':
      return { problem: found, changes: [] };
    default: {
      const target = path.join(folder, entryFileName(service, 'lnk'));
      return { problem: found, changes: [{ action: 'create', kind: 'startup-entry', target }] };
    }
  }
}

/** The program of a supervisor that lives, or whose runner lives and would bring it back; the runner of a service has another host. */
async function livingProgram(folder: StateFolder, processes: ProcessTable): Promise<string | undefined> {
  const mechanism = (await folder.definition().catch(() => undefined))?.mechanism;
  const lives = lockHolder(folder.supervisorLock, processes) ?? (mechanism === 'startup' && lockHolder(folder.runnerLock, processes));
  return lives ? (await folder.hostFacts())?.program : undefined;
}
