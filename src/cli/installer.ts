/**
 * The commands of the app's installer: `installer hold|release|remove` (build/installer.nsh). The gateways are handed off to its process
 * as to any updater: when it ends without `release`, their runners see that and start them again.
 */

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { EXIT, type ExitCode } from '../model/cli-exit-codes.ts';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import type { GatewayIdentity, ServiceName } from '../model/identity.ts';
import type { GatewayManager } from '../model/manager.ts';
import { requirePermitted } from '../model/policy.ts';
import { poll } from '../model/poll.ts';
import { isSameProcess, processRef } from '../model/process-ref.ts';
import { notUpdated, resultOf } from '../update/ending.ts';
import { readJournals, type UpdateJournal } from '../update/journal.ts';
import type { UpdatePorts } from '../update/ports.ts';
import { resumeUpdates } from '../update/resume.ts';
import { Update } from '../update/update.ts';
import type { Target } from './targets.ts';

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

interface Release {
  readonly pid: number;
  readonly outcome: keyof typeof ENDINGS;
}

/**
 * Stops every gateway that should run until `release`, or until the installer's process is gone; those that the user has stopped stay so.
 * @throws what `Update.begin` throws; the gateways then run again
 */
async function hold(ports: InstallerPorts, { pid, what }: { readonly pid: number; readonly what: string }): Promise<void> {
  const installed = await installedServices(ports);
  const identities = installed.filter(({ status }) => status.desired === 'running').map(({ identity }) => identity);
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
async function release({ updates }: InstallerPorts, { pid, outcome }: Release): Promise<void> {
  const isMine = ({ handOff }: UpdateJournal) => handOff?.successor?.pid === pid && isSameProcess(handOff.successor, updates.processes);
  const judge = (journal: UpdateJournal) => (isMine(journal) ? resultOf(outcome, ENDINGS[outcome]) : undefined);
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
 * Removes every gateway service of this user; resolves with those that are left, because they need an administrator and `quiet` forbids to
 * ask.
 * @throws GatewayServiceError `consent-declined` and `managed`; then no service was changed
 */
export async function remove(ports: InstallerPorts, { quiet, everyone }: RemoveOptions): Promise<readonly string[]> {
  const { manager, isElevated, removeWithConsent, removeServices } = ports;
  const all = await withStatuses(ports);
  const installed = all.filter(isInstalled);
  for (const { status } of installed) requirePermitted(status.policy, 'uninstall', status.mechanism);
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
  // Of one that is turned off, history and captured output may be there still.
  const present = all.filter(each => isInstalled(each) || each.status.phase === 'not-installed');
  for (const each of present) if (!left.includes(each)) await manager.uninstall(each.identity);
  if (everyone && isElevated) await removeServices();
  return left.map(({ identity }) => identity.service);
}

/** Runs the whole command; resolves with its exit code. */
export async function runInstaller(argv: readonly string[], ports: () => Promise<InstallerPorts>): Promise<ExitCode> {
  const silent = () => undefined;
  const program = new Command().configureOutput({ writeOut: silent, writeErr: silent }).exitOverride();
  const pid = () => new Option('--pid <number>').makeOptionMandatory().argParser(pidOf);
  const outcome = new Option('--outcome <outcome>').choices(Object.keys(ENDINGS)).makeOptionMandatory();
  program
    .command('hold')
    .addOption(pid())
    .option('--what <text>', '', 'the app')
    .action(async options => hold(await ports(), options));
  program
    .command('release')
    .addOption(pid())
    .addOption(outcome)
    .action(async options => release(await ports(), options));
  program
    .command('remove')
    .option('--quiet', '', false)
    .option('--everyone', '', false)
    .action(async options => {
      const left = await remove(await ports(), options);
      if (left.length > 0) throw new GatewayServiceError('needs-administrator', `(left: ${left.join(', ')})`);
    });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return EXIT.done;
  } catch (thrown) {
    const error =
      thrown instanceof CommanderError ? new GatewayServiceError('usage', `(${thrown.message})`) : toGatewayServiceError(thrown);
    process.stderr.write(`${error.message}\n`);
    return error.exit;
  }
}

/** The gateway services of this user that are installed, with their statuses. */
const installedServices = async (ports: InstallerPorts): Promise<readonly Target[]> => (await withStatuses(ports)).filter(isInstalled);

const withStatuses = async ({ identities, manager }: InstallerPorts): Promise<readonly Target[]> =>
  Promise.all((await identities()).map(async identity => ({ identity, status: await manager.status(identity) })));

const isInstalled = ({ status }: Target): boolean => status.mechanism !== 'none';

/** Ignores `update-running`: the app that started this installer, or Hermes' updater, stops and starts the gateways. */
function isUnderWayAlready(error: unknown): undefined {
  if (toGatewayServiceError(error).code !== 'update-running') throw error;
}

function pidOf(text: string): number {
  const pid = Number(text);
  if (!Number.isSafeInteger(pid) || pid < 1) throw new InvalidArgumentError('It is the number of a process.');
  return pid;
}
