/**
 * Takes over from what started a gateway before, and restores it: a transaction that survives being killed at any point.
 *
 * On:  record → ours is registered → theirs are removed, one by one → ours is started.
 * Off: ours is stopped → theirs are restored, one by one → ours is unregistered → the record is removed with the state folder.
 *
 * At every moment at least one of them starts the gateway at the next sign-in. For a moment there are two, which is safe, because a gateway
 * refuses to run beside another one of its home; with none the gateway would stay down unnoticed. Everything that will be removed is
 * recorded before the first step, each step checks before it acts, and the record stays until ours is gone: run again after a kill, the
 * migration does what is left.
 *
 * It does only what the user who runs it may do. The elevated step does what needs rights, and finds it by itself.
 */

import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { livingGateway } from '../gateway/identity-files.ts';
import { GatewayServiceError } from '../model/errors.ts';
import type { GatewayIdentity } from '../model/identity.ts';
import { progress, type Report } from '../model/operation-steps.ts';
import { type Problem, problem } from '../model/problems.ts';
import type { ProcessTable } from '../model/process-ref.ts';
import { noted, type ReceiptRow } from '../model/receipt.ts';
import type { FoundProblem } from '../model/repair.ts';
import { writeIfMissing } from '../state/files.ts';
import { lockHolder } from '../state/lock.ts';
import { StateFolder } from '../state/state-folder.ts';
import { type AutostartOwner, type Found, findAutostarts, type Listing, listAutostarts } from './autostarts.ts';
import {
  type Autostart,
  type MigrationRecord,
  migrationFile,
  NOTHING_TAKEN,
  readMigration,
  recordToWrite,
  withTaken,
  writeMigration,
} from './migration-record.ts';
import { restoringReceipt, takingReceipt, toRestore, toTake } from './plan.ts';
import type { Ports } from './ports.ts';
import { writeTask } from './task-xml.ts';

export interface MigrationOptions {
  readonly ports: Ports;
  readonly owner: AutostartOwner;
  /** Folder of all state folders. */
  readonly stateRoot: string;
  readonly processes: ProcessTable;
}

/** How long the status waits for the task scheduler, in milliseconds: a hanging one must not delay it. */
const LOOK_MS = 2_000;
/** How long the status uses a listing again, in milliseconds: asking the task scheduler starts a program. */
const LISTING_MS = 60_000;

/** What starts this user's gateways and is not ours. Exactly one mechanism keeps a gateway running. */
export type FormerAutostart = Omit<Migration, 'find'>;

export class Migration {
  readonly #options: MigrationOptions;
  #listed: { readonly atMs: number; readonly listing: Promise<Listing> } | undefined;

  constructor(options: MigrationOptions) {
    this.#options = options;
  }

  /** Everything beside ours that starts this gateway, and what only has its name. */
  async find({ service }: GatewayIdentity): Promise<Found> {
    const { ports, owner } = this.#options;
    return findAutostarts(await listAutostarts(ports), service, owner);
  }

  async receipt(verb: 'install' | 'uninstall', identity: GatewayIdentity): Promise<readonly ReceiptRow[]> {
    const found = await this.find(identity);
    if (verb === 'install') return [...this.#unmanaged(identity), ...(await this.#packagedInCharge(found)), ...takingReceipt(found)];
    return restoringReceipt(await readMigration(this.#folder(identity)), found);
  }

  /** The autostarts that exist where ours is not registered: part of the status, and cached for a while. */
  async present({ service }: GatewayIdentity): Promise<readonly Problem[]> {
    if (!this.#listed || performance.now() - this.#listed.atMs >= LISTING_MS) {
      this.#listed = { atMs: performance.now(), listing: listAutostarts(this.#options.ports) };
    }
    const listing = await Promise.race([this.#listed.listing, delay(LOOK_MS, undefined, { ref: false })]);
    const { autostarts } = listing ? findAutostarts(listing, service, this.#options.owner) : { autostarts: [] };
    const packaged = autostarts.filter(isPackaged);
    const others = autostarts.filter(each => !isPackaged(each));
    const states = await Promise.all(packaged.map(async ({ name }) => `${name}: ${(await this.#stateOf(name)) ?? 'unknown'}`));
    return [
      ...states.map(state => problem('packaged-service', `(${state})`)),
      ...(others.length > 0 ? [problem('started-otherwise', `(${namesOf(others)})`)] : []),
    ];
  }

  /** What the last takeover could not remove or could not query. Queries nothing: it is part of the status. */
  async problems(identity: GatewayIdentity): Promise<readonly Problem[]> {
    const { left, unasked, settled } = await readMigration(this.#folder(identity)).catch(() => NOTHING_TAKEN);
    return [
      ...left.map(({ name }) => problem('autostart-left', `(${name})`)),
      ...unasked.map(({ why }) => problem('autostart-unasked', `(${why})`)),
      ...(settled || left.length > 0 ? [] : [problem('autostart-left')]),
    ];
  }

  /** The autostarts that exist now, as what a repair would remove. */
  async examine(identity: GatewayIdentity): Promise<readonly FoundProblem[]> {
    const found = await this.find(identity);
    const { autostarts } = found;
    const unasked = found.unasked.map(({ why }) => ({ problem: problem('autostart-unasked', `(${why})`), changes: [] }));
    if (autostarts.length > 0) {
      const { left } = await readMigration(this.#folder(identity)).catch(() => NOTHING_TAKEN);
      const elevated = left.length > 0 || autostarts.some(({ kind }) => kind === 'service');
      const changes = takingReceipt({ autostarts, lookAlikes: [], unasked: [] });
      return [{ problem: { ...problem('autostart-left', `(${namesOf(autostarts)})`), elevated }, changes }, ...unasked];
    }
    // What the record still contains was removed by another program.
    const [recorded] = unasked.length > 0 ? [] : await this.problems(identity);
    if (!recorded) return unasked;
    const target = migrationFile(this.#folder(identity));
    return [{ problem: { ...recorded, elevated: false }, changes: [{ action: 'change', kind: 'file', target, ...noted('stale') }] }];
  }

  /**
   * Throws, before anything is written, where a mechanism without these rights would compete with a wrapper: both restart their gateway at
   * once, and each would end the gateway of the other for ever.
   * @throws GatewayServiceError `mechanism-in-charge`
   */
  async checkRights({ service }: GatewayIdentity, elevated: boolean): Promise<void> {
    if (elevated) return;
    const { ports, owner } = this.#options;
    for (const each of findAutostarts(await listAutostarts({ services: ports.services }), service, owner).autostarts) {
      // Windows does not start a packaged service that is stopped.
      if (isPackaged(each) && (await this.#stateOf(each.name)) === 'stopped') continue;
      throw new GatewayServiceError('mechanism-in-charge', `(the service ${each.name})`);
    }
  }

  /** Records what exists before ours is registered, because the elevated step may then remove what needs rights. Idempotent. */
  async remember(identity: GatewayIdentity): Promise<void> {
    const { autostarts } = await this.find(identity);
    if (autostarts.length === 0) return;
    const folder = this.#folder(identity);
    await writeMigration(folder, { ...withTaken(await recordToWrite(folder), autostarts), settled: false });
  }

  /** Removes what exists; ours is registered and not started yet. `problems` reports what cannot be removed. Idempotent. */
  async takeOver(identity: GatewayIdentity, report: Report): Promise<void> {
    this.#listed = undefined;
    const folder = this.#folder(identity);
    const found = await this.find(identity);
    const steps = toTake(found);
    const { unasked } = found;
    const before = withTaken(await recordToWrite(folder), steps);
    if ([before.taken, before.left, before.unasked, unasked].every(({ length }) => length === 0)) return;
    const record: MigrationRecord = { ...before, left: [], unasked, settled: false };
    await writeMigration(folder, record);
    const left: { kind: Autostart['kind']; name: string }[] = [];
    for (const { kind, name } of steps) {
      report(progress('install', 'taking-over', name));
      if (!(await this.#take(kind, name))) left.push({ kind, name });
    }
    await writeMigration(folder, { ...record, left, settled: true });
  }

  /** Restores what was removed; ours is stopped and still registered. Idempotent. Gives what could not be restored. */
  async restore(identity: GatewayIdentity, report: Report): Promise<readonly string[]> {
    this.#listed = undefined;
    const failed: string[] = [];
    const record = await readMigration(this.#folder(identity)).catch((error: Error) => {
      // A record that cannot be read must not prevent switching off.
      failed.push(error.message);
      return NOTHING_TAKEN;
    });
    if (record.taken.length === 0) return failed;
    for (const autostart of toRestore(record, await this.find(identity))) {
      if (autostart.kind === 'service') continue;
      report(progress('uninstall', 'putting-back', autostart.name));
      if (!(await this.#restore(autostart))) failed.push(autostart.name);
    }
    return failed;
  }

  /** Whether it starts nothing any more. */
  #take(kind: Autostart['kind'], name: string): Promise<boolean> {
    const { tasks, startup, services } = this.#options.ports;
    const taking = { task: () => tasks.remove(name), 'startup-entry': () => startup.remove(name), service: () => services.disable(name) };
    return taking[kind]().catch(() => false);
  }

  async #restore(autostart: Exclude<Autostart, { kind: 'service' }>): Promise<boolean> {
    const { ports, owner } = this.#options;
    try {
      // Hermes may have written a newer launcher since; that launcher stays.
      for (const { file, text } of autostart.launchers) await writeIfMissing(file, Buffer.from(text));
      if (autostart.kind === 'task') return await ports.tasks.create(autostart.name, writeTask(autostart.task, owner.user));
      return await ports.startup.write(autostart.name, Buffer.from(autostart.content, 'base64'));
    } catch {
      return false;
    }
  }

  #stateOf(name: string): Promise<string | undefined> {
    return this.#options.ports.services.state(name).catch(() => undefined);
  }

  /** Hermes' own packaged services that run now. */
  async #packagedInCharge({ autostarts }: Found): Promise<readonly ReceiptRow[]> {
    const names = autostarts.filter(isPackaged).map(({ name }) => name);
    const states = await Promise.all(names.map(name => this.#stateOf(name)));
    const running = names.filter((_, index) => states[index] !== 'stopped');
    return running.map(target => ({ action: 'stop', kind: 'service', target, ...noted('packaged-in-charge') }));
  }

  /** A gateway of this home that runs without us is stopped when ours starts. */
  #unmanaged(identity: GatewayIdentity): readonly ReceiptRow[] {
    const { processes } = this.#options;
    const gateway = livingGateway(identity.home, processes);
    const { runnerLock } = new StateFolder(this.#folder(identity));
    if (!gateway?.certain || lockHolder(runnerLock, processes)) return [];
    return [{ action: 'stop', kind: 'process', target: `gateway (PID ${gateway.pid})`, ...noted('gateway-gives-way') }];
  }

  #folder({ service }: GatewayIdentity): string {
    return path.join(this.#options.stateRoot, service);
  }
}

const isPackaged = (autostart: Autostart): boolean => autostart.kind === 'service' && autostart.packaged === true;

const namesOf = (autostarts: readonly Autostart[]): string => autostarts.map(({ name }) => name).join(', ');
