/**
 * The commands of the app's installer: `installer hold|release|remove` (build/installer.nsh). The gateways are handed off to its process
 * as to any updater: when it ends without `release`, their runners see that and start them again.
 */

import { parseArgs } from 'node:util';
import { EXIT, type ExitCode } from '../model/cli-exit-codes.ts';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import type { GatewayIdentity, ServiceName } from '../model/identity.ts';
import type { GatewayManager } from '../model/manager.ts';
import { poll } from '../model/poll.ts';
import { isSameProcess, processRef } from '../model/process-ref.ts';
import { notUpdated, resultOf } from '../update/ending.ts';
import { readJournals, type UpdateJournal } from '../update/journal.ts';
import type { UpdatePorts } from '../update/ports.ts';
import { resumeUpdates } from '../update/resume.ts';
import { Update } from '../update/update.ts';

export interface InstallerPorts {
  /** Every gateway of this user, installed or not. */
  readonly identities: () => Promise<readonly GatewayIdentity[]>;
  readonly manager: GatewayManager;
  readonly updates: UpdatePorts;
  readonly isElevated: boolean;
  /** Asks for consent once, and removes these services. */
  readonly removeWithConsent: (services: readonly ServiceName[]) => Promise<void>;
  /** Removes every remaining gateway service of all users; needs an administrator. */
  readonly removeServices: () => Promise<void>;
}

export interface RemoveOptions {
  /** Nothing may be asked: the installer runs without a window. */
  readonly quiet: boolean;
  /** The app is removed for every user of this computer. */
  readonly everyone: boolean;
}

/** How long the release waits for runners that are finishing the update, in milliseconds. */
const RELEASE_MS = 30_000;

const ENDINGS = {
  updated: 'The app was installed.',
  'not-updated': 'The app could not be replaced; the former version is still installed.',
} as const;
type InstallerOutcome = keyof typeof ENDINGS;

/**
 * Stops every gateway that should run until `release`, or until the installer's process is gone; those that the user has stopped stay so.
 * @throws what `Update.begin` throws; the gateways then run again
 */
async function hold(ports: InstallerPorts, { pid, what }: { readonly pid: number; readonly what: string }): Promise<void> {
  const identities = await wanted(ports);
  if (identities.length === 0) return;
  const { processes } = ports.updates;
  // The app's files are replaced; those of Hermes, which an update of Hermes needs free, are not touched.
  const updates: UpdatePorts = { ...ports.updates, files: { inUse: async () => undefined } };
  const update = await Update.begin(updates, { who: 'The installer', what, identities }).catch(isUnderWayAlready);
  try {
    await update?.handOff({ successor: processRef(pid, processes) });
  } catch (error) {
    await update?.end(notUpdated(toGatewayServiceError(error)));
    throw error;
  }
}

/**
 * Starts the gateways again that were stopped for this installer; resolves when they run.
 * @throws GatewayServiceError of the first that did not start
 */
async function release({ updates }: InstallerPorts, outcome: { readonly pid: number; readonly how: InstallerOutcome }): Promise<void> {
  const { pid, how } = outcome;
  const isMine = ({ handOff }: UpdateJournal) => handOff?.successor?.pid === pid && isSameProcess(handOff.successor, updates.processes);
  const judge = (journal: UpdateJournal) => (isMine(journal) ? resultOf(how, ENDINGS[how]) : undefined);
  const settled = async () => {
    for (const { journal } of await resumeUpdates(updates, { judge })) {
      const failed = journal.profiles.find(({ error }) => error !== undefined);
      if (failed?.error) throw GatewayServiceError.fromValue(failed.error);
    }
    return !(await readJournals(updates.stateRoot)).some(found => 'journal' in found && isMine(found.journal));
  };
  await poll(settled, { what: 'the gateways to be released', deadlineMs: RELEASE_MS });
}

/**
 * Removes every gateway service of this user; resolves with those that are left, because they need an administrator and `quiet` forbids to ask.
 * @throws GatewayServiceError `consent-declined`; then no service was changed
 */
export async function remove(ports: InstallerPorts, { quiet, everyone }: RemoveOptions): Promise<readonly string[]> {
  const { manager, isElevated, removeWithConsent, removeServices } = ports;
  const found = await Promise.all((await ports.identities()).map(async identity => ({ identity, status: await manager.status(identity) })));
  const installed = found.filter(({ status }) => status.mechanism !== 'none');
  const beyondUs = isElevated ? [] : installed.filter(({ status }) => status.mechanism === 'service');
  if (beyondUs.length > 0 && !quiet) {
    // A running service would only be marked for deletion; its owner may stop it without an administrator.
    for (const { identity } of beyondUs) await manager.stop(identity);
    try {
      await removeWithConsent(beyondUs.map(({ identity }) => identity.service));
    } catch (error) {
      for (const { identity, status } of beyondUs) if (status.desired === 'running') await manager.start(identity).catch(() => undefined);
      throw error;
    }
  }
  const left = quiet ? beyondUs : [];
  for (const each of installed) if (!left.includes(each)) await manager.uninstall(each.identity);
  if (everyone && isElevated) await removeServices();
  return left.map(({ identity }) => identity.service);
}

/** Runs the whole command; resolves with its exit code. */
export async function runInstaller(argv: readonly string[], ports: () => Promise<InstallerPorts>): Promise<ExitCode> {
  try {
    const [verb, ...args] = argv;
    switch (verb) {
      case 'hold': {
        const { pid, what } = options(args, { pid: { type: 'string' }, what: { type: 'string' } });
        await hold(await ports(), { pid: pidOf(pid), what: what ?? 'the app' });
        return EXIT.done;
      }
      case 'release': {
        const { pid, outcome } = options(args, { pid: { type: 'string' }, outcome: { type: 'string' } });
        await release(await ports(), { pid: pidOf(pid), how: outcomeOf(outcome) });
        return EXIT.done;
      }
      case 'remove': {
        const { quiet = false, everyone = false } = options(args, { quiet: { type: 'boolean' }, everyone: { type: 'boolean' } });
        const left = await remove(await ports(), { quiet, everyone });
        if (left.length > 0) throw new GatewayServiceError('needs-administrator', `(left: ${left.join(', ')})`);
        return EXIT.done;
      }
      default:
        throw new GatewayServiceError('usage', '(The command is "hold", "release" or "remove".)');
    }
  } catch (thrown) {
    const { message, exit } = toGatewayServiceError(thrown);
    process.stderr.write(`${message}\n`);
    return exit;
  }
}

async function wanted({ identities, manager }: InstallerPorts): Promise<readonly GatewayIdentity[]> {
  const found = await Promise.all((await identities()).map(async identity => ({ identity, status: await manager.status(identity) })));
  return found
    .filter(({ status: { mechanism, desired } }) => mechanism !== 'none' && desired === 'running')
    .map(({ identity }) => identity);
}

/** Ignores `update-running`: the app that started this installer, or Hermes' updater, stops and starts the gateways. */
function isUnderWayAlready(error: unknown): undefined {
  if (toGatewayServiceError(error).code !== 'update-running') throw error;
}

function options<T extends Record<string, { readonly type: 'string' | 'boolean' }>>(args: readonly string[], known: T) {
  try {
    return parseArgs({ args: [...args], options: known }).values;
  } catch (error) {
    throw new GatewayServiceError('usage', `(${error instanceof Error ? error.message : error})`);
  }
}

function pidOf(text: string | undefined): number {
  const pid = Number(text);
  if (!Number.isSafeInteger(pid) || pid < 1) throw new GatewayServiceError('usage', '(--pid takes the number of a process.)');
  return pid;
}

function outcomeOf(text: string | undefined): InstallerOutcome {
  if (text === 'updated' || text === 'not-updated') return text;
  throw new GatewayServiceError('usage', '(--outcome takes "updated" or "not-updated".)');
}
